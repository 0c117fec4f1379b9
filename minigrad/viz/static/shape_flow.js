// Shapes on the edges of a graph, forwards and backwards; a click on a box says what happens to shapes there.

function mount_shape_flow(el, state, { value, onChange }) {
  const { trace, edges, nodes, summary } = state;
  let way = "backwards",
    chosen = null;
  const ways = ["forwards", "backwards"].map((name) => {
    const label = name === "forwards" ? "Forwards: shapes of values" : "Backwards: shapes of gradients";
    return { name, element: button(label, () => change(name), { words: [label] }) };
  });
  const graph = plainGraph(trace, {
    label: "The graph; a click or Enter on a box says what happens to shapes there",
    act: ({ id }) => choose(chosen === id ? null : id),
  });
  const bar = html("div", { class: "mg-bar", role: "group", "aria-label": "Way" }, ways.map(({ element }) => element));
  const hint = html("p", { class: "mg-note" });
  const { root, say } = instrumentFrame("shape_flow", state.question, bar, hint, graph.element);

  function paint() {
    const isForwards = way === "forwards";
    for (const { name, element } of ways) set(element, "aria-pressed", String(name === way));
    set(root, "data-way", way);
    hint.textContent = isForwards
      ? "Values flow up, against the arrows. An arrow between two shapes: the input was stretched to fit (broadcast)."
      : "Gradients flow down, along the arrows. Σ: what the rule gives is summed back to the shape of the input.";
    for (const { id, group, label } of graph.edges) {
      const edge = edges[id];
      label.write(edge?.[way] ?? "", edge?.stretched ? "sum" : "");
      const isOwn = chosen !== null && (trace.edges[id].source === chosen || (!isForwards && trace.edges[id].target === chosen));
      set(group, "data-state", isOwn ? "now" : "");
    }
    for (const { node, group } of graph.boxes) {
      set(group, "data-state", node.id === chosen ? "now" : "");
      set(group, "aria-label", nodes[node.id]?.[way] ?? node.name);
      set(group, "aria-pressed", String(node.id === chosen));
    }
    say(chosen === null ? summary[way] : (nodes[chosen]?.[way] ?? ""));
  }
  const choose = (id) => {
    chosen = id;
    paint();
  };
  const go = (to) => {
    way = to === "forwards" ? to : "backwards";
    paint();
  };
  const change = (to) => {
    go(to);
    onChange(way);
  };
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_shape_flow) };
