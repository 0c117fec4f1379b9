// The picture of a trace's graph without a walk, for the small instruments: one SVG, boxes that may be switches or
// buttons, texts beside edges and below leaves that an instrument can change.

/** A text on a rounded ground that can be changed, centred on (x, y). */
function tag(x, y, className) {
  const rect = svg("rect", { y: y - 9, height: 18, rx: 9 });
  const label = svg("text", { x, y: y + 4, "text-anchor": "middle" });
  const title = svg("title");
  const group = svg("g", { class: `mg-tag ${className}`, visibility: "hidden" }, title, rect, label);
  const write = (full, state = null) => {
    const words = short(full ?? "", 26);
    const width = chipWidth(words);
    set(group, "visibility", full ? "visible" : "hidden");
    if (state !== null) set(group, "data-state", state);
    if (label.textContent === words) return;
    [title.textContent, label.textContent] = [full ?? "", words];
    rect.setAttribute("x", x - width / 2);
    rect.setAttribute("width", width);
  };
  return { group, write };
}

function plainEdge(drawn) {
  const label = tag(...drawn.label, "mg-edge-tag");
  const line = svg("path", { class: "mg-line", d: drawn.path });
  const group = svg("g", { class: "mg-edge" }, line, arrowHead(drawn.tip, drawn.points));
  return { id: drawn.edge, group, label };
}

function plainBox(box, node) {
  const { x, y, width, height } = box;
  const round = node.kind === "leaf" ? height / 2 : 6;
  const first = y + height / 2 - (box.lines.length - 1) * 8.5 + 4;
  const lines = box.lines.map(({ text, role }, i) =>
    svg("text", { class: `mg-text-${role}`, x: x + width / 2, y: first + 17 * i, "text-anchor": "middle" }, text),
  );
  const below = tag(x + width / 2, y + height + 7, "mg-leaf-tag");
  const group = svg(
    "g",
    { class: `mg-node mg-${node.kind}`, "data-node": node.id },
    svg("rect", { class: "mg-halo", x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: round + 5 }),
    svg("rect", { class: "mg-box", x, y, width, height, rx: round }),
    node.root && svg("rect", { class: "mg-frame", x: x + 4, y: y + 4, width: width - 8, height: height - 8, rx: round - 3 }),
    lines,
    below.group,
  );
  return { box, node, group, below, name: lines[0] };
}

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** The box to which an arrow key leads from `one`: the nearest in that direction, or none. */
function neighbour(one, boxes, [dx, dy]) {
  const middle = ({ box }) => [box.x + box.width / 2, box.y + box.height / 2];
  const [x, y] = middle(one);
  const far = (other) => {
    const [ax, ay] = middle(other);
    const ahead = (ax - x) * dx + (ay - y) * dy;
    const aside = Math.abs((ax - x) * dy) + Math.abs((ay - y) * dx);
    return ahead > 4 ? ahead + 2 * aside : Infinity;
  };
  const [best] = boxes.filter((other) => far(other) < Infinity).sort((a, b) => far(a) - far(b));
  return best;
}

/**
 * The picture. `act(node)` is called for a click or Enter or space on a box for which `takesPart(node)` is true; arrow
 * keys go from one such box to the next. Hands back `{ element, boxes, edges, of(id) }`: an instrument sets
 * `data-state` and `aria-label` of a `group`, writes tags, and finds the boxes of a node (several for a leaf with aliases).
 */
function plainGraph(trace, { label, act = () => {}, takesPart = () => true, role = "button" }) {
  const { layout } = trace;
  const [width, height] = [layout.width, layout.height + GRAD_ROOM];
  const edges = layout.edges.map(plainEdge);
  const boxes = layout.boxes.map((box) => plainBox(box, trace.nodes[box.node]));
  const picture = svg(
    "svg",
    { class: "mg-plain", viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": label },
    edges.map(({ group }) => group),
    boxes.map(({ group }) => group),
    edges.map(({ label: { group } }) => group),
  );
  const parts = boxes.filter(({ node }) => takesPart(node));
  for (const { group, node } of boxes) {
    const isPart = takesPart(node);
    set(group, "role", isPart ? role : "img");
    if (isPart) set(group, "tabindex", group === parts[0].group ? "0" : "-1");
  }
  const partOf = (target) => parts.find(({ group }) => group.contains(target));
  const focus = (part) => {
    for (const { group } of parts) set(group, "tabindex", group === part.group ? "0" : "-1");
    part.group.focus({ preventScroll: true });
  };
  picture.addEventListener("click", ({ target }) => {
    const part = partOf(target);
    if (!part) return;
    focus(part);
    act(part.node);
  });
  picture.addEventListener("keydown", (event) => {
    const part = partOf(event.target);
    if (!part || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") act(part.node);
    else if (event.key in ARROWS) {
      const next = neighbour(part, parts, ARROWS[event.key]);
      if (next) focus(next);
    } else return;
    event.preventDefault();
  });
  const element = html("div", { class: "mg-plain-frame" }, picture);
  return { element, boxes, edges, of: (id) => boxes.filter(({ node }) => node.id === id) };
}
