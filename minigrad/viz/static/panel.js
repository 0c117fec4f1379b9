// The panel: what one step shows, in words, values and formulas. Each step builds it anew, and of what is shown only what differs is replaced (renew.js).

function card(title, ...children) {
  return html("section", { class: "mg-card" }, html("h4", {}, title), ...children);
}

function row(sign, value, note, className = "") {
  return html(
    "div",
    { class: `mg-row ${value.querySelector(".mg-grid") ? "mg-tall " : ""}${className}` },
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

function headCard(node, event, total) {
  const kind =
    node.kind === "leaf" ? `keeps the gradient of the leaf ${called(node)}` : node.variable && `makes ${node.variable}`;
  const [out] = event.outgoing;
  const round = node.twin?.includes(" of ") && `the ${node.twin} that this ${node.rule ? "rule" : "code"} made`;
  const does = { broadcast: `undoes the broadcast of input ${out?.input}`, error: "stops the walk with an error" };
  return html(
    "header",
    { class: "mg-what" },
    html("h3", {}, html("span", { class: "mg-of" }, `${event.index + 1} of ${total}`), node.name),
    html("p", { class: "mg-note" }, [does[event.kind] ?? kind, node.layer && layerWords(node), round].filter(Boolean).join(", ")),
    node.expression &&
      html("p", { class: "mg-source" }, sourceLine(node), html("span", { class: "mg-note" }, node.place ?? "")),
  );
}

/** Text in which what stands between two backquotes is code. */
function withCode(text) {
  return text.split("`").map((part, i) => (i % 2 ? html("code", {}, part) : part));
}

/** The longer story of an error: its parts have a heading, and paragraphs or items whose lines were broken for a terminal. */
function storyOf(text) {
  return text.split("\n\n").map((part) => {
    const [heading, ...lines] = part.split("\n");
    const joined = lines.map((line) => line.trim()).reduce((all, line) => {
      if (all.length === 0 || line.startsWith("- ")) return [...all, line];
      return [...all.slice(0, -1), `${all.at(-1)} ${line}`];
    }, []);
    return [html("h5", {}, heading), joined.map((line) => html("p", {}, withCode(line)))];
  });
}

/** An error or a warning as minigrad words it: the sentence, what happened, where, and what to write instead. */
function troubleCard(name, title, { sentence, what, where, fix, story }) {
  const place = ({ place, line, expression }) =>
    html("li", {}, sourceLine({ line, expression }), " ", html("span", { class: "mg-note" }, place));
  const isAligned = / {2}/.test(what); // shapes below each other
  const part = (label, ...content) => [html("dt", {}, label), html("dd", {}, ...content)];
  return html(
    "section",
    { class: `mg-card mg-trouble mg-${name}` },
    html("h4", {}, svg("svg", { viewBox: "-8 -8 16 16", class: "mg-icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] })), title),
    html("p", {}, sentence),
    html(
      "dl",
      {},
      what && part("What", isAligned ? html("code", {}, what) : withCode(what)),
      where.length > 0 && part("Where", html("ul", {}, where.map(place))),
      fix && part("Fix", withCode(fix)),
    ),
    story && html("details", {}, html("summary", {}, "The longer story"), storyOf(story)),
  );
}

const WARNINGS = { nan: "Warning: the first nan", inf: "Warning: the first inf" };

/** The queue as it was when this node was chosen; the picture already shows what the step has brought. */
function whyCard(trace, { why, kind }) {
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
    kind === "broadcast" ? "Why this step is next" : "Why this node is next",
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
    terms.length > 1
      ? html(
          "div",
          { class: "mg-buffer" },
          html("h5", {}, "The engine’s own buffer adds them up, for this pass only"),
          terms.map((term, i) => [
            row(i > 0 ? "+" : "", shown(term.value), from(term)),
            i > 0 &&
              row("=", shown(sums[i - 1], i === terms.length - 1), i === terms.length - 1 ? "the sum" : "so far", "mg-sum"),
          ]),
        )
      : terms.map((term) => row(null, shown(term.value, true), from(term))),
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
      ? formulaLine("mg-formula", formula)
      : html("p", { class: "mg-note" }, "No formula is written for this rule."),
    out.numbers && formulaLine("mg-formula mg-numbers", out.numbers),
    out.value === null && out.raw !== null
      ? [
          row("=", shown(out.raw, true), "what the rule gives", "mg-result"),
          html("p", { class: "mg-note" }, "Not yet the gradient of the input: its broadcast is undone in a step of its own."),
        ]
      : row("=", shown(out.value, true), null, "mg-result"),
  );
}

/** The step that undoes a broadcast: what the rule gave, what is summed, what goes out. */
function broadcastCard(trace, { outgoing: [out] }) {
  const target = trace.nodes[trace.edges[out.edge].target];
  return card(
    "Undo the broadcast",
    html(
      "h5",
      { class: "mg-to" },
      html("span", { class: "mg-edge-badge" }, String(out.input)),
      "to ",
      html("code", {}, called(target)),
    ),
    html(
      "div",
      { class: "mg-rows" },
      row("", shown(out.raw, true), "what the rule gave"),
      html("div", { class: "mg-broadcast" }, html("span", { class: "mg-sigma", "aria-hidden": "true" }, "Σ"), out.broadcast),
      row("=", shown(out.value, true), null, "mg-result"),
    ),
  );
}

/** What an error keeps from leaving: every edge of the node, with no gradient yet. */
function missingCard(trace, node) {
  const edges = node.inputs.filter(({ edge }) => edge !== null);
  return card(
    "What leaves on each edge",
    html(
      "ul",
      {},
      edges.map(({ input, edge }) =>
        html(
          "li",
          { class: "mg-to" },
          html("span", { class: "mg-edge-badge" }, String(input)),
          "to ",
          html("code", {}, called(trace.nodes[trace.edges[edge].target])),
          html("span", { class: "mg-none" }, NOT_YET),
        ),
      ),
    ),
    html("p", { class: "mg-note" }, "What came before is kept: step back to see it. No .grad has changed by this walk."),
  );
}

function bytes(size) {
  if (size < 1000) return size === 1 ? "1 byte" : `${size} bytes`;
  const unit = size < 1e6 ? 1 : size < 1e9 ? 2 : size < 1e12 ? 3 : 4;
  return `${(size / 1000 ** unit).toFixed(1)} ${" kMGT"[unit]}B`;
}

/** How much of the saved memory the graph still holds, as a bar with words. */
function memoryBar(held, total) {
  return html(
    "div",
    { class: "mg-memory" },
    html("div", { class: "mg-meter", "aria-hidden": "true" }, html("div", { style: `width: ${(100 * held) / total}%` })),
    html("span", {}, held === total ? `${bytes(total)} held by the graph` : `${bytes(held)} of ${bytes(total)} still held by the graph`),
  );
}

/** What backward() would free here, and what the graph then still holds. */
function memoryCard(trace, { freed, held }) {
  const fate = ({ bytes: size, kept_by: keeper, same_as: same }) => {
    if (same !== null) return ["the same memory as ", html("var", {}, same)];
    if (keeper === null) return bytes(size);
    const name = html("code", {}, called(trace.nodes[keeper]));
    if (trace.nodes[keeper].kind === "leaf") return [`${bytes(size)}, which live on as the leaf `, name];
    return ["nothing yet: ", name, " has saved it, too"];
  };
  return card(
    "What backward() would free here",
    html("ul", { class: "mg-freed" }, freed.map((each) => html("li", {}, html("var", {}, each.symbol), ": ", fate(each)))),
    memoryBar(held, trace.held),
    html("p", { class: "mg-note" }, "This walk is a recording and frees nothing."),
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
    html("h5", {}, "The tensor’s own account: kept after this pass, until you zero it"),
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
  const looks = state === "broadcast" ? { "data-state": "now", "data-kind": state } : { "data-state": state };
  return svg(
    "svg",
    { viewBox: "-4 -6 44 30", class: "mg-sample mg-node", ...looks, "aria-hidden": "true" },
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
      trace.held > 0 && [html("p", {}, "Saved by the forward pass for the rules:"), memoryBar(trace.held, trace.held)],
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
        trace.events.some(({ kind }) => kind === "broadcast") && key("broadcast", "undoes a broadcast in this step"),
        trace.events.some(({ kind }) => kind === "error") && key("error", "has stopped the walk with an error"),
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

/** What a step shows, as cards (fill.js). */
function panelAt(trace, step) {
  if (step === 0) return startPanel(trace).map((element) => [null, () => element]);
  const event = trace.events[step - 1];
  const node = trace.nodes[event.node];
  const { kind, warning, error } = event;
  const cards = [
    ["head", () => headCard(node, event, trace.events.length)],
    error && ["error", () => troubleCard("error", `The walk stops here: ${error.type}`, error)],
    warning && ["warning", () => troubleCard("warning", WARNINGS[warning.type], warning)],
    ["why", () => whyCard(trace, event)],
    event.incoming.length > 0 && ["arrives", () => arrivesCard(trace, event)],
    kind === "broadcast" && ["broadcast", () => broadcastCard(trace, event)],
    kind === "node" && event.outgoing.length > 0 && ["rule", () => ruleCard(trace, node, event)],
    kind === "node" && node.jacobians?.length > 0 && ["jacobian", () => jacobianCard(trace, node)],
    kind === "node" && event.check && ["check", () => checkCard(trace, event)],
    kind === "error" && ["missing", () => missingCard(trace, node)],
    event.grad && ["grad", () => gradCard(node, event)],
    event.freed.length > 0 && ["memory", () => memoryCard(trace, event)],
  ];
  return cards.filter(Boolean).map(([name, make]) => [`${name} ${node.name}`, make]);
}
