// The panel: what one step shows, in words, values and formulas. It is built anew at each step.

function card(title, ...children) {
  return html("section", { class: "mg-card" }, html("h4", {}, title), ...children);
}

function row(sign, value, note, className = "") {
  return html(
    "div",
    { class: `mg-row ${className}` },
    sign !== null && html("span", { class: "mg-sign" }, sign),
    value,
    note && html("span", { class: "mg-note" }, note),
  );
}

/** The whole source line with the node's own expression marked, where it stands there once; else the expression. */
function sourceLine({ expression, line }) {
  if (!expression) return line && html("code", {}, line);
  const [before, after, ...more] = (line ?? "").split(expression);
  if (after === undefined || more.length) return html("code", {}, html("mark", {}, expression));
  return html("code", {}, before.trimStart(), html("mark", {}, expression), after);
}

function headCard(node, step, total) {
  const kind =
    node.kind === "leaf" ? `keeps the gradient of the leaf ${called(node)}` : node.variable && `makes ${node.variable}`;
  return html(
    "header",
    { class: "mg-what" },
    html("h3", {}, html("span", { class: "mg-of" }, `${step} of ${total}`), node.name),
    kind && html("p", { class: "mg-note" }, kind),
    node.expression &&
      html("p", { class: "mg-source" }, sourceLine(node), html("span", { class: "mg-note" }, node.place ?? "")),
  );
}

/** The queue as it was when this node was chosen; the picture already shows what the step has brought. */
function whyCard(trace, { why }) {
  const name = (id) => html("code", {}, called(trace.nodes[id]));
  const queue = html(
    "ol",
    { class: "mg-queue" },
    why.ready.map((id, i) => html("li", { "data-state": i === 0 ? "now" : "ready" }, name(id))),
  );
  const waiting = why.waiting.map(({ node, missing }) =>
    html("li", { "data-state": "waiting" }, name(node), `: ${missing} more ${missing === 1 ? "gradient" : "gradients"}`),
  );
  return card(
    "Why this node is next",
    html("p", {}, why.sentence),
    html(
      "div",
      { class: "mg-queues" },
      html("div", {}, html("h5", {}, "Before this step: ready, in this order"), queue),
      waiting.length > 0 &&
        html(
          "div",
          {},
          html("h5", {}, "Before this step: waiting for more gradients"),
          html("ul", { class: "mg-queue" }, waiting),
        ),
    ),
  );
}

function arrivesCard(trace, event) {
  const from = ({ edge }) => {
    if (edge === null) return "given to backward()";
    const { source, input } = trace.edges[edge];
    return `edge ${input} of ${called(trace.nodes[source])}`;
  };
  const rows = event.incoming.flatMap(({ output, terms, sums, value }) => [
    event.incoming.length > 1 && html("h5", {}, `Output ${output}`),
    value === null && row(null, shown(null)),
    terms.flatMap((term, i) => [
      row(i > 0 ? "+" : terms.length > 1 ? "" : null, shown(term.value, terms.length === 1), from(term)),
      i > 0 &&
        row("=", shown(sums[i - 1], i === terms.length - 1), i === terms.length - 1 ? "the sum" : "so far", "mg-sum"),
    ]),
  ]);
  return card("The gradient that arrives", html("div", { class: "mg-rows" }, rows));
}

function outgoingEdge(trace, node, out) {
  const { formula } = node.inputs.find(({ input }) => input === out.input) ?? {};
  if (out.edge === null) {
    return html(
      "div",
      { class: "mg-out mg-note" },
      `Input ${out.input} needs no gradient: nothing is computed for it.`,
    );
  }
  const target = trace.nodes[trace.edges[out.edge].target];
  return html(
    "div",
    { class: "mg-out" },
    html(
      "h5",
      {},
      html("span", { class: "mg-edge-badge" }, String(out.input)),
      "to ",
      html("code", {}, called(target)),
    ),
    formula
      ? html("div", { class: "mg-formula" }, math(formula))
      : html("p", { class: "mg-note" }, "No formula is written for this rule."),
    out.numbers && html("div", { class: "mg-formula mg-numbers" }, math(out.numbers)),
    out.broadcast !== null && [
      row("=", shown(out.raw), "what the rule gives"),
      html("div", { class: "mg-broadcast" }, html("strong", {}, "Undo the broadcast: "), out.broadcast),
    ],
    row("=", shown(out.value, true), null, "mg-result"),
  );
}

function ruleCard(trace, node, event) {
  const sorted = [...node.saved].sort((one, other) => one.symbol.localeCompare(other.symbol));
  const saved = sorted.map(({ symbol, value }) => html("li", {}, html("var", {}, symbol), " = ", shown(value)));
  return card(
    "The rule, and what leaves on each edge",
    saved.length > 0 &&
      html("div", { class: "mg-saved" }, html("h5", {}, "Saved by the forward pass"), html("ul", {}, saved)),
    event.outgoing.map((out) => outgoingEdge(trace, node, out)),
    html(
      "p",
      { class: "mg-note" },
      "The letters are the rule’s own: z is the result, a, b, … are the inputs in order, a bar marks a gradient.",
    ),
  );
}

/** The account of a leaf: what `.grad` held, what is added, what it holds. Not like the engine's own sum, on purpose. */
function gradCard(node, { grad }) {
  const entry = (label, sign, value, className) =>
    html(
      "div",
      { class: `mg-entry ${className}` },
      html("div", { class: "mg-label" }, label),
      html("div", {}, html("span", { class: "mg-sign" }, sign), value),
    );
  const before = grad.before === null ? html("span", { class: "mg-none" }, "None") : shown(grad.before);
  return html(
    "section",
    { class: "mg-card mg-ledger" },
    html("h4", {}, html("code", {}, `${node.variable ?? "leaf"}.grad`), " adds up"),
    html(
      "div",
      { class: "mg-entries" },
      entry("before", "", before, ""),
      entry("added", "+", shown(grad.added), ""),
      entry("after", "=", shown(grad.after), "mg-after"),
    ),
  );
}

/** A small box as it looks in the picture, for the key. */
function sample(state) {
  return svg(
    "svg",
    { viewBox: "-4 -6 44 30", class: "mg-sample mg-node", "data-state": state, "aria-hidden": "true" },
    svg("rect", { class: "mg-box", x: 6, y: 4, width: 30, height: 18, rx: 4 }),
    svg(
      "g",
      { class: "mg-badge", transform: "translate(7,5)" },
      svg("circle", { r: 9 }),
      svg("path", { d: ICONS[state] ?? "" }),
    ),
  );
}

function startPanel(trace) {
  const given = trace.events[0]?.incoming.flatMap(({ terms }) => terms).find(({ edge }) => edge === null);
  const key = (state, text) => html("li", {}, sample(state), text);
  return [
    html(
      "header",
      { class: "mg-what" },
      html("h3", {}, html("span", { class: "mg-of" }, `0 of ${trace.events.length}`), "Before the first step"),
    ),
    card(
      "Nothing has run yet",
      html("p", {}, "Every gradient reads “not yet”: it does not exist, which is not the same as 0."),
      given && html("div", { class: "mg-rows" }, row(null, shown(given.value, true), "given to backward()")),
    ),
    card(
      "How to read the picture",
      html(
        "ul",
        { class: "mg-key" },
        key("now", "runs in this step"),
        key("done", "is done"),
        key("ready", "has all its gradients, is in the queue"),
        key("waiting", "has some, lacks others"),
        key("later", "is not reached yet"),
      ),
      html(
        "p",
        { class: "mg-note" },
        "Boxes are operations, round ends are leaves; the walk begins at the double frame. " +
          "Step with → and ←, Home and End, space to play, or click a node; ? lists all keys.",
      ),
    ),
  ];
}

function panelAt(trace, step) {
  if (step === 0) return startPanel(trace);
  const event = trace.events[step - 1];
  const node = trace.nodes[event.node];
  return [
    headCard(node, step, trace.events.length),
    whyCard(trace, event),
    arrivesCard(trace, event),
    event.outgoing.length > 0 && ruleCard(trace, node, event),
    event.grad && gradCard(node, event),
  ].filter(Boolean);
}
