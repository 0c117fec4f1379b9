// The picture of a trace's graph: the state of each node and edge at a step, boxes, arrows and gradients. The DOM is
// built once; a step changes states, those in sight first.

const LONGEST_ACCOUNT = 24; // characters below a leaf
const GRAD_ROOM = 18; // below a leaf, for its .grad
const MOST_ANIMATED = 60; // boxes; each frame paints a whole tile
const TILE = 320, // height of a band of the picture
  TILE_RIM = 16; // around boxes, labels and edges: what is drawn beside them

Object.assign(ICONS, {
  error: "M-3.5-3.5l7 7M3.5-3.5l-7 7",
  broadcast: "M3-4h-6l3.5 4-3.5 4h6",
  warning: "M0-6 6.5 5.5h-13zM0-2.5v4M0 3.6h.1",
});

const NOT_YET = "not yet";
const STATES = {
  now: "running now",
  done: "done",
  ready: "ready to run",
  waiting: "waiting",
  later: "not reached yet",
  error: "stopped by an error",
};

// --------------------------------------------------------------------------------------------- what is known at a step

/** The queue after `step` steps: what the next one was chosen from, or what an error left. */
function queueAt(trace, step) {
  const last = trace.events[step - 1];
  return (trace.events[step] ?? (last?.kind === "error" ? last : null))?.why;
}

/** The state of every node at `step`: now, done, ready, waiting, later or error. */
function statesAt(trace, step) {
  const states = trace.nodes.map(() => "later");
  const event = trace.events[step - 1];
  const why = queueAt(trace, step);
  for (const { node } of why?.waiting ?? []) states[node] = "waiting";
  for (const node of why?.ready ?? []) states[node] = "ready";
  for (let i = 0; i < step; i++) states[trace.events[i].node] = "done";
  if (event) states[event.node] = event.kind === "error" ? "error" : "now";
  return states;
}

/** For each edge the event that brings its gradient; for each node its first event, and that with trouble. */
function index(trace) {
  const born = new Map(),
    ran = new Map(),
    troubles = new Map();
  for (const event of trace.events) {
    if (!ran.has(event.node)) ran.set(event.node, event);
    if (event.error || (event.warning && !troubles.has(event.node))) troubles.set(event.node, event);
    for (const out of event.outgoing) {
      const isForLater = out.value === null && out.raw !== null; // a broadcast is undone first, in a step of its own
      if (out.edge !== null && !isForLater) born.set(out.edge, { at: event.index, value: out.value });
    }
  }
  return { born, ran, troubles };
}

/** What made a node of a second layer: "rule of x**3". */
function ruleWords({ rule }) {
  if (!rule) return null;
  if (rule.name === null) return "sum of gradients";
  const { expression } = rule;
  return `rule of ${expression && expression.length <= 40 ? expression : rule.name}`;
}

/** A node in words that tell it from its namesakes: "a", or "PowBackward0 (a**3)". */
function called(node) {
  if (node.kind === "leaf") return node.variable ?? "unnamed leaf";
  const source = node.layer ? [`layer ${node.layer}`, ruleWords(node)] : [node.expression]; // a pass has one expression
  const details = node.variable ?? node.path ?? [...source, node.twin].filter(Boolean).join(", ");
  return details ? `${node.name} (${details})` : node.name;
}

// ----------------------------------------------------------------------------------------------------------- the graph

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

/**
 * The picture. `paint(step)` changes what differs from the step before; a click on a node calls `jump(step)`. A click
 * on a group opens or closes it.
 */
function drawGraph(trace, known, jump) {
  const scroller = html("div", { class: "mg-graph" });
  const opened = new Set(trace.layout.open ?? []);
  let current = [], // the boxes of the step: several for a leaf with aliases
    step = 0,
    scene = null,
    painter = null,
    settle = () => {}; // give up painting what is out of sight, where that is still to come

  function edgeState(id, { step, arriving }) {
    const birth = known.born.get(id);
    const exists = birth !== undefined && step > birth.at;
    return !exists ? "later" : step === birth.at + 1 ? "now" : arriving.has(id) ? "arriving" : "done";
  }

  /** Whether a piece of the picture looks like that already; most do from one step to the next. */
  function isPainted(piece, look) {
    const isSame = piece.look === look;
    piece.look = look;
    return isSame;
  }

  /** Of several edges drawn as one: "now" and "arriving" if one is, "done" if all are. */
  function paintEdges(ids, group, now) {
    const states = ids.map((id) => edgeState(id, now));
    set(group, "data-state", ["now", "arriving", "later"].find((state) => states.includes(state)) ?? "done");
  }

  function paintValues(ids, group, now) {
    const isComplete = ids.every((id) => edgeState(id, now) !== "later");
    if (isComplete) paintEdges(ids, group, now);
    else set(group, "data-state", "later");
  }

  function paintBox(piece, { step, kind, states, missing }) {
    const { node, group, grad, texts, badge } = piece;
    const state = states[node.id];
    const isHere = state === "now" || state === "error";
    const event = known.ran.get(node.id);
    const trouble = known.troubles.get(node.id);
    const isWarned = trouble?.warning && trouble.index < step;
    const lacks = missing.has(node.id) ? ` for ${missing.get(node.id)} more` : "";
    const isSum = state === "now" && kind === "broadcast";
    const isStop = isHere || (step === 0 && event?.index === 0);
    const sign = hasBreakpoint(node) && "breakpoint";
    if (isPainted(piece, [state, lacks, state === "now" && kind, isWarned, sign, isStop].join())) return;
    const at = event ? `, step ${event.index + 1}` : "";
    const says = isSum ? "its broadcast is undone now" : STATES[state] + lacks;
    let gradText = "";
    if (grad) {
      const isWritten = state === "now" || state === "done";
      gradText = texts[Number(isWritten)];
      set(grad, "data-state", isWritten ? state : "later");
    }
    const warning = isWarned && `warning: the first ${trouble.warning.type}`;
    set(group, "data-state", state);
    if (trouble) set(group, "data-warned", String(Boolean(isWarned)));
    set(group, "data-kind", state === "now" ? kind : "");
    const layer = node.variable && node.layer && `layer ${node.layer}`; // else its name says so
    set(group, "aria-label", [called(node) + at, layer, layer && ruleWords(node), says, warning, gradText, sign].filter(Boolean).join(", "));
    set(badge, "d", ICONS[isSum ? "broadcast" : state] ?? "");
    paintFocus(group, isStop, isHere);
  }

  function paintFocus(group, isStop, isHere) {
    set(group, "tabindex", isStop ? "0" : "-1");
    if (isHere) set(group, "aria-current", "step");
    else group.removeAttribute("aria-current");
  }

  function paintGroup({ ofGroup, group, account, badge }, { step, states }) {
    const { state, done } = groupState(ofGroup, states);
    const all = ofGroup.nodes.length;
    const words = `${done} of ${all} node${all === 1 ? "" : "s"} done`;
    if (account.textContent !== words) account.textContent = words;
    set(group, "data-state", state);
    const sign = hasBreakpoint(null, ofGroup) && "holds a breakpoint";
    set(group, "aria-label", [groupTitle(ofGroup), "closed group", words, STATES[state], sign].filter(Boolean).join(", "));
    set(badge, "d", ICONS[state] ?? "");
    const begins = step === 0 && ofGroup.nodes.includes(trace.events[0]?.node);
    const isHere = state === "now" || state === "error";
    paintFocus(group, isHere || begins, isHere);
  }

  function paintOpen({ ofGroup, group }, { states }) {
    set(group, "data-state", groupState(ofGroup, states).state);
  }

  /**
   * Scroll the frame, and never the page, so that a box of the step is in sight: the nearest.
   * Hands back whether a tile will then be in sight.
   */
  function show() {
    const { width, height } = scene;
    const { scrollWidth, scrollHeight, clientWidth, clientHeight, scrollLeft, scrollTop } = scroller;
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
    if (isFar) scroller.scrollTo({ left: x, top: y });
    const [across, down] = [scrollWidth / width, scrollHeight / height];
    return ({ left, top, right, bottom }) =>
      left * across < x + clientWidth && right * across > x && top * down < y + clientHeight && bottom * down > y;
  }

  function paint(to) {
    step = to;
    const states = statesAt(trace, step);
    const here = trace.events[step - 1];
    const isCurrent = (id) => (here ? id === here.node : trace.nodes[id].root);
    current = scene.boxes.filter(({ node, ofGroup }) => (node ? isCurrent(node.id) : ofGroup.nodes.some(isCurrent)));
    // First, while nothing has changed: asking for sizes or the focus after a change would lay everything out.
    const focusInside = step > 0 && scene.picture.contains(document.activeElement);
    const isInSight = show();
    const missing = new Map(queueAt(trace, step)?.waiting.map(({ node, missing }) => [node, missing]));
    const terms = here?.incoming.flatMap((incoming) => incoming.terms) ?? [];
    const arriving = new Set(terms.map((term) => term.edge));
    const now = { step, kind: here?.kind, states, missing, arriving };
    const { tiles } = scene;
    const seen = tiles.filter(isInSight);
    const paintTiles = (some) => some.forEach(({ pieces }) => pieces.forEach((piece) => piece.paint(now)));
    paintTiles(seen);
    settle();
    if (seen.length < tiles.length) {
      const others = tiles.filter((tile) => !seen.includes(tile));
      // After this frame; the reader cannot have scrolled there before.
      settle = afterFrame(() => paintTiles(others));
    }
    overview.mark(current[0].box);
    if (focusInside && !current.some(({ group }) => group === document.activeElement)) {
      if (current[0].node) paintBox(current[0], now); // wherever it is: its name is read aloud
      else paintGroup(current[0], now);
      current[0].group.focus({ preventScroll: true });
    }
  }

  const hasBreakpoint = (node, ofGroup) =>
    known.marks && (node ? known.marks.has(node.id) : ofGroup.nodes.some((id) => known.marks.has(id)));

  /** Put the signs of breakpoints on the boxes that have one, closed groups that hold one too. */
  function mark() {
    for (const { node, ofGroup, group } of scene.boxes) {
      group.querySelector(".mg-breakpoint")?.remove();
      if (hasBreakpoint(node, ofGroup)) group.append(breakpointSign(group.querySelector(".mg-box")));
    }
  }

  function build(layout) {
    scene = drawNested(trace, known, layout, {
      box: paintBox,
      group: paintGroup,
      open: paintOpen,
      edges: paintEdges,
      values: paintValues,
    });
    mark();
    scroller.replaceChildren(scene.picture);
    overview.build(scene);
  }

  /** Open or close groups, and keep the one that was meant where it is. */
  function change(act, id = null) {
    const find = () => (id === null ? null : scroller.querySelector(`[data-group="${id}"]`));
    const hadFocus = scroller.contains(document.activeElement);
    const before = find()?.getBoundingClientRect();
    act();
    build(layoutOf(trace, opened));
    overview.fitAgain();
    const focus = find();
    const after = focus?.getBoundingClientRect();
    if (before && after) scroller.scrollBy(after.left - before.left, after.top - before.top);
    if (painter) painter(scene);
    else paint(step);
    if (before && after) {
      const moved = focus.getBoundingClientRect();
      if (moved.top < scroller.getBoundingClientRect().top || moved.bottom > scroller.getBoundingClientRect().bottom)
        scroller.scrollBy(0, moved.top - before.top);
    }
    if (focus && hadFocus) focus.focus({ preventScroll: true });
  }

  function toggle(id) {
    const group = trace.groups[id];
    const isOpen = opened.has(id);
    change(() => (isOpen ? opened.delete(id) : opened.add(id)), id);
    const inside = group.nodes.length;
    known.say?.(`${groupTitle(group)}: ${isOpen ? "closed" : "open"}, ${inside} node${inside === 1 ? "" : "s"} inside.`);
  }

  const openAll = () => change(() => trace.groups.forEach(({ id }) => opened.add(id)));
  const closeAll = () => change(() => opened.clear());

  scroller.addEventListener("click", (event) => {
    const found = event.target.closest("[data-node], [data-group]");
    if (!found || !scroller.contains(found)) return;
    const { node, group } = found.dataset;
    if (group !== undefined) toggle(Number(group));
    else if (known.ran.has(Number(node))) jump(known.ran.get(Number(node)).index + 1);
  });
  scroller.addEventListener("keydown", (event) => {
    const found = event.target.closest("[data-node], [data-group]");
    if (!found || event.ctrlKey || event.metaKey || event.altKey) return;
    const { node, group } = found.dataset;
    const isOpen = group !== undefined && opened.has(Number(group));
    let meant = null;
    if (event.key === "Enter") meant = group;
    else if (event.key === "+" && !isOpen) meant = group;
    else if (event.key === "-") meant = isOpen ? group : innermostOpen(node ? trace.nodes[node].group : trace.groups[group].parent);
    if (meant === null || meant === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    toggle(Number(meant));
  });
  const innermostOpen = (group) => chainOf(trace.groups ?? [], group).findLast((id) => opened.has(id)) ?? null;

  const overview = drawOverview(scroller, trace.groups?.length ? { openAll, closeAll } : null);
  build(trace.layout);
  new ResizeObserver(show).observe(scroller); // also when a notebook takes the frame away and puts it back
  /** Have a node in sight without a step of the backward pass; hands back its boxes. */
  const look = (id) => {
    current = scene.boxes.filter(({ node, ofGroup }) => (node ? node.id === id : ofGroup.nodes.includes(id)));
    show();
    overview.mark(current[0].box);
    return current;
  };
  /** Let another pass paint the picture (forward.js): `other(scene)` after each change of what is drawn; or null. */
  const lend = (other) => {
    settle();
    for (const box of scene.boxes) box.look = null; // the other pass writes what it likes
    painter = other;
    painter?.(scene);
  };
  return { frame: overview.place, paint, look, lend, mark };
}
