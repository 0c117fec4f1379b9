// Groups of nodes: where everything stands when some are open and some closed (nested.py, number by number), and how
// open and closed groups look. The trace has the sizes of all boxes, so nothing needs a kernel.

const FRAME = { header: 26, inset: 14, below: 26, margin: 12 };
const LABEL = { size: 11, character: 0.61 };

const textWidth = (text, size) => text.length * LABEL.character * size;
const groupName = (group) => group.name + (group.call ? ` (call ${group.call})` : "");
const groupTitle = (group) => groupName(group) + (group.kind ? ` · ${group.kind}` : "");

/** The groups around one, from the outermost to itself. */
function chainOf(groups, group) {
  const chain = [];
  for (let id = group; id !== null && id !== undefined; id = groups[id].parent) chain.unshift(id);
  return chain;
}

/** The outermost closed group around a box of the layout's pieces, or null. */
const closedAround = (groups, box, opened) => chainOf(groups, box.group).find((id) => !opened.has(id)) ?? null;

/** The LAYOUT of a trace when just the groups in `opened` are open. */
function layoutOf(trace, opened) {
  const { groups } = trace;
  const { boxes, joints } = trace.layout.pieces;
  const nameOf = (box) => {
    const closed = closedAround(groups, box, opened);
    return closed === null ? `box ${box.id}` : `group ${closed}`;
  };
  const scene = { groups, boxes, opened, items: new Map([[null, []]]), around: new Map(), links: new Map([[null, []]]) };
  const seen = boxes.map(nameOf);
  for (const item of seen) enterItem(scene, item);
  scene.joints = mergedJoints(joints, seen);
  scene.joints.forEach((joint, key) => routeJoint(scene, key, ...joint.ends));
  return finished(scene, blockOf(scene, null));
}

const numberOf = (item) => Number(item.slice(item.indexOf(" ") + 1));
const isGroup = (item) => item.startsWith("group ");
const isRim = (item) => item.startsWith("top ") || item.startsWith("bottom ");

/** Put an item, and the open groups around it, into what they stand in. */
function enterItem({ groups, boxes, items, around, links }, item) {
  while (!around.has(item)) {
    const group = isGroup(item) ? groups[numberOf(item)].parent : boxes[numberOf(item)].group;
    around.set(item, group);
    if (!items.has(group)) items.set(group, []);
    if (!links.has(group)) links.set(group, []);
    items.get(group).push(item);
    if (group === null) return;
    item = `group ${group}`;
  }
}

/** The edges that are seen; those from or to a closed group are one, if they join the same two items. */
function mergedJoints(joints, seen) {
  const found = new Map();
  joints.forEach((joint, at) => {
    const ends = [seen[joint.from], seen[joint.to]];
    if (ends[0] === ends[1]) return;
    const key = ends.some(isGroup) ? ends.join() : at;
    const one = found.get(key);
    if (one) {
      one.edges.push(joint.edge);
      const width = textWidth(`${one.edges.length} gradients`, LABEL.size) + 10;
      one.room = one.room ? Math.round(10 * width) / 10 : 0;
    } else found.set(key, { edge: joint.edge, edges: [joint.edge], room: joint.room, ends });
  });
  return [...found.values()];
}

/** Cut an edge at the rims of the open groups that it leaves and enters. */
function routeJoint({ groups, around, links }, key, upper, lower) {
  const [above, below] = [upper, lower].map((item) => chainOf(groups, around.get(item)));
  let shared = 0;
  while (shared < Math.min(above.length, below.length) && above[shared] === below[shared]) shared++;
  for (const group of above.slice(shared).reverse()) {
    links.get(group).push([key, upper, `bottom ${key}`]);
    upper = `group ${group}`;
  }
  for (const group of below.slice(shared).reverse()) {
    links.get(group).push([key, `top ${key}`, lower]);
    lower = `group ${group}`;
  }
  links.get(shared ? above[shared - 1] : null).push([key, upper, lower]);
}

/** One open group with all that is in it, at (0, 0). */
function blockOf(scene, group) {
  const blocks = new Map();
  for (const item of scene.items.get(group))
    if (isGroup(item) && scene.opened.has(numberOf(item))) blocks.set(item, blockOf(scene, numberOf(item)));
  const links = scene.links.get(group);
  const items = [...scene.items.get(group), ...links.flatMap(([, ...ends]) => ends.filter(isRim))];
  const local = new Map(items.map((item, i) => [item, i]));
  const boxes = items.map((item, id) => ({ ...sizeOf(scene, item, blocks), id, item }));
  const joints = links.map(([key, upper, lower]) => ({
    edge: key,
    from: local.get(upper),
    to: local.get(lower),
    leave: blocks.get(upper)?.ports.get(`bottom ${key}`),
    enter: blocks.get(lower)?.ports.get(`top ${key}`),
    main: !isRim(upper) && !isRim(lower),
  }));
  const rooms = new Map(joints.filter(({ main }) => main).map(({ edge }) => [edge, scene.joints[edge].room]));
  layered(boxes, joints, new Map([...rooms].filter(([, room]) => room)));
  return framed(scene, group, boxes, joints, rooms, blocks);
}

function sizeOf({ groups, boxes }, item, blocks) {
  if (isRim(item)) return { width: 0, height: 0, rim: item.split(" ")[0] };
  const block = blocks.get(item);
  if (block) return { width: block.width, height: block.height };
  return isGroup(item) ? groups[numberOf(item)].box : boxes[numberOf(item)];
}

/** The block around what has been placed, and how far from its middle each edge crosses its rim. */
function framed({ groups }, group, boxes, joints, rooms, blocks) {
  const xs = boxes.flatMap((box) => [box.x, box.x + box.width]);
  const ys = boxes.flatMap((box) => [box.y, box.y + box.height]);
  for (const { points, main, label, edge } of joints) {
    const half = (rooms.get(edge) ?? 0) / 2;
    for (const [x] of points) xs.push(x);
    if (main) xs.push(label[0] - half, label[0] + half);
  }
  const name = group === null ? 0 : textWidth(groupTitle(groups[group]), 12) + 40;
  const wide = Math.max(most(xs) - least(xs), name);
  const left = (least(xs) + most(xs) - wide) / 2 - FRAME.inset;
  const has = (rim) => boxes.some((box) => box.rim === rim);
  const bottom = most(ys) + (has("bottom") ? 0 : FRAME.below);
  const top = least(ys) - (has("top") ? 0 : FRAME.header);
  const width = wide + 2 * FRAME.inset;
  const ports = new Map(boxes.filter(({ rim }) => rim).map((box) => [box.item, box.x - left - width / 2]));
  return { group, width, height: bottom - top, blocks, boxes, joints, left, top, ports };
}

/** Move a block to its place, with all that is in it. */
function emit(block, dx, dy, out) {
  if (block.group !== null)
    out.frames.push({ group: block.group, x: dx, y: dy, width: block.width, height: block.height });
  [dx, dy] = [dx - block.left, dy - block.top];
  const moved = ([x, y]) => [x + dx, y + dy];
  for (const box of block.boxes) {
    const [x, y] = moved([box.x, box.y]);
    if (block.blocks.has(box.item)) emit(block.blocks.get(box.item), x, y, out);
    else if (!isRim(box.item)) {
      const group = isGroup(box.item) ? { group: numberOf(box.item) } : {};
      out.boxes.push({ node: null, alias: false, ...box, x, y, id: out.boxes.length, ...group });
    }
  }
  for (const { edge, points, tip, label, main } of block.joints)
    out.parts[edge].push({ points: points.map(moved), tip: moved(tip), label: moved(label), main });
}

/** The whole picture, beginning at (0, 0), rounded as the stored one is. */
function finished({ joints }, whole) {
  const out = { boxes: [], frames: [], parts: joints.map(() => []) };
  emit(whole, 0, 0, out);
  const number = new Map(out.boxes.map(({ item, id }) => [item, id]));
  const edges = joints.map(({ edge, edges, ends, room }, key) => {
    const parts = out.parts[key].sort((one, other) => one.points[0][1] - other.points[0][1]);
    const points = [...parts[0].points, ...parts.slice(1).flatMap((part) => part.points.slice(1))];
    const { label } = parts.find(({ main }) => main);
    return { edge, edges, room, points, tip: parts.at(-1).tip, label, from: number.get(ends[0]), to: number.get(ends[1]) };
  });
  const areas = [...out.boxes, ...out.frames];
  const xs = areas.flatMap(({ x, width }) => [x, x + width]);
  const ys = areas.flatMap(({ y, height }) => [y, y + height]);
  for (const { points, label, room } of edges)
    xs.push(...points.map(([x]) => x), label[0] - room / 2, label[0] + room / 2);
  const [left, top] = [least(xs) - FRAME.margin, least(ys) - FRAME.margin];
  const round = (value) => Math.round(10 * value) / 10;
  const move = ([x, y]) => [round(x - left), round(y - top)];
  for (const area of areas) [area.x, area.y] = move([area.x, area.y]);
  for (const edge of edges) {
    edge.points = edge.points.map(move);
    [edge.tip, edge.label] = [move(edge.tip), move(edge.label)];
    const [first, ...rest] = edge.points.map((point) => point.join());
    edge.path = `M${first}C${rest.join(" ")}`;
  }
  const size = { width: round(most(xs) - left + FRAME.margin), height: round(most(ys) - top + FRAME.margin) };
  return { ...size, direction: "down", boxes: out.boxes, edges, frames: out.frames };
}

// --------------------------------------------------------------------------------------------------- how groups look

/** A closed group: a box upon another, with how far it has come, and a sign that it opens. */
function drawGroupBox(box, group) {
  const { x, y, width, height } = box;
  const middle = x + width / 2 - 6;
  const badge = svg(
    "g",
    { class: "mg-badge", transform: `translate(${x + 4},${y + 4})` },
    svg("circle", { r: 9 }),
    svg("path"),
  );
  const name = svg("text", { class: "mg-text-name", x: middle, y: y + height / 2 - 4.5, "text-anchor": "middle" });
  name.append(box.lines[0].text);
  const account = svg("text", { class: "mg-text-source", x: middle, y: y + height / 2 + 12.5, "text-anchor": "middle" });
  const element = svg(
    "g",
    { class: "mg-node mg-closed", role: "button", tabindex: -1, "aria-expanded": "false", "data-group": group.id },
    svg("title", {}, `${group.path}${group.kind ? `, ${group.kind}` : ""}: open`),
    svg("rect", { class: "mg-halo", x: x - 5, y: y - 5, width: width + 14, height: height + 14, rx: 9 }),
    svg("rect", { class: "mg-behind", x: x + 4, y: y + 4, width, height, rx: 6 }),
    svg("rect", { class: "mg-box", x, y, width, height, rx: 6 }),
    svg("path", { class: "mg-sign-open", d: `M${x + width - 17},${y + height / 2}h9m-4.5,-4.5v9` }),
    name,
    account,
    badge,
  );
  const extent = [x, y, x + width + 4, y + height + 4];
  return { box, ofGroup: group, group: element, account, badge: badge.lastChild, extent };
}

/** The frame of an open group; its title closes it. */
function drawOpenGroup(frame, group) {
  const { x, y, width, height } = frame;
  const title = groupTitle(group);
  const wide = Math.min(textWidth(title, 12) + 34, width - 8);
  const element = svg(
    "g",
    { class: "mg-open" },
    svg("rect", { class: "mg-around", x, y, width, height, rx: 8 }),
    svg(
      "g",
      { class: "mg-node mg-opened", role: "button", tabindex: -1, "aria-expanded": "true", "data-group": group.id },
      svg("title", {}, `${group.path}: close`),
      svg("rect", { class: "mg-halo", x: x + 1, y: y + 1, width: wide + 4, height: 28, rx: 6 }),
      svg("rect", { class: "mg-box", x: x + 3, y: y + 3, width: wide, height: 24, rx: 5 }),
      svg("path", { class: "mg-sign-open", d: `M${x + 10},${y + 15}h9` }),
      svg("text", { class: "mg-text-source", x: x + 26, y: y + 19 }, title),
    ),
  );
  element.lastChild.setAttribute("aria-label", `${title}, open group`);
  return { ofGroup: group, group: element, extent: [x, y, x + width, y + height] };
}

/** The state of a group at a step, and how many of its nodes have run. */
function groupState(group, states) {
  const found = new Map();
  for (const id of group.nodes) found.set(states[id], (found.get(states[id]) ?? 0) + 1);
  const done = (found.get("done") ?? 0) + (found.get("now") ?? 0);
  const isDone = done === group.nodes.length && !found.has("now");
  const first = ["error", "now", ...(isDone ? ["done"] : []), "ready", "waiting"].find((state) => found.has(state));
  return { state: first ?? "later", done };
}
