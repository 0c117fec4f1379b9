// The stepper: walks a trace (docs/stepper.md) forwards and backwards, with no kernel and no network. The parts it is
// made of stand in the files that assets.py names before this one.

const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

/**
 * Show `trace` in `el`. Options: `step` to begin with, `onStep(step)` called after each repaint that the reader caused.
 * Hands back `{ step, go(step), destroy() }`.
 */
export function mount(el, trace, { step: initial = 0, onStep = () => {} } = {}) {
  const total = trace.events.length;
  const known = index(trace);
  let step = null,
    timer = null;

  const paint = (to) => {
    const target = Math.min(Math.max(Math.round(to) || 0, 0), total);
    if (target === step) return false;
    step = target;
    const sentence =
      step === 0 ? `Before the first of ${total} steps: nothing has run yet.` : trace.events[step - 1].sentence;
    keeper.hold();
    graph.paint(step);
    panel.replaceChildren(...panelAt(trace, step));
    controls.paint(step, sentence);
    live.textContent = sentence;
    root.dataset.step = step;
    return true;
  };
  const go = (to) => {
    if (paint(to)) onStep(step);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = null;
    controls.paintPlay(false);
  };
  const tick = () => {
    go(step + 1);
    if (step < total) timer = setTimeout(tick, controls.wait());
    else stop();
  };
  const byHand = (to) => {
    if (timer !== null) stop();
    go(to);
  };
  const toggle = () => {
    if (timer !== null) return stop();
    if (step === total) go(0);
    controls.paintPlay(true);
    timer = setTimeout(tick, step === 0 ? 0 : controls.wait());
  };

  const controls = drawControls(total, {
    first: () => byHand(0),
    previous: () => byHand(step - 1),
    play: toggle,
    next: () => byHand(step + 1),
    last: () => byHand(total),
    go: byHand,
  });
  const graph = drawGraph(trace, known, byHand);
  const panel = html("div", { class: "mg-panel", role: "group", "aria-label": "This step" });
  const live = html("p", { class: "mg-live", role: "status", "aria-live": "polite" });
  const root = html(
    "section",
    { class: "mg-widget mg-stepper", "aria-label": `Stepper: ${trace.title}`, "data-lm-suppress-shortcuts": "true" },
    html("div", { class: "mg-top" }, html("div", { class: "mg-title" }, trace.title), controls.bar),
    html("div", { class: "mg-body" }, graph.frame, panel),
    live,
  );

  // JupyterLab takes keys from anything focused ("a" would add a cell): none gets past the stepper.
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "SELECT") return;
    const onNode = event.target.closest("[data-node]");
    if (event.key in KEYS) byHand(step + KEYS[event.key]);
    else if (event.key === "Enter" && onNode) onNode.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    else if (event.key === " " && event.target.tagName !== "BUTTON") toggle();
    else return;
    event.preventDefault();
  });

  const keeper = keepHeight(panel);
  paint(initial); // before it is on the page: an unpainted picture would show every gradient
  el.replaceChildren(root);
  return {
    get step() {
      return step;
    },
    go: paint,
    destroy: () => {
      stop();
      keeper.disconnect();
      root.remove();
    },
  };
}

const render = widgetOf((el, trace, { value, onChange }) => mount(el, trace, { step: value, onStep: onChange }), {
  state: "trace",
  value: "step",
});

export default { render };
