// The bar: buttons, the slider, the speed; playing, the keys and the panel that lists them.

const SPEEDS = [
  ["½×", 2400],
  ["1×", 1200],
  ["2×", 600],
  ["4×", 300],
];

Object.assign(ICONS, { breakpoint: "M5.3 2h5.4L14 5.3v5.4L10.7 14H5.3L2 10.7V5.3z" });

const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

/** What each key does, as the help lists it. */
const KEY_HELP = [
  ["→ or ↓", "the next step"],
  ["← or ↑", "the step before"],
  ["Home, End", "before the first step, the last step"],
  ["Space", "play, pause"],
  ["Shift and an arrow", "another box of the picture, without a step"],
  ["Enter or a click on a box", "the step in which it runs"],
  ["b or a right click on a box", "set or clear a breakpoint: Play stops there"],
  ["f", "the forward pass in the same picture, and back"],
  ["?", "open or close this list"],
  ["Escape", "close this list"],
];

/** The bar. `actions` are called by name; `more` are buttons that stand at its end. */
function drawControls(total, actions, more = []) {
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
    more,
  );
  const off = (element, isOff) => set(element, "aria-disabled", String(isOff));

  function paint(step, sentence, limit = total, end = total) {
    set(slider, "max", String(end));
    for (const element of [first, previous]) off(element, step === 0);
    for (const element of [next, last]) off(element, step === limit);
    slider.value = step;
    set(slider, "aria-valuetext", sentence);
    counter.textContent = `${step} / ${end}`;
  }
  function paintPlay(isPlaying) {
    play.replaceChildren(icon(isPlaying ? "pause" : "play"));
    play.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    play.setAttribute("title", isPlaying ? "Pause (space)" : "Play (space)");
  }
  return { bar, paint, paintPlay, wait: () => Number(speed.value) };
}

/** Playing: `tick()` takes a step and says whether to go on; `wait()` is the time between two; `paint(isPlaying)`. */
function makePlayer(tick, wait, paint) {
  let timer = null;
  const stop = () => {
    clearTimeout(timer);
    timer = null;
    paint(false);
  };
  const next = () => {
    if (tick()) timer = setTimeout(next, wait());
    else if (timer !== null) stop();
  };
  const start = (delay) => {
    paint(true);
    timer = setTimeout(next, delay);
  };
  return { isPlaying: () => timer !== null, start, stop };
}

/** The list of keys, with the button that opens it. `help.toggle()` puts the focus where it belongs. */
function drawHelp(rows = KEY_HELP) {
  const list = rows.map(([keys, what]) => [html("dt", {}, keys), html("dd", {}, what)]);
  const panel = html(
    "div",
    { class: "mg-help", role: "group", "aria-label": "Keys", tabindex: -1, hidden: true },
    html("h4", {}, "Keys"),
    html("dl", {}, list),
  );
  const toggle = (isOpen = panel.hidden) => {
    if (isOpen !== panel.hidden) return;
    panel.hidden = !isOpen;
    opener.setAttribute("aria-expanded", String(isOpen));
    (isOpen ? panel : opener).focus();
  };
  const opener = button("Keys", () => toggle(), { look: "keys", keys: "?", words: ["?"] });
  opener.setAttribute("aria-expanded", "false");
  return { panel, opener, toggle };
}

/**
 * Keys for a whole widget. JupyterLab takes keys from anything focused ("a" would add a cell): none gets past `root`.
 * `actions` has `by(steps)`, `play()`, `help(isOpen)`, and `key(event)`, which says whether it took another key.
 */
function listenToKeys(root, actions) {
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { tagName, type } = event.target;
    const isWriting = tagName === "INPUT" && type === "text";
    if (event.key === "Escape") actions.help(false);
    else if (isWriting || tagName === "SELECT") return;
    else if (actions.key(event)) event.preventDefault();
    else if (event.shiftKey && event.key !== "?") return;
    else if (event.key in KEYS) actions.by(KEYS[event.key]);
    else if (event.key === "?") actions.help();
    else if (event.key === " " && tagName !== "BUTTON" && tagName !== "SUMMARY") actions.play();
    else return;
    event.preventDefault();
  });
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
