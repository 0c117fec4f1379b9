// The error of a difference quotient against its step h, and the secants that belong to it.

function mount_step_size(el, state, { value, onChange }) {
  const { exponents, series, f_axes: plot, e_axes: errors, x, fx } = state;
  const drawing = drawScene(state.scene, "Left the function with its secants, right the errors against h");
  const [hAxis, errorAxis] = errors.map(alongAxis);
  const secants = ["s-curve s-c0", "s-curve s-c1"].map((name) => svg("path", { class: name }));
  const line = svg("line", { class: "s-thin", y1: errors[1][2], y2: errors[1][3] });
  const dots = series.map(() => svg("circle", { class: "s-dot", r: 4 }));
  drawing.layer.append(...secants, line, ...dots);
  const slider = labelledSlider("h", { max: exponents.length - 1 }, (at) => change(at));
  const cells = series.map(() => [html("td"), html("td"), html("td")]);
  const head = ["method", "difference quotient", "error", "this h"].map((words) => html("th", { scope: "col" }, words));
  const table = html(
    "table",
    { class: "mg-errors" },
    html("thead", {}, html("tr", {}, head)),
    html(
      "tbody",
      {},
      series.map(({ name }, k) => html("tr", {}, html("th", { scope: "row" }, name), cells[k])),
    ),
  );
  const best = series.map((each) => {
    const sizes = each.errors.map((error) => (typeof error === "number" ? error : Infinity));
    return sizes.indexOf(Math.min(...sizes));
  });
  const { root, say } = instrumentFrame("step_size", state.question, slider.row, wideBox("mg-scroll", "Picture", drawing.element), table);
  const short = (exponent) => String(Number((10 ** exponent).toPrecision(2)));
  let now = null;

  function drawSecants(h) {
    const [forward, central] = [series[2].quotients[now], series[3].quotients[now]];
    set(secants[0], "d", slantedPath(plot, x, fx, forward));
    set(secants[1], "d", slantedPath(plot, x, fx + h * forward - h * central, central));
  }

  function go(to) {
    now = Math.min(Math.max(Math.round(Number(to)) || 0, 0), exponents.length - 1);
    const h = 10 ** exponents[now];
    const place = hAxis.place(exponents[now]);
    drawSecants(h);
    fill(line, { x1: place, x2: place }, []);
    series.forEach(({ quotients, errors: sizes }, k) => {
      const error = sizes[now];
      const isShown = typeof error === "number";
      const log = error > 0 ? Math.min(Math.max(Math.log10(error), errors[1][0]), errors[1][1]) : errors[1][0];
      dots[k].style.visibility = isShown ? "visible" : "hidden";
      if (isShown) fill(dots[k], { cx: place, cy: errorAxis.place(log) }, []);
      cells[k][0].textContent = number(quotients[now]);
      cells[k][1].textContent = number(error);
      cells[k][2].textContent = best[k] === now ? "its best h" : now > best[k] ? "h too large" : "h too small";
    });
    slider.put(now, short(exponents[now]));
    const words = series.map(({ name, errors: sizes }) => `${name} ${number(sizes[now])}`);
    say(`h = ${short(exponents[now])}. The slope is ${number(state.slope)}; errors: ${joined(words)}.`);
  }
  const change = (to) => {
    go(to);
    onChange(now);
  };
  onDrag(drawing.element, (at) => {
    if (at < errors[0][2] - 10) return;
    const nearest = Math.round((hAxis.number(at) - exponents[0]) / (exponents[1] - exponents[0]));
    if (nearest !== now) change(nearest);
  });
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_step_size) };
