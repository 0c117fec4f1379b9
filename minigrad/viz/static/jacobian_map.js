// The Jacobian of a small function as a heat map, a slider for each entry of v, and the product of the two.

/** vᵀJ, where an entry of v that is 0 takes its row out, whatever that row holds. */
function productOf(v, { shape: [, columns], values }) {
  return Array.from({ length: columns }, (_, j) =>
    v.reduce((sum, weight, i) => (weight === 0 ? sum : sum + weight * asNumber(values[i * columns + j])), 0),
  );
}

function asNumber(value) {
  return typeof value === "number" ? value : { inf: Infinity, "-inf": -Infinity }[value] ?? NaN;
}

/** A number as a VALUE has it, without the noise of binary fractions. */
function asValue(x) {
  if (Number.isFinite(x)) return Number(x.toPrecision(6));
  return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
}

/** In words: which rows are lit, and what comes out. */
function productSentence(v, rows, result) {
  const lit = rows.flatMap((name, i) => (v[i] === 0 ? [] : [v[i] === 1 ? name : `${number(v[i])} times ${name}`]));
  const values = `[${result.map(number).join(", ")}]`;
  if (!lit.length) return `v is 0 everywhere, so no row counts: vᵀJ is ${values}.`;
  return `${lit.length === 1 ? "One row counts" : "Rows that count"}: ${joined(lit)}. vᵀJ is ${values}.`;
}

function mount_jacobian_map(el, state, { value, onChange }) {
  const { jacobian, rows, columns, limit } = state;
  let v = [];
  const sliders = rows.map((name, i) => {
    const slider = html("input", { type: "range", class: "mg-slider", min: -limit, max: limit, step: limit / 20, "aria-label": `v for row ${name}` });
    slider.addEventListener("input", () => change(v.map((old, k) => (k === i ? Number(slider.value) : old))));
    return slider;
  });
  const weights = rows.map(() => html("output", { class: "mg-weight" }));
  const map = heatMap(jacobian, {
    rows: rows.map((name, i) =>
      button(`Only row ${name}: v is 1 there and 0 elsewhere`, () => change(rows.map((_, k) => Number(k === i))), { look: "pick", words: [name] }),
    ),
    columns,
    caption: state.caption,
    before: (i) => [html("td", { class: "mg-v" }, sliders[i]), html("td", {}, weights[i])],
    corner: [html("th", { scope: "col", colspan: 2 }, "v"), html("td")],
  });
  const sums = columns.map(() => html("td", { class: "mg-heat" }));
  map.foot.append(html("tr", {}, html("td", { colspan: 2 }), html("th", { scope: "row" }, "vᵀJ"), sums));
  const all = (label, words, weight) => button(label, () => change(rows.map(() => weight)), { words: [words] });
  const bar = html("div", { class: "mg-bar", role: "group", "aria-label": "All of v" },
    all("Set every entry of v to 1", "v = ones", 1), all("Set every entry of v to 0", "v = zeros", 0));
  const { root, say } = instrumentFrame("jacobian_map", state.question, bar, map.element);

  function go(to) {
    v = rows.map((_, i) => Number(to?.[i] ?? 1));
    const result = productOf(v, jacobian).map(asValue);
    const most = furthestOf(result);
    const widest = Math.max(...v.map(Math.abs)) || 1;
    v.forEach((weight, i) => {
      sliders[i].value = weight;
      weights[i].textContent = number(weight);
      map.rows[i].style.setProperty("--light", Math.abs(weight) / widest);
      set(map.rows[i], "data-lit", String(weight !== 0));
    });
    sums.forEach((cell, j) => paintHeat(cell, result[j], most));
    say(productSentence(v, rows, result));
  }
  const change = (to) => {
    go(to.map(asValue));
    onChange(v);
  };
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_jacobian_map) };
