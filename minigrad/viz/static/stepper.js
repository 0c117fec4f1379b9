// The stepper: walks a trace (docs/stepper.md) forwards and backwards, with no kernel and no network. The parts it is
// made of stand in the files that assets.py names before this one.

/**
 * Show `trace` in `el`. Options: `step` to begin with, `onStep(step)` called after each repaint that the reader caused;
 * `traits`, what else the reader sets (`breakpoints`: node ids; `answers` to the trace's questions), and
 * `onTrait(name, value)` called after such a change.
 * Hands back `{ step, go(step), follow(name, value), destroy() }`.
 */
export function mount(el, trace, { step: initial = 0, onStep = () => {}, traits = {}, onTrait = () => {} } = {}) {
  const total = trace.events.length;
  const known = index(trace);
  let step = null;

  const sentenceAt = (at) =>
    at === 0 ? `Before the first of ${total} steps: nothing has run yet.` : trace.events[at - 1].sentence;
  const say = (text) => (live.textContent = text);
  known.say = say;
  const paint = (to) => {
    const target = Math.min(Math.max(Math.round(to) || 0, 0), prediction.limit());
    if (target === step) return false;
    step = target;
    keeper.hold();
    graph.paint(step);
    panel.replaceChildren(...panelAt(trace, step));
    paintLock();
    say(sentenceAt(step));
    root.dataset.step = step;
    return true;
  };
  /** What depends on the lock, and on the step. */
  const paintLock = () => {
    controls.paint(step, sentenceAt(step), prediction.limit());
    prediction.draw(step);
  };
  const go = (to) => {
    if (paint(to)) onStep(step);
    if (to > step) remindOfLock();
  };
  const remindOfLock = () => {
    controls.paint(step, sentenceAt(step), prediction.limit()); // the slider goes back
    prediction.remind(step);
  };

  /** Whether the step shown is the first of a node with a breakpoint. */
  const atBreakpoint = () => {
    const [before, now] = [trace.events[step - 2]?.node, trace.events[step - 1].node];
    return breakpoints.has(now) && before !== now;
  };
  const tick = () => {
    if (step === prediction.limit()) return false;
    go(step + 1);
    if (step < total && atBreakpoint()) {
      say(`${sentenceAt(step)} Stopped at a breakpoint.`);
      return false;
    }
    return step < prediction.limit();
  };
  const byHand = (to) => {
    if (player.isPlaying()) player.stop();
    go(to);
  };
  const toggle = () => {
    if (player.isPlaying()) {
      player.stop();
      return say(`Paused at step ${step} of ${total}.`);
    }
    if (step === total) go(0);
    if (step === prediction.limit()) return remindOfLock();
    say("Playing.");
    player.start(step === 0 ? 0 : controls.wait());
  };
  /** The node that a breakpoint key or button means: the one with the focus, else the one of the step. */
  const nodeMeant = () => {
    const focused = document.activeElement?.closest?.("[data-node]");
    if (focused && graph.frame.contains(focused)) return Number(focused.dataset.node);
    return trace.events[Math.max(step - 1, 0)]?.node ?? trace.roots[0];
  };
  const moveFocus = (key) => {
    const boxes = [...graph.frame.querySelectorAll("[data-node], [data-group]")];
    const focused = boxes.find((box) => box === document.activeElement);
    const to = focused ? neighbour(focused, boxes, key) : boxes.find((box) => box.tabIndex === 0);
    to?.focus();
  };

  const help = drawHelp();
  const breaker = button("Breakpoint", () => breakpoints.toggle(nodeMeant()), {
    look: "break",
    icon: "breakpoint",
    keys: "b",
  });
  breaker.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays on the node that is meant
  const controls = drawControls(
    total,
    {
      first: () => byHand(0),
      previous: () => byHand(step - 1),
      play: toggle,
      next: () => byHand(step + 1),
      last: () => byHand(total),
      go: byHand,
    },
    [breaker, help.opener],
  );
  const player = makePlayer(tick, controls.wait, controls.paintPlay);
  const graph = drawGraph(trace, known, byHand);
  const breakpoints = makeBreakpoints(trace, known, graph.frame, {
    go: byHand,
    changed: (nodes, id) => {
      graph.paint(step);
      say(`Breakpoint ${nodes.includes(id) ? "set at" : "cleared at"} ${called(trace.nodes[id])}.`);
      onTrait("breakpoints", nodes);
    },
  });
  const prediction = makePrediction(trace, {
    says: say,
    told: (answers) => onTrait("answers", answers),
    goOn: () => go(step + 1),
    repaint: () => paintLock(),
  });
  graph.frame.addEventListener(
    "click",
    (event) => {
      const id = event.target.closest("[data-node]")?.dataset.node;
      if (id !== undefined && prediction.takes(step, Number(id))) event.stopPropagation();
    },
    true,
  );
  const panel = html("div", { class: "mg-panel", role: "group", "aria-label": "This step" });
  const live = html("p", { class: "mg-live", role: "status", "aria-live": "polite" });
  const root = html(
    "section",
    { class: "mg-widget mg-stepper", "aria-label": `Stepper: ${trace.title}`, "data-lm-suppress-shortcuts": "true" },
    html("div", { class: "mg-top" }, html("div", { class: "mg-title" }, trace.title), controls.bar),
    help.panel,
    breakpoints.list,
    prediction.box,
    html("div", { class: "mg-body" }, graph.frame, panel),
    live,
  );
  listenToKeys(root, {
    by: (steps) => byHand(step + steps),
    play: toggle,
    help: help.toggle,
    key: (event) => {
      const onNode = event.target.closest("[data-node]");
      if (event.shiftKey && event.key.startsWith("Arrow")) moveFocus(event.key);
      else if (event.key === "b") breakpoints.toggle(nodeMeant());
      else if (event.key === "Enter" && onNode) onNode.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      else return false;
      return true;
    },
  });

  const keeper = keepHeight(panel);
  breakpoints.set(traits.breakpoints ?? []);
  prediction.set(traits.answers);
  paint(initial); // before it is on the page: an unpainted picture would show every gradient
  el.replaceChildren(root);
  const follow = (name, value) => {
    if (name === "breakpoints") {
      breakpoints.set(value);
      graph.paint(step);
    } else if (name === "answers") {
      prediction.set(value);
      if (!paint(step)) paintLock();
    }
  };
  return {
    get step() {
      return step;
    },
    go: paint,
    follow,
    destroy: () => {
      player.stop();
      keeper.disconnect();
      prediction.destroy();
      root.remove();
    },
  };
}

const render = widgetOf(
  (el, trace, { value, onChange, traits, onTrait }) =>
    mount(el, trace, { step: value, onStep: onChange, traits, onTrait }),
  { state: "trace", value: "step", others: ["breakpoints", "answers"] },
);

export default { render };
