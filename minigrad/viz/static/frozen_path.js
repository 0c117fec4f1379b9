// What is frozen, and which way gradients still take; a click on a part freezes it or lets it train.

function mount_frozen_path(el, state, { value, onChange }) {
  const { trace, parts, cuts } = state;
  const canSwitch = ({ id }) => parts[id].tensors > 0;
  const graph = plainGraph(trace, {
    label: "The parts of the model; a click, Enter or space on one freezes it, or lets it train",
    role: "switch",
    takesPart: canSwitch,
    act: ({ id }) => change({ ...own, [parts[id].name]: frozenOf(parts[id]) < parts[id].tensors }),
  });
  const number = (scenes += 1);
  const hatch = svg("path", { class: "s-hatch", d: PATTERNS[0] });
  const pattern = { id: `mg-p${number}-0`, width: 8, height: 8, patternUnits: "userSpaceOnUse" };
  graph.element.firstChild.prepend(svg("defs", {}, svg("pattern", pattern, hatch)));
  for (const { group } of graph.boxes) {
    const shade = group.querySelector(".mg-box").cloneNode();
    set(shade, "class", "mg-shade");
    set(shade, "fill", `url(#mg-p${number}-0)`);
    group.querySelector(".mg-box").after(shade);
  }
  const all = (words, act) => button(words, act, { words: [words] });
  const everything = (isFrozen) =>
    Object.fromEntries(parts.filter(({ tensors }) => tensors).map(({ name }) => [name, isFrozen]));
  const bar = html(
    "div",
    { class: "mg-bar", role: "group", "aria-label": "All parts" },
    all("as the model is", () => change({})),
    all("train all", () => change(everything(false))),
    all("freeze all", () => change(everything(true))),
  );
  const hint = html("p", { class: "mg-note" }, "Thick lines: gradients flow. Hatched: frozen. Dashed: no gradient comes there, so backward does no work.");
  const notes = cuts.map((words) => html("p", { class: "mg-note" }, words));
  const { root, say } = instrumentFrame("frozen_path", state.question, bar, hint, notes, graph.element);
  let own = {};

  function frozenOf(part) {
    const set = own[part.name];
    return set === undefined ? part.frozen : set ? part.tensors : 0;
  }

  function numbersTrained(part) {
    const set = own[part.name];
    return set === undefined ? part.numbers - part.frozen_numbers : set ? 0 : part.numbers;
  }

  function go(to) {
    own = { ...to };
    const trains = parts.map((part) => part.tensors > frozenOf(part));
    const reached = flow(trace.edges, trains);
    for (const { node, group, below } of graph.boxes) {
      const part = parts[node.id];
      const isFrozen = part.tensors > 0 && !trains[node.id];
      const some = trains[node.id] && frozenOf(part) > 0 ? `${frozenOf(part)} of ${part.tensors} frozen` : "";
      const words = part.cut ?? (part.tensors === 0 ? "" : isFrozen ? "frozen" : some || "trained");
      set(group, "data-state", trains[node.id] ? "on" : reached[node.id] ? "" : "off");
      set(group, "data-frozen", String(isFrozen || !reached[node.id]));
      below.write(words, trains[node.id] ? "on" : "");
      const flows = reached[node.id] ? "gradients come here" : "no gradient comes here";
      set(group, "aria-label", `${part.name}: ${words ? `${words}, ` : ""}${flows}`);
      if (canSwitch(node)) set(group, "aria-checked", String(!isFrozen));
    }
    for (const { id, group } of graph.edges) set(group, "data-state", reached[trace.edges[id].target] ? "on" : "off");
    const total = parts.reduce((sum, { numbers }) => sum + numbers, 0);
    const free = parts.reduce((sum, part) => sum + numbersTrained(part), 0);
    const dead = reached.filter((each) => !each).length;
    const trained = `${free.toLocaleString("en")} of ${total.toLocaleString("en")} numbers are trained`;
    const passing = reached.filter((each, i) => each && !trains[i] && parts[i].tensors > 0).length;
    say(
      `${trained}. ` +
        (passing ? `${passing} frozen ${passing > 1 ? "parts lie" : "part lies"} on the way of gradients, which pass through. ` : "") +
        (dead ? `To ${dead} of ${parts.length} parts no gradient comes: backward does no work there.` : "Gradients come to every part."),
    );
  }
  const change = (to) => {
    go(to);
    onChange(own);
  };
  return placed(el, root, go, value);
}

/** For each part whether gradients come to it: it trains, or something that it hands gradients to does. */
function flow(edges, trains) {
  const reached = [...trains];
  let hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (const { source, target } of edges) {
      if (reached[source] || !reached[target]) continue;
      reached[source] = hasChanged = true;
    }
  }
  return reached;
}

export default { render: widgetOf(mount_frozen_path) };
