// The graph builder: code is typed, the kernel runs it, and its graph or its error stands below.

const PATIENCE = 4000; // milliseconds without an answer until that is said

/** What a node is in words: who made it, and where its gradients go. */
function nodeSentence(trace, node) {
  const name = (id) => (trace.nodes[id].kind === "leaf" ? `AccumulateGrad of ${called(trace.nodes[id])}` : called(trace.nodes[id]));
  if (node.kind === "leaf") return `${called(node)} is a leaf: its node is AccumulateGrad, which adds what arrives to ${called(node)}.grad. next_functions is ().`;
  const next = node.inputs.map(({ edge }) => (edge === null ? "None (needs no gradient)" : name(trace.edges[edge].target)));
  const place = node.place ? ` at ${node.place.replace(/^.*, /, "")}` : "";
  return `${node.name} was made by ${node.expression ?? "an operation"}${place}. next_functions: ${joined(next)}.`;
}

function mount_graph_builder(el, state, { value, onChange }) {
  let run = value?.run ?? 0,
    waiting = null;
  const area = html("textarea", { class: "mg-code", rows: 6, spellcheck: "false", autocapitalize: "off", "aria-label": "Code" });
  const start = button("Run the code", () => send(), { look: "run", keys: "Ctrl+Enter", words: ["Run"] });
  const answer = html("div", { class: "mg-made" });
  const hint = html("p", { class: "mg-note" }, "Ctrl+Enter runs the code, in a copy of your variables. Its last line is the result.");
  const { root, say } = instrumentFrame("graph_builder", state.question, hint, area, html("div", { class: "mg-bar" }, start), answer);
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  });

  function send() {
    run += 1;
    root.setAttribute("aria-busy", "true");
    say("Running the code …");
    clearTimeout(waiting);
    waiting = setTimeout(() => say("No answer yet: the kernel is busy, or there is none behind this page."), PATIENCE);
    onChange({ code: area.value, run });
  }

  /** Show a new answer of the kernel's; what is being typed stays. */
  function show({ code, trace, error, said }) {
    clearTimeout(waiting);
    root.removeAttribute("aria-busy");
    if (document.activeElement !== area) go({ code, run });
    const printed = said && html("pre", { class: "mg-said" }, said);
    if (error) {
      answer.replaceChildren(...[html("pre", { class: "mg-raised" }, error), printed].filter(Boolean));
      return say(`The code raised an error: ${error.split("\n")[0]}`);
    }
    const graph = plainGraph(trace, { label: trace.alt, act: (node) => choose(node) });
    const choose = (node) => {
      for (const box of graph.boxes) set(box.group, "data-state", box.node.id === node.id ? "now" : "");
      say(nodeSentence(trace, node));
    };
    for (const { group, node } of graph.boxes) set(group, "aria-label", called(node));
    answer.replaceChildren(...[graph.element, printed].filter(Boolean));
    say(`${trace.alt} Click a node to read its next_functions.`);
  }

  function go(to) {
    run = Math.max(run, to?.run ?? 0);
    if (to && area.value !== to.code) area.value = to.code;
    area.rows = Math.min(Math.max(area.value.split("\n").length + 1, 4), 16);
  }
  go({ code: state.code, run });
  show(state);
  el.replaceChildren(root);
  return {
    go,
    show,
    destroy: () => {
      clearTimeout(waiting);
      root.remove();
    },
  };
}

export default { render: widgetOf(mount_graph_builder) };
