// The painter: the graph of a function, a click on a leaf switches its requires_grad, and the flags flow to the result.

/** For each node whether what it makes requires grad: a leaf if it is switched on, a result if any input does. */
function flagsOf(trace, isOn) {
  const flags = trace.nodes.map(({ id }) => isOn(id));
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (const { source, target } of trace.edges) {
      if (!flags[target] || flags[source]) continue;
      flags[source] = hasChanged = true;
    }
  }
  return flags;
}

function mount_painter(el, state, { value, onChange }) {
  const { trace, names, reasons } = state;
  const root_ = trace.nodes[trace.roots[0]];
  const nameOf = (id) => names[id];
  let on = {};
  const graph = plainGraph(trace, {
    label: "The graph; a click, Enter or space on a leaf switches its requires_grad",
    role: "switch",
    takesPart: ({ kind }) => kind === "leaf",
    act: ({ id }) => toggle(nameOf(id)),
  });
  const result = html("code", { class: "mg-outcome" });
  const hint = html("p", { class: "mg-note" }, "Click a leaf, or press space on it, to switch its requires_grad. " +
    "Solid: requires grad, recorded. Dashed: not.");
  const { root, say } = instrumentFrame("painter", state.question, hint, graph.element, result);

  function sentence(flags) {
    const switched = Object.keys(on).filter((name) => on[name]);
    const name = root_.variable ?? "result";
    if (!switched.length) return `No leaf requires grad, so no result does: nothing is recorded, and ${name}.backward() would raise.`;
    const ops = trace.nodes.filter(({ kind }) => kind === "op");
    const recorded = ops.filter(({ id }) => flags[id]).length;
    const which = `${joined(switched)} ${switched.length > 1 ? "require" : "requires"} grad`;
    return `${which}, so ${recorded} of ${ops.length} ${ops.length > 1 ? "results do" : "result does"} too: one input is enough.`;
  }

  function go(to) {
    on = { ...to };
    const flags = flagsOf(trace, (id) => id in names && on[names[id]] === true);
    for (const { node, group, below, name } of graph.boxes) {
      const flag = flags[node.id];
      const isLeaf = node.kind === "leaf";
      set(group, "data-state", flag ? "on" : "off");
      if (isLeaf) {
        below.write(`requires_grad=${flag ? "True" : "False"}`, flag ? "on" : "off");
        set(group, "aria-checked", String(flag));
        if (nameOf(node.id) in reasons) set(group, "aria-disabled", "true");
      } else writeText(name, flag ? node.name : "no grad_fn");
      set(group, "aria-label", isLeaf ? `requires_grad of ${nameOf(node.id)}` : `${called(node)}, requires grad: ${flag ? "True" : "False"}`);
    }
    for (const { id, group } of graph.edges) set(group, "data-state", flags[trace.edges[id].target] ? "on" : "off");
    const isRecorded = flags[root_.id];
    result.textContent = `${root_.variable ?? "result"}.requires_grad is ${isRecorded ? "True" : "False"}, .grad_fn is ${isRecorded ? `<${root_.name}>` : "None"}`;
    say(sentence(flags));
  }

  function toggle(name) {
    if (name in reasons) return say(`${name} cannot: ${reasons[name]}.`);
    go({ ...on, [name]: !on[name] });
    onChange(on);
  }
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_painter) };
