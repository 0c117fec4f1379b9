// The bar: buttons, the slider, the speed.

const SPEEDS = [
  ["½×", 2400],
  ["1×", 1200],
  ["2×", 600],
  ["4×", 300],
];

function drawControls(total, actions) {
  const action = (name, label, keys, ...words) =>
    button(label, () => actions[name](), { look: name, icon: name, keys, words });
  const first = action("first", "First step", "Home"),
    previous = action("previous", "Previous step", "←");
  const play = action("play", "Play", "space");
  const next = action("next", "Next step", "→", "Next"),
    last = action("last", "Last step", "End");
  const slider = html("input", {
    type: "range",
    min: 0,
    max: total,
    step: 1,
    value: 0,
    class: "mg-slider",
    "aria-label": "Step",
  });
  slider.addEventListener("input", () => actions.go(Number(slider.value)));
  const speed = html(
    "select",
    { class: "mg-speed", "aria-label": "Speed", title: "Speed" },
    SPEEDS.map(([label, wait]) => html("option", { value: wait, selected: wait === 1200 }, label)),
  );
  const counter = html("span", { class: "mg-counter" });
  const bar = html(
    "div",
    { class: "mg-controls", role: "group", "aria-label": "Walk" },
    first,
    previous,
    play,
    next,
    last,
    slider,
    counter,
    speed,
  );
  const off = (element, isOff) => set(element, "aria-disabled", String(isOff));

  function paint(step, sentence) {
    for (const element of [first, previous]) off(element, step === 0);
    for (const element of [next, last]) off(element, step === total);
    slider.value = step;
    set(slider, "aria-valuetext", sentence);
    counter.textContent = `${step} / ${total}`;
  }
  function paintPlay(isPlaying) {
    play.replaceChildren(icon(isPlaying ? "pause" : "play"));
    play.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    play.setAttribute("title", isPlaying ? "Pause (space)" : "Play (space)");
  }
  return { bar, paint, paintPlay, wait: () => Number(speed.value) };
}

/**
 * Never let an element shrink, so that what stands below does not jump at each step; a new width begins anew. `hold()`
 * is called before a step changes the element: noting its height afterwards would lay it out twice.
 */
function keepHeight(element) {
  let width = null;
  const observer = new ResizeObserver(([{ borderBoxSize }]) => {
    const [{ inlineSize }] = borderBoxSize;
    if (inlineSize !== width) element.style.minHeight = "";
    width = inlineSize;
  });
  observer.observe(element);
  const hold = () => {
    const { height } = element.getBoundingClientRect();
    if (height > 0 && `${height}px` !== element.style.minHeight) element.style.minHeight = `${height}px`;
  };
  return { hold, disconnect: () => observer.disconnect() };
}
