// A function with a tangent to drag, and its gradient below.

function mount_gradient_plot(el, state, { value, onChange }) {
  const { xs, values, slopes, kinks, axes } = state;
  const drawing = drawScene(state.scene, "Above the function with its tangent, below its gradient");
  const [x, upper, lower] = axes.map(alongAxis);
  const tangent = svg("path", { class: "s-curve s-c1" });
  const line = svg("line", { class: "s-thin", y1: axes[2][2], y2: axes[1][3] });
  const dots = [svg("circle", { class: "s-dot s-grip", r: 6 }), svg("circle", { class: "s-pick s-grip", r: 9 })];
  drawing.layer.append(line, tangent, ...dots);
  const slider = labelledSlider("x", { max: xs.length - 1 }, (at) => change(xs[at]));
  const jumps = html(
    "div",
    { class: "mg-choice", role: "group", "aria-label": "Kinks" },
    kinks.map((kink) => {
      const words = `kink at ${number(kink.x).replace(/\.$/, "")}`;
      return button(`Go to the ${words}`, () => change(kink.x), { words: [words] });
    }),
  );
  const { root, say } = instrumentFrame(
    "gradient_plot",
    state.question,
    slider.row,
    kinks.length > 0 && jumps,
    wideBox("mg-scroll", "Picture", drawing.element),
  );
  let now = null;
  const bare = (each) => number(each).replace(/\.$/, ""); // in a sentence
  const isNumber = (each) => typeof each === "number";

  function nearestTo(to) {
    const far = xs.map((each) => Math.abs(each - to));
    return far.indexOf(Math.min(...far));
  }

  function sentence(at) {
    const kink = kinks.findIndex((each) => each.x === xs[at]);
    const start = `At x = ${bare(xs[at])}, f is ${bare(values[at])}`;
    if (kink >= 0) return `${start}. ${state.kink_words[kink]} The tangent has that slope.`;
    if (!isNumber(values[at])) return `${start}: the function has no finite value here.`;
    if (!isNumber(slopes[at])) return `${start} but the gradient is ${slopes[at]}: there is no tangent.`;
    return `${start} and its gradient is ${bare(slopes[at])}.`;
  }

  function go(to) {
    const at = nearestTo(Number(to) || 0);
    now = xs[at];
    const place = x.place(now);
    fill(line, { x1: place, x2: place }, []);
    set(tangent, "d", slantedPath([axes[0], axes[1]], now, values[at], slopes[at]));
    [values[at], slopes[at]].forEach((each, k) => {
      dots[k].style.visibility = isNumber(each) ? "visible" : "hidden";
      if (isNumber(each)) fill(dots[k], { cx: place, cy: [upper, lower][k].place(each) }, []);
    });
    slider.put(at, number(now));
    say(sentence(at));
  }
  const change = (to) => {
    const before = now;
    go(to);
    if (now !== before) onChange(now);
  };
  onDrag(drawing.element, (at) => {
    const kink = kinks.find((each) => Math.abs(x.place(each.x) - at) < 5);
    change(kink ? kink.x : x.number(at));
  });
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_gradient_plot) };
