// Two walks side by side, linked by step: one bar, two pictures, and below each what its step does.

/** One of the two: its caption, its picture, the sentence of its step, and on request all that the step shows. */
function drawHalf({ caption, trace }, jump) {
  const known = index(trace);
  const total = trace.events.length;
  const graph = drawGraph(trace, known, jump);
  const count = html("span", { class: "mg-of" });
  const sentence = html("p", { class: "mg-half-sentence" });
  const panel = html("div", { class: "mg-panel" });
  const more = html("details", {}, html("summary", {}, "All of this step"), panel);
  let step = null;
  const fill = () => renew(panel, more.open ? panelAt(trace, step).map(([, make]) => make()) : []);
  more.addEventListener("toggle", fill);

  const sentenceAt = (at) => {
    if (at === 0) return "Nothing has run yet.";
    const { sentence: full } = trace.events[Math.min(at, total) - 1];
    return at > total ? `This walk has ended, at step ${total}.` : full;
  };
  const paint = (at) => {
    const now = Math.min(at, total);
    if (now !== step) {
      step = now;
      graph.paint(step);
      fill();
    }
    count.textContent = `${step} of ${total}`;
    sentence.textContent = sentenceAt(at);
    set(element, "data-step", String(step));
    set(element, "data-ended", String(at > total));
  };
  const element = html(
    "div",
    { class: "mg-half", role: "group", "aria-label": caption },
    html("h3", {}, count, caption),
    graph.frame,
    sentence,
    more,
  );
  return { element, paint, says: (at) => `${caption}: ${sentenceAt(at)}`, known, frame: graph.frame };
}

function mount_pair(el, { walks, difference }, { value, onChange }) {
  const total = Math.max(...walks.map(({ trace }) => trace.events.length));
  let step = null;
  const say = (text) => (live.textContent = text);
  const paint = (to) => {
    const target = Math.min(Math.max(Math.round(to) || 0, 0), total);
    if (target === step) return false;
    step = target;
    for (const half of halves) half.paint(step);
    const sentence = halves.map((half) => half.says(step)).join(" ");
    controls.paint(step, sentence);
    say(sentence);
    root.dataset.step = step;
    return true;
  };
  const go = (to) => {
    if (paint(to)) onChange(step);
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
    say("Playing.");
    player.start(step === 0 ? 0 : controls.wait());
  };
  const tick = () => {
    go(step + 1);
    return step < total;
  };

  const help = drawHelp(KEY_HELP.filter(([keys]) => !keys.startsWith("b ")));
  const actions = {
    first: () => byHand(0),
    previous: () => byHand(step - 1),
    play: toggle,
    next: () => byHand(step + 1),
    last: () => byHand(total),
    go: byHand,
  };
  const controls = drawControls(total, actions, [help.opener]);
  const player = makePlayer(tick, controls.wait, controls.paintPlay);
  const halves = walks.map((walk) => drawHalf(walk, byHand));
  for (const { known } of halves) known.say = say;
  const live = html("p", { class: "mg-live", role: "status", "aria-live": "polite" });
  const root = html(
    "section",
    {
      class: "mg-widget mg-stepper mg-pair",
      "aria-label": `Side by side: ${walks.map(({ caption }) => caption).join(" and ")}`,
      "data-lm-suppress-shortcuts": "true",
    },
    html("div", { class: "mg-top" }, controls.bar),
    help.panel,
    html("p", { class: "mg-difference" }, difference),
    html(
      "div",
      { class: "mg-halves" },
      halves.map(({ element }) => element),
    ),
    live,
  );
  listenToKeys(root, {
    by: (steps) => byHand(step + steps),
    play: toggle,
    help: help.toggle,
    key: (event) => {
      const onNode = event.target.closest("[data-node]");
      if (event.shiftKey && event.key.startsWith("Arrow")) {
        const boxes = [...root.querySelectorAll("[data-node], [data-group]")];
        const focused = boxes.find((box) => box === document.activeElement);
        (focused ? neighbour(focused, boxes, event.key) : boxes.find((box) => box.tabIndex === 0))?.focus();
      } else if (event.key === "Enter" && onNode) onNode.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      else return false;
      return true;
    },
  });
  paint(value ?? 0);
  el.replaceChildren(root);
  return {
    go: paint,
    destroy: () => {
      player.stop();
      root.remove();
    },
  };
}

export default { render: widgetOf(mount_pair) };
