// What the nodes of a graph saved, along a forward and a backward pass: a timeline of the memory, a list, the graph.

/** What has become of a saved array at a step: later, held, gone; and that in words. */
function fateOf(buffer, step, retain) {
  if (step < buffer.made) return ["later", "not saved yet"];
  if (buffer.freed === null || step < buffer.freed || retain) return ["held", retain && step >= (buffer.freed ?? Infinity) ? "kept" : "held"];
  return ["gone", buffer.fate ? `let go; ${buffer.fate}` : "freed"];
}

function mount_saved_buffers(el, state, { value, onChange }) {
  const { trace, buffers, steps, forward, place } = state;
  const total = steps.length;
  let step = 0,
    retain = false;
  const ownOf = Map.groupBy(buffers, ({ node }) => node);
  const madeAt = new Map(steps.slice(0, forward).map(({ node }, i) => [node, i + 1]));
  const drawing = drawScene(state.scene, "The memory that the graph holds after each step");
  const marker = svg("rect", { class: "s-pick", rx: 3 });
  drawing.layer.append(marker);
  const walker = labelledSlider("step", { max: total }, (to) => change({ step: to }));
  const keep = button("retain_graph=True", () => change({ retain: !retain }), { words: ["retain_graph=True"] });
  const cells = buffers.map(() => html("td", { class: "mg-fate" }));
  const head = ["saved by", "as", "shape", "memory", "version", "now"].map((name) => html("th", { scope: "col" }, name));
  const lines = buffers.map((each, i) =>
    html("tr", {},
      html("th", { scope: "row" }, each.by),
      [each.symbol, each.shape, each.size, each.written ? `${each.version}, now ${each.version + each.written}: backward will raise` : each.version].map((text) => html("td", {}, String(text))),
      cells[i]));
  const table = html("table", { class: "mg-table" }, html("thead", {}, html("tr", {}, head)), html("tbody", {}, lines));
  const graph = plainGraph(trace, {
    label: "The graph; a click or Enter on an operation goes to the step in which it is made or runs",
    takesPart: ({ kind }) => kind === "op",
    act: ({ id }) => {
      const way = step > forward ? "backward" : "forward";
      const found = steps.findIndex((each) => each.node === id && each.way === way);
      if (found >= 0) change({ step: found + 1 });
    },
  });
  const timeline = wideBox("mg-scroll", "Picture", drawing.element);
  const { root, say, sentence: said } = instrumentFrame("saved_buffers", state.question,
    html("div", { class: "mg-bar" }, walker.row, keep),
    html("div", { class: "mg-sides" },
      html("div", { class: "mg-kept" }, timeline, buffers.length ? table : html("p", { class: "mg-note" }, state.nothing)),
      graph.element));
  timeline.after(said); // below a tall graph it would be out of sight while the slider moves
  for (let k = 1; k <= total; k++)
    for (const shape of drawing.at(`b:${k}`)) shape.addEventListener("click", () => change({ step: k }));

  /** Bars of a pass that frees nothing are as high as the last of the forward pass. */
  function paintBars() {
    const [top, height] = place;
    const most = Math.max(...steps.map(({ held }) => held), 1);
    steps.forEach(({ held, way }, i) => {
      const tall = (height * (retain && way === "backward" ? steps[forward - 1].held : held)) / most;
      const [, bar] = drawing.at(`b:${i + 1}`);
      fill(bar, { y: top + height - tall, height: tall }, []);
    });
    const [hit] = step ? drawing.at(`b:${step}`) : [];
    marker.style.visibility = hit ? "visible" : "hidden";
    if (hit) fill(marker, { x: hit.getAttribute("x"), width: hit.getAttribute("width"), y: top, height }, []);
  }

  function sentence() {
    if (step === 0) return "Before the forward pass: the graph does not exist, nothing is held.";
    const { sentence, size, way } = steps[step - 1];
    if (!retain || way === "forward") return `${sentence} The graph holds ${size}.`;
    return `Backward with retain_graph=True: ${called(trace.nodes[steps[step - 1].node])} has run and frees nothing. The graph holds ${steps[forward - 1].size}.`;
  }

  function go(to) {
    step = Math.min(Math.max(Math.round(Number(to?.step)) || 0, 0), total);
    retain = to?.retain === true;
    walker.put(step, step === 0 ? "before" : step <= forward ? `${step} of ${total}, forward` : `${step} of ${total}, backward`);
    set(keep, "aria-pressed", String(retain));
    paintBars();
    buffers.forEach((each, i) => {
      const [fate, words] = fateOf(each, step, retain);
      set(lines[i], "data-fate", fate);
      set(lines[i], "data-now", String(step > 0 && (step === each.made || step === each.freed)));
      writeText(cells[i], words);
    });
    const now = steps[step - 1]?.node;
    for (const { node, group } of graph.boxes) {
      const own = (ownOf.get(node.id) ?? []).map((each) => fateOf(each, step, retain)[0]);
      const isMade = node.kind === "leaf" || madeAt.get(node.id) <= step;
      const look = !isMade ? "off" : own.includes("held") ? "on" : own.includes("gone") ? "gone" : "";
      set(group, "data-state", node.id === now ? "now" : look);
      const words = !isMade ? "not made yet" : own.length ? `${own.filter((fate) => fate === "held").length} of ${own.length} saved arrays held` : "saved nothing";
      set(group, "aria-label", node.kind === "leaf" ? called(node) : `${called(node)}, ${words}`);
    }
    say(buffers.length ? sentence() : state.nothing);
  }
  const change = (to) => {
    go({ step, retain, ...to });
    onChange({ step, retain });
  };
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_saved_buffers) };
