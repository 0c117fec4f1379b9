// The stepper's front end: walks a trace (docs/stepper.md) forwards and backwards, with no kernel and no network.
// The DOM is built once; a step changes states, those in sight first, and builds the panel anew. All text goes in as
// text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";
const SPEEDS = [
  ["½×", 2400],
  ["1×", 1200],
  ["2×", 600],
  ["4×", 300],
];
const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
const CHARACTER = 6.7,
  CHIP_PADDING = 10; // of a text on an edge: the layout reserved as much
const LONGEST_CHIP = 18,
  LONGEST_ACCOUNT = 24; // characters on an edge, below a leaf
const GRAD_ROOM = 18; // below a leaf, for its .grad
const MOST_ANIMATED = 60; // boxes; each frame paints a whole tile
const TILE = 320, // height of a band of the picture
  TILE_RIM = 16; // around boxes, labels and edges: what is drawn beside them

const ICONS = {
  first: "M3 3v10M13 3 6 8l7 5z",
  previous: "m10 3-5 5 5 5",
  play: "M4 2.5 13 8l-9 5.5z",
  pause: "M5 3v10M11 3v10",
  next: "m6 3 5 5-5 5",
  last: "M13 3v10M3 3l7 5-7 5z",
  now: "M-2.5-4.5 4 0-2.5 4.5z",
  done: "M-4 .5-1.2 3.2 4-3",
  ready: "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  waiting: "M-4 0h.1M0 0h.1M4 0h.1",
};

const NOT_YET = "not yet";
const STATES = {
  now: "running now",
  done: "done",
  ready: "ready to run",
  waiting: "waiting",
  later: "not reached yet",
};

// ---------------------------------------------------------------------------------------------------- making elements

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Change an attribute only where it differs: what has not changed is not painted again. */
function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function icon(name) {
  return svg("svg", { viewBox: "0 0 16 16", class: "mg-icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

// ---------------------------------------------------------------------------------------------------------- formulas

const MATHML_TAGS = new Set(
  (
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom msub msup msubsup munder mover " +
    "munderover mmultiscripts mtable mtr mtd"
  ).split(" "),
);
const MATHML_ATTRIBUTES = new Set(
  (
    "display stretchy fence form accent width height depth lspace rspace minsize maxsize symmetric linethickness " +
    "mathvariant displaystyle scriptlevel columnalign columnspacing rowspacing separator"
  ).split(" "),
);

/** A copy that holds MathML's elements and harmless attributes only; of anything else the text stays. */
function onlyMath(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return document.createTextNode("");
  if (node.namespaceURI !== MATHML || !MATHML_TAGS.has(node.localName))
    return document.createTextNode(node.textContent);
  const copy = document.createElementNS(MATHML, node.localName);
  for (const { name, value } of node.attributes) if (MATHML_ATTRIBUTES.has(name)) copy.setAttribute(name, value);
  copy.append(...[...node.childNodes].map(onlyMath));
  if (isSign(node)) copy.setAttribute("form", "prefix");
  return copy;
}

/** Whether a minus is a sign and no subtraction: it begins a row or stands after an operator such as "[" or ",". */
function isSign(node) {
  if (node.localName !== "mo" || node.textContent !== "\u2212") return false;
  let before = node.previousElementSibling;
  while (before?.localName === "mspace") before = before.previousElementSibling;
  return before === null || (before.localName === "mo" && !/^[)\]]$/.test(before.textContent));
}

const parsed = new WeakMap(); // FORMULA → element, since parsing is the dear part of a step

function math(formula) {
  if (!parsed.has(formula)) {
    const root = new DOMParser().parseFromString(formula.mathml ?? "", "application/xml").documentElement;
    const good = root.namespaceURI === MATHML && root.localName === "math";
    parsed.set(formula, good ? onlyMath(root) : html("code", {}, formula.latex));
  }
  return html("span", { class: "mg-math" }, parsed.get(formula).cloneNode(true));
}

// ------------------------------------------------------------------------------------------------------------- values

function number(value) {
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return `${value}.`;
  return String(Number(value.toPrecision(4)));
}

/** A value in full: its text, a small matrix as a grid, the range of one that was cut, and on request its shape. */
function shown(value, withShape = false) {
  if (value === null) return html("span", { class: "mg-none" }, "none");
  const { shape, values } = value;
  const isGrid =
    shape.length === 2 && !value.truncated && shape[0] > 1 && shape[1] <= 8 && shape[0] <= 8 && values.length;
  const body = isGrid
    ? html(
        "span",
        { class: "mg-grid", style: `--columns: ${shape[1]}` },
        values.map((v) => html("span", {}, number(v))),
      )
    : html("span", { class: "mg-number" }, value.text);
  const notes = [];
  if (shape.length && (withShape || value.truncated))
    notes.push(`shape (${shape.join(", ")}${shape.length === 1 ? "," : ""})`);
  if (value.truncated && value.min !== null) notes.push(`from ${number(value.min)} to ${number(value.max)}`);
  return html(
    "span",
    { class: "mg-value" },
    body,
    notes.length > 0 && html("span", { class: "mg-note" }, notes.join(", ")),
  );
}

function short(text, longest = LONGEST_CHIP) {
  return text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text;
}

// -------------------------------------------------------------------------------------------- what is known at a step

/** The state of every node at `step`: now, done, ready, waiting or later. */
function statesAt(trace, step) {
  const states = trace.nodes.map(() => "later");
  const why = trace.events[step]?.why;
  for (const { node } of why?.waiting ?? []) states[node] = "waiting";
  for (const node of why?.ready ?? []) states[node] = "ready";
  for (let i = 0; i < step; i++) states[trace.events[i].node] = "done";
  if (step > 0) states[trace.events[step - 1].node] = "now";
  return states;
}

/** For each edge the event that brings its gradient; for each node the event in which it runs. */
function index(trace) {
  const born = new Map(),
    ran = new Map();
  for (const event of trace.events) {
    ran.set(event.node, event);
    for (const out of event.outgoing) if (out.edge !== null) born.set(out.edge, { at: event.index, value: out.value });
  }
  return { born, ran };
}

/** A node in words that tell it from its namesakes: "a", or "PowBackward0 (a**3)". */
function called(node) {
  if (node.kind === "leaf") return node.variable ?? "unnamed leaf";
  const source = node.variable ?? node.expression;
  return source ? `${node.name} (${source})` : node.name;
}

// ----------------------------------------------------------------------------------------------------------- the graph

const chipWidth = (text) => text.length * CHARACTER + CHIP_PADDING;

/**
 * A text on a rounded ground, centred on (x, y) or, with `left`, beginning there: `before` until its time, then `after`.
 * Both are written once and a step only shows the one or the other: changed texts would have to be laid out again.
 */
function chip(x, y, className, before, after, { left = null, longest = LONGEST_CHIP } = {}) {
  const label = (full, when) => {
    const text = short(full, longest);
    const width = chipWidth(text);
    const start = left ?? x - width / 2;
    return svg(
      "g",
      { class: when },
      svg("title", {}, full),
      svg("rect", { x: start, y: y - 9, width, height: 18, rx: 9 }),
      svg("text", { x: start + width / 2, y: y + 4, "text-anchor": "middle" }, text),
    );
  };
  return svg("g", { class: `mg-chip ${className}` }, label(before, "mg-before"), label(after, "mg-after"));
}

function arrowHead([x, y], points) {
  const [fromX, fromY] = points.at(-1);
  const length = Math.hypot(x - fromX, y - fromY) || 1;
  const [ux, uy] = [(x - fromX) / length, (y - fromY) / length];
  const [bx, by] = [x - 9 * ux, y - 9 * uy];
  return svg("path", {
    class: "mg-head",
    d: `M${x},${y}L${bx - 4.5 * uy},${by + 4.5 * ux}L${bx + 4.5 * uy},${by - 4.5 * ux}Z`,
  });
}

/** Points along a chain of cubic Bézier curves. */
function along(points) {
  const found = [];
  for (let i = 0; i + 3 < points.length; i += 3) {
    for (let t = 0; t <= 1; t += 0.0625) {
      const weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
      found.push([0, 1].map((axis) => weights.reduce((sum, weight, k) => sum + weight * points[i + k][axis], 0)));
    }
  }
  return found;
}

/** A place beside the beginning of an edge: left of it or right of it, above it where it leaves sideways. */
function besideStart(course, isLeft) {
  const [startX, startY] = course[0];
  const [x, y] = course.find((point) => Math.hypot(point[0] - startX, point[1] - startY) > 16) ?? course.at(-1);
  const length = Math.hypot(x - startX, y - startY) || 1;
  const [nx, ny] = [(y - startY) / length, (startX - x) / length]; // across the edge
  const side = Math.abs(nx) < 0.4 ? -Math.sign(ny) : Math.sign(nx) * (isLeft ? -1 : 1);
  return [x + 8 * side * nx, Math.abs(nx) < 0.4 ? y + 8 * side * ny : Math.max(y + 8 * side * ny, startY + 8)];
}

/** An edge with its arrow, the place of its gradient, and its number where the node has several. */
function drawEdge(drawn, edge, gradient, isLeftmost) {
  const [labelX, labelY] = drawn.label;
  const course = along(drawn.points);
  const isOn = course.some(([x, y]) => Math.hypot(x - labelX, y - labelY) < 8);
  const room = Math.max(chipWidth(NOT_YET), chipWidth(short(gradient))); // what the layout left for it
  const left = isOn ? null : labelX - room / 2 + 1; // the side nearer to the edge
  const value = chip(labelX, labelY, "mg-gradient", NOT_YET, gradient, { left });
  const [x, y] = besideStart(course, isLeftmost);
  const group = svg(
    "g",
    { class: "mg-edge" },
    svg("path", { class: "mg-line", d: drawn.path }),
    svg("path", { class: "mg-flow", d: drawn.path, pathLength: 1 }),
    arrowHead(drawn.tip, drawn.points),
    edge.count > 1 &&
      svg("text", { class: "mg-edge-number", x, y: y + 4, "text-anchor": "middle" }, String(edge.input)),
  );
  const xs = [drawn.tip[0], ...drawn.points.map((point) => point[0])];
  const ys = [drawn.tip[1], ...drawn.points.map((point) => point[1])];
  const extent = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  const valueExtent = [labelX - room / 2, labelY, labelX + room / 2, labelY];
  return { edge, group, value, extent, valueExtent };
}

function drawBox(box, node, account) {
  const { x, y, width, height } = box;
  const round = node.kind === "leaf" ? height / 2 : 6;
  const middle = x + width / 2;
  const first = y + height / 2 - (box.lines.length - 1) * 8.5 + 4;
  const badge = svg(
    "g",
    { class: "mg-badge", transform: `translate(${x + 4},${y + 4})` },
    svg("circle", { r: 9 }),
    svg("path"),
  );
  const texts = [account?.before, account?.after].map((value) => `.grad ${value?.text ?? NOT_YET}`);
  const grad =
    node.kind === "leaf" ? chip(middle, y + height + 7, "mg-grad", ...texts, { longest: LONGEST_ACCOUNT }) : null;
  const group = svg(
    "g",
    { class: `mg-node mg-${node.kind}`, role: "button", tabindex: -1, "data-node": node.id },
    svg("rect", { class: "mg-halo", x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: round + 5 }),
    svg("rect", { class: "mg-box", x, y, width, height, rx: round }),
    node.root && svg("rect", { class: "mg-frame", x: x + 4, y: y + 4, width: width - 8, height: height - 8, rx: round - 3 }),
    box.lines.map(({ text, role }, i) =>
      svg("text", { class: `mg-text-${role}`, x: middle, y: first + 17 * i, "text-anchor": "middle" }, text),
    ),
    badge,
    grad,
  );
  const extent = [x, y, x + width, y + height + (grad ? GRAD_ROOM : 0)];
  return { box, node, group, grad, texts, mark: badge.lastChild, extent };
}

/**
 * One layer of the picture, cut into bands of their own elements: the browser paints again only those in sight that
 * changed. All have the picture's coordinates. A piece is { group, extent: [left, top, right, bottom], paint }.
 */
function drawTiles(pieces, width, height) {
  const bands = Map.groupBy(pieces, ({ extent }) => Math.floor(extent[1] / TILE));
  return [...bands.entries()]
    .sort(([one], [other]) => one - other)
    .map(([, inside]) => {
      const groups = inside.map(({ group }) => group);
      const reach = (side, choose) => choose(...inside.map(({ extent }) => extent[side]));
      const [left, top] = [0, 1].map((side) => Math.floor(reach(side, Math.min)) - TILE_RIM);
      const [right, bottom] = [2, 3].map((side) => Math.ceil(reach(side, Math.max)) + TILE_RIM);
      const style = `--x: ${left}; --y: ${top}; --w: ${right - left}; --h: ${bottom - top}`;
      const canvas = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "presentation" }, groups);
      return { left, top, right, bottom, pieces: inside, element: html("div", { class: "mg-tile", style }, canvas) };
    });
}

/** The picture. `paint(step)` changes what differs from the step before; a click on a node calls `jump(step)`. */
function drawGraph(trace, known, jump) {
  const { layout } = trace;
  const starts = Map.groupBy(layout.edges, ({ from }) => from);
  const edges = layout.edges.map((drawn) => {
    const edge = trace.edges[drawn.edge];
    const lefts = starts.get(drawn.from).map(({ points }) => points[0][0]);
    const isLeftmost = drawn.points[0][0] === Math.min(...lefts);
    const birth = known.born.get(edge.id);
    return drawEdge(drawn, { ...edge, count: lefts.length }, birth?.value?.text ?? "none", isLeftmost);
  });
  const boxes = layout.boxes.map((box) => drawBox(box, trace.nodes[box.node], known.ran.get(box.node)?.grad));
  const [width, height] = [layout.width, layout.height + GRAD_ROOM];
  const tiles = [
    edges.map(({ edge, group, extent }) => ({ group, extent, paint: (now) => paintEdge(edge, group, now) })),
    boxes.map((box) => ({ ...box, paint: (now) => paintBox(box, now) })),
    edges.map(({ edge, value, valueExtent }) => ({
      group: value,
      extent: valueExtent,
      paint: (now) => paintEdge(edge, value, now),
    })),
  ].flatMap((layer) => drawTiles(layer, width, height));
  const picture = html(
    "div",
    {
      class: boxes.length > MOST_ANIMATED ? "mg-picture mg-large" : "mg-picture",
      style: `--width: ${width}; --height: ${height}`,
      role: "group",
      "aria-label": trace.alt,
    },
    tiles.map((tile) => tile.element),
  );
  const frame = html("div", { class: "mg-graph" }, picture);
  let current = []; // the boxes of the step: several for a leaf with aliases
  const late = {}; // the painting of what is out of sight, still to come
  picture.addEventListener("click", (event) => {
    const id = event.target.closest("[data-node]")?.dataset.node;
    if (id !== undefined && known.ran.has(Number(id))) jump(known.ran.get(Number(id)).index + 1);
  });

  function paintEdge(edge, group, { step, arriving }) {
    const birth = known.born.get(edge.id);
    const exists = birth !== undefined && step > birth.at;
    const state = !exists ? "later" : step === birth.at + 1 ? "now" : arriving.has(edge.id) ? "arriving" : "done";
    set(group, "data-state", state);
  }

  function paintBox({ node, group, grad, texts, mark }, { step, states, missing }) {
    const state = states[node.id];
    const event = known.ran.get(node.id);
    const at = event ? `, step ${event.index + 1}` : "";
    const lacks = missing.has(node.id) ? ` for ${missing.get(node.id)} more` : "";
    let gradText = "";
    if (grad) {
      const isWritten = state === "now" || state === "done";
      gradText = texts[Number(isWritten)];
      set(grad, "data-state", isWritten ? state : "later");
    }
    set(group, "data-state", state);
    set(group, "aria-label", [called(node) + at, STATES[state] + lacks, gradText].filter(Boolean).join(", "));
    set(mark, "d", ICONS[state] ?? "");
    set(group, "tabindex", state === "now" || (step === 0 && event?.index === 0) ? "0" : "-1");
    if (state === "now") group.setAttribute("aria-current", "step");
    else group.removeAttribute("aria-current");
  }

  /**
   * Scroll the frame, and never the page, so that a box of the step is in sight: the nearest.
   * Hands back whether a tile will then be in sight.
   */
  function show() {
    const { scrollWidth, scrollHeight, clientWidth, clientHeight, scrollLeft, scrollTop } = frame;
    if (clientWidth === 0) return () => true; // not on the page yet: all is painted
    const places = current.map(({ box }) => {
      const left = ((box.x + box.width / 2) / width) * scrollWidth - clientWidth / 2;
      const top = ((box.y + box.height / 2) / height) * scrollHeight - clientHeight / 2;
      // How far from the middle, where 1 is at the rim.
      const far = Math.max(
        Math.abs(left - scrollLeft) / (clientWidth / 2),
        Math.abs(top - scrollTop) / (clientHeight / 2),
      );
      return { left, top, far };
    });
    const nearest = places.reduce((one, other) => (other.far < one.far ? other : one));
    const isFar = nearest.far > 0.7 && (scrollWidth > clientWidth || scrollHeight > clientHeight);
    const within = (place, most) => Math.max(0, Math.min(place, most));
    const x = isFar ? within(nearest.left, scrollWidth - clientWidth) : scrollLeft;
    const y = isFar ? within(nearest.top, scrollHeight - clientHeight) : scrollTop;
    if (isFar) frame.scrollTo({ left: x, top: y });
    const [across, down] = [scrollWidth / width, scrollHeight / height];
    return ({ left, top, right, bottom }) =>
      left * across < x + clientWidth && right * across > x && top * down < y + clientHeight && bottom * down > y;
  }

  function paint(step) {
    const states = statesAt(trace, step);
    current = boxes.filter(({ node }) => (step > 0 ? states[node.id] === "now" : node.root));
    // First, while nothing has changed: asking for sizes or the focus after a change would lay everything out.
    const focusInside = step > 0 && picture.contains(document.activeElement);
    const isInSight = show();
    const missing = new Map(trace.events[step]?.why.waiting.map(({ node, missing }) => [node, missing]));
    const terms = step > 0 ? trace.events[step - 1].incoming.flatMap((incoming) => incoming.terms) : [];
    const arriving = new Set(terms.map((term) => term.edge));
    const now = { step, states, missing, arriving };
    const seen = tiles.filter(isInSight);
    const paintTiles = (some) => some.forEach(({ pieces }) => pieces.forEach((piece) => piece.paint(now)));
    paintTiles(seen);
    cancelAnimationFrame(late.frame);
    clearTimeout(late.timer);
    if (seen.length < tiles.length) {
      const others = tiles.filter((tile) => !seen.includes(tile));
      // After this frame; the reader cannot have scrolled there before.
      late.frame = requestAnimationFrame(() => (late.timer = setTimeout(() => paintTiles(others))));
    }
    if (focusInside && !current.some(({ group }) => group === document.activeElement)) {
      paintBox(current[0], now); // wherever it is: its name is read aloud
      current[0].group.focus({ preventScroll: true });
    }
  }

  new ResizeObserver(show).observe(frame); // also when a notebook takes the frame away and puts it back
  return { frame, paint };
}

// ----------------------------------------------------------------------------------------------------------- the panel

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
          "Step with → and ←, Home and End, space to play, or click a node.",
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

// ---------------------------------------------------------------------------------------------------------- the stepper

function drawControls(total, actions) {
  const button = (name, label, keys, ...words) => {
    const names = { type: "button", class: `mg-button mg-${name}`, "aria-label": label, title: `${label} (${keys})` };
    const element = html("button", names, words, icon(name));
    element.addEventListener("click", () => actions[name]());
    return element;
  };
  const first = button("first", "First step", "Home"),
    previous = button("previous", "Previous step", "←");
  const play = button("play", "Play", "space");
  const next = button("next", "Next step", "→", "Next"),
    last = button("last", "Last step", "End");
  const slider = html("input", {
    type: "range",
    min: 0,
    max: total,
    step: 1,
    value: 0,
    class: "mg-slider",
    "aria-label": "Step",
  });
  slider.addEventListener("input", () => actions.go(Number(slider.value)));
  const speed = html(
    "select",
    { class: "mg-speed", "aria-label": "Speed", title: "Speed" },
    SPEEDS.map(([label, wait]) => html("option", { value: wait, selected: wait === 1200 }, label)),
  );
  const counter = html("span", { class: "mg-counter" });
  const bar = html(
    "div",
    { class: "mg-controls", role: "group", "aria-label": "Walk" },
    first,
    previous,
    play,
    next,
    last,
    slider,
    counter,
    speed,
  );
  const off = (element, isOff) => set(element, "aria-disabled", String(isOff));

  function paint(step, sentence) {
    for (const element of [first, previous]) off(element, step === 0);
    for (const element of [next, last]) off(element, step === total);
    slider.value = step;
    set(slider, "aria-valuetext", sentence);
    counter.textContent = `${step} / ${total}`;
  }
  function paintPlay(isPlaying) {
    play.replaceChildren(icon(isPlaying ? "pause" : "play"));
    play.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
    play.setAttribute("title", isPlaying ? "Pause (space)" : "Play (space)");
  }
  return { bar, paint, paintPlay, wait: () => Number(speed.value) };
}

/**
 * Never let an element shrink, so that what stands below does not jump at each step; a new width begins anew. `hold()`
 * is called before a step changes the element: noting its height afterwards would lay it out twice.
 */
function keepHeight(element) {
  let width = null;
  const observer = new ResizeObserver(([{ borderBoxSize }]) => {
    const [{ inlineSize }] = borderBoxSize;
    if (inlineSize !== width) element.style.minHeight = "";
    width = inlineSize;
  });
  observer.observe(element);
  const hold = () => {
    const { height } = element.getBoundingClientRect();
    if (height > 0 && `${height}px` !== element.style.minHeight) element.style.minHeight = `${height}px`;
  };
  return { hold, disconnect: () => observer.disconnect() };
}

/**
 * Show `trace` in `el`. Options: `step` to begin with, `onStep(step)` called after each repaint that the reader caused.
 * Hands back `{ step, go(step), destroy() }`.
 */
export function mount(el, trace, { step: initial = 0, onStep = () => {} } = {}) {
  const total = trace.events.length;
  const known = index(trace);
  let step = null,
    timer = null;

  const paint = (to) => {
    const target = Math.min(Math.max(Math.round(to) || 0, 0), total);
    if (target === step) return false;
    step = target;
    const sentence =
      step === 0 ? `Before the first of ${total} steps: nothing has run yet.` : trace.events[step - 1].sentence;
    keeper.hold();
    graph.paint(step);
    panel.replaceChildren(...panelAt(trace, step));
    controls.paint(step, sentence);
    live.textContent = sentence;
    root.dataset.step = step;
    return true;
  };
  const go = (to) => {
    if (paint(to)) onStep(step);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = null;
    controls.paintPlay(false);
  };
  const tick = () => {
    go(step + 1);
    if (step < total) timer = setTimeout(tick, controls.wait());
    else stop();
  };
  const byHand = (to) => {
    if (timer !== null) stop();
    go(to);
  };
  const toggle = () => {
    if (timer !== null) return stop();
    if (step === total) go(0);
    controls.paintPlay(true);
    timer = setTimeout(tick, step === 0 ? 0 : controls.wait());
  };

  const controls = drawControls(total, {
    first: () => byHand(0),
    previous: () => byHand(step - 1),
    play: toggle,
    next: () => byHand(step + 1),
    last: () => byHand(total),
    go: byHand,
  });
  const graph = drawGraph(trace, known, byHand);
  const panel = html("div", { class: "mg-panel", role: "group", "aria-label": "This step" });
  const live = html("p", { class: "mg-live", role: "status", "aria-live": "polite" });
  const root = html(
    "section",
    { class: "mg-stepper", "aria-label": `Stepper: ${trace.title}`, "data-lm-suppress-shortcuts": "true" },
    html("div", { class: "mg-top" }, html("div", { class: "mg-title" }, trace.title), controls.bar),
    html("div", { class: "mg-body" }, graph.frame, panel),
    live,
  );

  // JupyterLab takes keys from anything focused ("a" would add a cell): none gets past the stepper.
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "SELECT") return;
    const onNode = event.target.closest("[data-node]");
    if (event.key in KEYS) byHand(step + KEYS[event.key]);
    else if (event.key === "Enter" && onNode) onNode.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    else if (event.key === " " && event.target.tagName !== "BUTTON") toggle();
    else return;
    event.preventDefault();
  });

  const keeper = keepHeight(panel);
  paint(initial); // before it is on the page: an unpainted picture would show every gradient
  el.replaceChildren(root);
  return {
    get step() {
      return step;
    },
    go: paint,
    destroy: () => {
      stop();
      keeper.disconnect();
      root.remove();
    },
  };
}

/** anywidget's entry: the front end repaints at once and tells the kernel afterwards, so a click never waits for it. */
function render({ model, el }) {
  const read = () => {
    const trace = model.get("trace");
    return typeof trace === "string" ? JSON.parse(trace) : trace;
  };
  let isTelling = false;
  const tell = () => {
    isTelling = false;
    model.set("step", view.step);
    model.save_changes();
  };
  const afterPainting = () => {
    if (!isTelling) requestAnimationFrame(() => setTimeout(tell));
    isTelling = true;
  };
  const start = () => mount(el, read(), { step: model.get("step"), onStep: afterPainting });
  let view = start();
  const follow = () => view.go(model.get("step"));
  const renew = () => {
    view.destroy();
    view = start();
  };
  model.on("change:step", follow);
  model.on("change:trace", renew);
  return () => {
    model.off("change:step", follow);
    model.off("change:trace", renew);
    view.destroy();
  };
}

export default { render };
