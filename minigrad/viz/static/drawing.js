// Boxes, arrows and gradients as SVG: what a layout looks like, drawn once, in the state before the first step.

const LONGEST_ACCOUNT = 24; // characters below a leaf
const GRAD_ROOM = 18; // below a leaf, for its .grad
const MOST_ANIMATED = 60; // boxes; each frame paints a whole tile
const TILE = 320, // height of a band of the picture
  TILE_RIM = 16; // around boxes, labels and edges: what is drawn beside them

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
function besideStart(course, isLeft, reach = 16) {
  const [startX, startY] = course[0];
  const [x, y] = course.find((point) => Math.hypot(point[0] - startX, point[1] - startY) > reach) ?? course.at(-1);
  const length = Math.hypot(x - startX, y - startY) || 1;
  const [nx, ny] = [(y - startY) / length, (startX - x) / length]; // across the edge
  const side = Math.abs(nx) < 0.4 ? -Math.sign(ny) : Math.sign(nx) * (isLeft ? -1 : 1);
  return [x + 8 * side * nx, Math.abs(nx) < 0.4 ? y + 8 * side * ny : Math.max(y + 8 * side * ny, startY + 8)];
}

/** The room that the layout left for an edge's gradient. */
const roomFor = (gradient) => Math.max(chipWidth(NOT_YET), chipWidth(short(gradient)));

/**
 * An edge with its arrow, the place of its gradient, and its number where the node has several: where none of `chips`,
 * [x, y, room] of the gradients of all edges of its node, covers it; where that cannot be, farthest from them.
 */
function drawEdge(drawn, edge, gradient, isLeftmost, chips) {
  const [labelX, labelY] = drawn.label;
  const course = along(drawn.points);
  const isOn = course.some(([x, y]) => Math.hypot(x - labelX, y - labelY) < 8);
  const room = roomFor(gradient);
  const left = isOn ? null : labelX - room / 2 + 1; // the side nearer to the edge
  const value = chip(labelX, labelY, "mg-gradient", NOT_YET, gradient, { left });
  const clearance = ([atX, atY]) =>
    Math.min(
      ...chips.map(([chipX, chipY, wide]) => Math.max(Math.abs(atX - chipX) - wide / 2 - 6, Math.abs(atY - chipY) - 17)),
    );
  const sides = [16, 8].flatMap((reach) => [isLeftmost, !isLeftmost].map((isLeft) => besideStart(course, isLeft, reach)));
  const farthest = () => sides.reduce((best, place) => (clearance(place) > clearance(best) ? place : best));
  const [x, y] = sides.find((place) => clearance(place) >= 0) ?? farthest();
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

/** A sign with a word on the rim of a box, for the time when something is wrong there. */
function flag(name, word, x, y) {
  return svg(
    "g",
    { class: `mg-flag mg-flag-${name}`, transform: `translate(${x},${y})` },
    svg("rect", { x: 0, y: -9, width: word.length * CHARACTER + 28, height: 17, rx: 8.5 }),
    svg("path", { d: ICONS[name], transform: "translate(11,0)" }),
    svg("text", { x: 21, y: 4 }, word),
  );
}

/** The outline of what a recorded backward pass made, in every state: dash and dot, outside the box. */
function layerRim({ x, y, width, height }) {
  return svg("rect", { class: "mg-rim", x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: 10 });
}

function drawBox(box, node, account, trouble) {
  const { x, y, width, height } = box;
  const round = node.kind === "leaf" ? height / 2 : 6;
  const middle = x + width / 2;
  const first = y + height / 2 - (box.lines.length - 1) * 8.5 + 4;
  const badge = svg(
    "g",
    { class: "mg-badge", transform: `translate(${x + 1},${y + 1})` },
    svg("circle", { r: 9 }),
    svg("path"),
  );
  const texts = [account?.before, account?.after].map((value) => `.grad ${value?.text ?? NOT_YET}`);
  const grad =
    node.kind === "leaf" ? chip(middle, y + height + 7, "mg-grad", ...texts, { longest: LONGEST_ACCOUNT }) : null;
  const group = svg(
    "g",
    { class: `mg-node mg-${node.kind}${node.layer ? " mg-second" : ""}`, role: "button", tabindex: -1, "data-node": node.id },
    svg("rect", { class: "mg-halo", x: x - 5, y: y - 5, width: width + 10, height: height + 10, rx: round + 5 }),
    svg("rect", { class: "mg-box", x, y, width, height, rx: round }),
    node.layer && layerRim(box),
    node.root && svg("rect", { class: "mg-frame", x: x + 4, y: y + 4, width: width - 8, height: height - 8, rx: round - 3 }),
    box.lines.map(({ text, role }, i) =>
      svg("text", { class: `mg-text-${role}`, x: middle, y: first + 17 * i, "text-anchor": "middle" }, text),
    ),
    badge,
    trouble?.error && flag("error", "error", x + 12, y - 3),
    trouble?.warning && flag("warning", `first ${trouble.warning.type}`, x + width - 88, y - 3),
    grad,
  );
  const extent = [x, y, x + width, y + height + (grad ? GRAD_ROOM : 0)];
  return { box, node, group, grad, texts, badge: badge.lastChild, extent };
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

/** What one layout looks like: the picture's element, its tiles, and the boxes that have states. */
function drawNested(trace, known, layout, paint) {
  const starts = Map.groupBy(layout.edges, ({ from }) => from);
  const gradientOf = ({ edge, edges }) =>
    edges?.length > 1 ? `${edges.length} gradients` : (known.born.get(edge)?.value?.text ?? "none");
  const edges = layout.edges.map((drawn) => {
    const siblings = starts.get(drawn.from);
    const lefts = siblings.map(({ points }) => points[0][0]);
    const chips = siblings.map((each) => [...each.label, roomFor(gradientOf(each))]);
    const isLeftmost = drawn.points[0][0] === Math.min(...lefts);
    const count = layout.boxes[drawn.from].node === null ? 1 : lefts.length; // a closed group's edges have no numbers
    const edge = { ...trace.edges[drawn.edge], count };
    return { all: drawn.edges ?? [drawn.edge], ...drawEdge(drawn, edge, gradientOf(drawn), isLeftmost, chips) };
  });
  const boxes = layout.boxes.map((box) => {
    if (box.node === null) return drawGroupBox(box, trace.groups[box.group]);
    const account = known.ran.get(box.node)?.grad;
    return drawBox(box, trace.nodes[box.node], account, known.troubles.get(box.node));
  });
  const open = (layout.frames ?? []).map((frame) => drawOpenGroup(frame, trace.groups[frame.group]));
  const [width, height] = [layout.width, layout.height + GRAD_ROOM];
  const tiles = [
    open.map((frame) => ({ ...frame, paint: (now) => paint.open(frame, now) })),
    trace.passes ? drawMakers(boxes) : [],
    edges.map(({ all, group, extent }) => ({ group, extent, paint: (now) => paint.edges(all, group, now) })),
    boxes.map((box) => ({ ...box, paint: (now) => (box.node ? paint.box(box, now) : paint.group(box, now)) })),
    edges.map(({ all, value, valueExtent }) => ({
      group: value,
      extent: valueExtent,
      paint: (now) => paint.values(all, value, now),
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
  return { picture, tiles, boxes, edges, open, width, height, layout };
}
