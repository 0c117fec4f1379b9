// The graph with what is not finite marked, forward and backward; a click on a box says what it made or got.

function mount_nan_tracer(el, state, { value, onChange }) {
  const { trace, edges, nodes, first, summary } = state;
  let way = "forward",
    chosen = null;
  const names = ["forward", "backward"];
  const pick = choice("Way", ["forward: values", "backward: gradients"], (i) => change(names[i]));
  const graph = plainGraph(trace, {
    label: "The graph; Enter or a click on a box says what it made or got",
    act: ({ id }) => choose(chosen === id ? null : id),
  });
  const hint = html("p", { class: "mg-note" });
  const sources = html("p");
  const { root, say } = instrumentFrame("nan_tracer", state.question, pick.row, hint, graph.element, sources);

  function paint() {
    const isForward = way === "forward";
    const culprits = new Map(first[way].map((each) => [each.node, each]));
    pick.put(names.indexOf(way));
    set(root, "data-way", way);
    hint.textContent = isForward
      ? "Values flow up, against the arrows. Where a thick line begins at the bottom, something is not finite."
      : "Gradients flow down, along the arrows. Where a thick line begins at the top, something is not finite.";
    for (const { id, group, label } of graph.edges) {
      const edge = edges[id] ?? {};
      const isOdd = edge[`${way}_odd`] === true;
      label.write(edge[way] ?? "", isOdd ? "odd" : "");
      set(group, "data-state", isOdd ? "odd" : "off");
    }
    for (const { node, group, below } of graph.boxes) {
      const { kind, sentence } = nodes[node.id][way];
      const culprit = culprits.get(node.id);
      const isOdd = kind === "nan" || kind === "inf";
      set(group, "data-state", culprit ? "first" : isOdd ? "odd" : kind === "unknown" ? "off" : "");
      below.write(culprit ? `✗ first ${culprit.type}` : "", "odd");
      set(group, "aria-label", culprit ? culprit.sentence : sentence);
      set(group, "aria-pressed", String(node.id === chosen));
    }
    const lines = first[way].filter(({ line }) => line);
    sources.replaceChildren(
      ...lines.flatMap(({ type, line, place }) => [
        html("span", { class: "mg-note" }, `first ${type}: `),
        html("code", {}, line),
        html("span", { class: "mg-note" }, ` (${place ?? ""}) `),
      ]),
    );
    say(chosen === null ? summary[way] : (culprits.get(chosen)?.sentence ?? nodes[chosen][way].sentence));
  }
  const choose = (id) => {
    chosen = id;
    paint();
  };
  const go = (to) => {
    way = to === "backward" ? to : "forward";
    chosen = null;
    paint();
  };
  const change = (to) => {
    go(to);
    onChange(way);
  };
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_nan_tracer) };
