// The stepper: walks a trace (docs/stepper.md) forwards and backwards, with no kernel and no network. The parts it is
// made of stand in the files that assets.py names before this one.

/**
 * A pass that runs in the kernel as the reader steps (`trace.live`); `ran` is how far it has come, undefined where no
 * kernel is. `ask(step)` asks the kernel to go on. Of a recording, all has run.
 */
function makeLivePass(trace, ran, ask) {
  const total = trace.events.length;
  const isLive = trace.live === true && ran !== undefined;
  const words = isLive
    ? "Live: each step forward runs a node in the kernel, and .grad fills. Going back moves the view only."
    : "The record of a live pass: nothing runs here.";
  const note = html("p", { class: "mg-live-note", hidden: !trace.live }, words);
  let reached = isLive ? ran : total,
    asked = 0;
  const mark = () => set(note, "data-busy", String(asked > reached));
  return {
    note,
    get ran() {
      return reached;
    },
    run(step) {
      if (step > asked) ask(step);
      asked = Math.max(asked, step);
      mark();
    },
    came(step) {
      reached = Math.max(reached, step);
      mark();
    },
  };
}

/**
 * Show `trace` in `el`. Options: `step` to begin with, `onStep(step)` called after each repaint that the reader caused;
 * `traits`, what else the reader sets (`breakpoints`: node ids; `answers` to the trace's questions) and what it is told (`notice`: text), and
 * `onTrait(name, value)` called after such a change.
 * Hands back `{ step, go(step), follow(name, value), destroy() }`.
 */
export function mount(el, trace, { step: initial = 0, onStep = () => {}, traits = {}, onTrait = () => {} } = {}) {
  const total = trace.events.length;
  const known = index(trace);
  let step = null;
  let pass = "backward",
    at = 0; // the step of the forward pass
  const isForward = () => pass === "forward";

  const sentenceAt = (at) =>
    at === 0 ? `Before the first of ${total} steps: nothing has run yet.` : trace.events[at - 1].sentence;
  const say = (text) => (live.textContent = text);
  known.say = say;
  const paint = (to) => {
    const target = Math.min(Math.max(Math.round(to) || 0, 0), prediction.limit(), livePass.ran);
    if (target === step) return false;
    step = target;
    const cards = panelAt(trace, step);
    filler.measure(cards);
    keeper.hold();
    prediction.hold();
    graph.paint(step);
    filler.fill(cards);
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
  /** The same for the forward pass: it has steps of its own, of which Python is not told. */
  const paintForward = (to) => {
    at = Math.min(Math.max(Math.round(to) || 0, 0), forward.total);
    const cards = forward.panelAt(at).map((element) => [null, () => element]);
    filler.measure(cards);
    keeper.hold();
    forward.paint(at);
    filler.fill(cards);
    controls.paint(at, forward.sentenceAt(at), forward.total, forward.total);
    say(forward.sentenceAt(at));
  };
  const choose = (chosen) => {
    if (!forward || chosen === pass) return;
    player.stop();
    pass = root.dataset.pass = chosen;
    passes.paint(pass);
    title.textContent = isForward() ? trace.title.replace(/^Backward/, "Forward") : trace.title;
    if (isForward()) paintForward(at);
    else {
      forward.leave();
      const back = step;
      step = null;
      paint(back);
    }
    panel.style.minHeight = ""; // the other pass's panel says nothing about this one's height
  };
  const here = () => (isForward() ? at : step);
  const end = () => (isForward() ? forward.total : total);
  const limit = () => (isForward() ? forward.total : prediction.limit());
  const go = (to) => {
    if (isForward()) return paintForward(to);
    if (paint(to)) onStep(step);
    const wanted = Math.min(to, prediction.limit());
    if (wanted > livePass.ran) livePass.run(wanted);
    if (to > step) remindOfLock();
  };
  const remindOfLock = () => {
    controls.paint(step, sentenceAt(step), prediction.limit()); // the slider goes back
    prediction.remind(step);
  };

  /** Whether the step shown is the first of a node with a breakpoint. */
  const atBreakpoint = () => {
    if (isForward()) return breakpoints.has(trace.forward[at - 1].node);
    const [before, now] = [trace.events[step - 2]?.node, trace.events[step - 1].node];
    return breakpoints.has(now) && before !== now;
  };
  const tick = () => {
    const before = here();
    if (before === limit()) return false;
    go(before + 1);
    if (here() === before) return true; // the kernel is at it
    if (here() < end() && atBreakpoint()) {
      say(`${isForward() ? forward.sentenceAt(at) : sentenceAt(step)} Stopped at a breakpoint.`);
      return false;
    }
    return here() < limit();
  };
  const byHand = (to) => {
    if (player.isPlaying()) player.stop();
    go(to);
  };
  const toggle = () => {
    if (player.isPlaying()) {
      player.stop();
      return say(`Paused at step ${here()} of ${end()}.`);
    }
    if (here() === end()) go(0);
    if (here() === limit()) return remindOfLock();
    say("Playing.");
    player.start(here() === 0 ? 0 : controls.wait());
  };
  /** The node that a breakpoint key or button means: the one with the focus, else the one of the step. */
  const nodeMeant = () => {
    const focused = document.activeElement?.closest?.("[data-node]");
    if (focused && graph.frame.contains(focused)) return Number(focused.dataset.node);
    const shown = isForward() ? trace.forward[Math.max(at - 1, 0)] : trace.events[Math.max(step - 1, 0)];
    return shown?.node ?? trace.roots[0];
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
  const graph = drawGraph(trace, known, (to) => byHand(to));
  const forward = makeForward(trace, graph);
  const passes = drawPasses(choose);
  const controls = drawControls(
    total,
    {
      first: () => byHand(0),
      previous: () => byHand(here() - 1),
      play: toggle,
      next: () => byHand(here() + 1),
      last: () => byHand(end()),
      go: byHand,
    },
    [forward && passes.element, breaker, help.opener],
  );
  const player = makePlayer(tick, controls.wait, controls.paintPlay);
  const repaint = () => (isForward() ? forward.paint(at) : graph.paint(step));
  const breakpoints = makeBreakpoints(trace, known, graph, {
    go: (to) => byHand(isForward() ? forward.at.get(trace.events[to - 1].node) : to),
    changed: (nodes, id) => {
      repaint();
      say(`Breakpoint ${nodes.includes(id) ? "set at" : "cleared at"} ${called(trace.nodes[id])}.`);
      onTrait("breakpoints", nodes);
    },
  });
  const livePass = makeLivePass(trace, traits.ran, (wanted) => {
    say(`The kernel runs step ${wanted}.`);
    onTrait("wanted", wanted);
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
      if (id === undefined) return;
      if (isForward()) byHand(forward.at.get(Number(id)));
      else if (!prediction.takes(step, Number(id))) return;
      event.stopPropagation();
    },
    true,
  );
  const title = html("div", { class: "mg-title" }, trace.title);
  const panel = html("div", { class: "mg-panel", role: "group", "aria-label": "This step", tabindex: -1 });
  const notice = html("p", { class: "mg-notice", role: "status" });
  /** What has happened to the graph since it was recorded: Python finds that out, at a step or after a cell. */
  const paintNotice = (text) => {
    notice.hidden = !text;
    notice.textContent = text;
  };
  const live = html("p", { class: "mg-live", role: "status", "aria-live": "polite" });
  const root = html(
    "section",
    { class: "mg-widget mg-stepper", "aria-label": `Stepper: ${trace.title}`, "data-lm-suppress-shortcuts": "true" },
    html("div", { class: "mg-top" }, title, controls.bar),
    notice,
    help.panel,
    breakpoints.list,
    prediction.box,
    livePass.note,
    drawLayers(trace) ?? [],
    html("div", { class: "mg-body" }, graph.frame, panel),
    live,
  );
  listenToKeys(root, {
    by: (steps) => byHand(here() + steps),
    play: toggle,
    help: help.toggle,
    key: (event) => {
      const onNode = event.target.closest("[data-node]");
      if (event.shiftKey && event.key.startsWith("Arrow")) moveFocus(event.key);
      else if (event.key === "f") choose(isForward() ? "backward" : "forward");
      else if (event.key === "b") breakpoints.toggle(nodeMeant());
      else if (event.key === "Enter" && onNode) onNode.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      else return false;
      return true;
    },
  });

  const keeper = keepHeight(panel);
  const filler = makeFiller(panel, trace.nodes.length > MOST_ANIMATED);
  breakpoints.set(traits.breakpoints ?? []);
  prediction.set(traits.answers);
  paintNotice(traits.notice ?? "");
  paint(initial); // before it is on the page: an unpainted picture would show every gradient
  el.replaceChildren(root);
  const stopParsing = parseAhead([
    ...trace.events.flatMap(({ outgoing }) => outgoing.map(({ numbers }) => numbers)),
    ...trace.nodes.flatMap(({ inputs }) => inputs.map(({ formula }) => formula)),
  ]);
  const follow = (name, value) => {
    if (name === "breakpoints") {
      breakpoints.set(value);
      repaint();
    } else if (name === "answers") {
      prediction.set(value);
      if (!isForward() && !paint(step)) paintLock();
    } else if (name === "notice") paintNotice(value);
    else if (name === "ran") livePass.came(value);
  };
  return {
    get step() {
      return step;
    },
    go: (to) => {
      choose("backward");
      livePass.came(to); // the kernel goes nowhere that has not run
      paint(to);
    },
    follow,
    destroy: () => {
      player.stop();
      keeper.disconnect();
      filler.destroy();
      stopParsing();
      prediction.destroy();
      root.remove();
    },
  };
}

const render = widgetOf(
  (el, trace, { value, onChange, traits, onTrait }) =>
    mount(el, trace, { step: value, onStep: onChange, traits, onTrait }),
  { state: "trace", value: "step", others: ["breakpoints", "answers", "notice", "ran", "wanted"] },
);

export default { render };
