// The layered layout of layered.py, number by number, for pictures whose groups the reader opens and closes.

const LAYERED = { gap: 26, layerGap: 34, arrow: 7, port: 22, sweeps: 4, labelHeight: 17 };

const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
const most = (numbers) => numbers.reduce((one, other) => Math.max(one, other), -Infinity);
const least = (numbers) => numbers.reduce((one, other) => Math.min(one, other), Infinity);

/** Give boxes their places (`x`, `y`) and joints their curves (`points`, `tip`, `label`); `rooms`: of labels, by key. */
function layered(boxes, joints, rooms) {
  const layer = layersOf(boxes, joints);
  const chains = chainsOf(joints, layer, boxes.length);
  const width = new Map(boxes.map((box) => [box.id, box.width]));
  const room = Math.max(0, ...rooms.values());
  const x = columnsOf(chains, layer, width, room);
  const heights = Array(1 + most([...layer.values()])).fill(0);
  for (const { id, height } of boxes) heights[layer.get(id)] = Math.max(heights[layer.get(id)], height);
  const bands = [];
  let top = 0;
  for (const height of heights) {
    bands.push([top, top + height]);
    top += height + LAYERED.layerGap + (room ? LAYERED.labelHeight + 10 : 0);
  }
  for (const box of boxes) [box.x, box.y] = [x.get(box.id) - box.width / 2, bands[layer.get(box.id)][0]];
  const [leaves, enters] = portsOf(joints, chains, x);
  joints.forEach((joint, i) => {
    const way = chains[i].map((id) => bands[layer.get(id)]);
    curve(joint, chains[i], x.get(joint.from) + leaves[i], x.get(joint.to) + enters[i], boxes, x, way);
  });
  placeLabels(joints, rooms);
}

/** The longest way from the root to each box, counted in edges; a circle is cut at its first box. */
function layersOf(boxes, joints) {
  const targets = new Map(boxes.map(({ id }) => [id, []]));
  const lacking = new Map(boxes.map(({ id }) => [id, 0]));
  for (const { from, to } of joints) {
    targets.get(from).push(to);
    lacking.set(to, lacking.get(to) + 1);
  }
  const layer = new Map(boxes.map(({ id }) => [id, 0]));
  const ready = boxes.map(({ id }) => id).filter((id) => !lacking.get(id));
  const placed = new Set();
  const waiting = targets.keys();
  while (placed.size < targets.size) {
    while (!ready.length) {
      const id = waiting.next().value;
      if (!placed.has(id)) ready.push(id);
    }
    const id = ready.pop();
    if (placed.has(id)) continue;
    placed.add(id);
    for (const target of targets.get(id)) {
      lacking.set(target, lacking.get(target) - 1);
      if (placed.has(target)) continue;
      layer.set(target, Math.max(layer.get(target), layer.get(id) + 1));
      if (!lacking.get(target)) ready.push(target);
    }
  }
  const isBottom = ({ rim }) => rim === "bottom";
  const last = 1 + most(boxes.filter((box) => !isBottom(box)).map(({ id }) => layer.get(id)));
  for (const box of boxes.filter(isBottom)) layer.set(box.id, last);
  return layer;
}

/** Each edge as a chain of points, one a layer; new points (ids after the boxes') are entered in `layer`. */
function chainsOf(joints, layer, nextId) {
  return joints.map(({ from, to }) => {
    const chain = [from];
    for (let between = layer.get(from) + 1; between < layer.get(to); between++) {
      layer.set(nextId, between);
      chain.push(nextId++);
    }
    return [...chain, to];
  });
}

/** The x of every box and point. */
function columnsOf(chains, layer, width, room) {
  const rows = Array.from({ length: most([...layer.values()]) + 1 }, () => []);
  for (const [id, number] of layer) rows[number].push(id);
  const above = new Map([...layer.keys()].map((id) => [id, []])),
    below = new Map([...layer.keys()].map((id) => [id, []]));
  for (const chain of chains) {
    for (let i = 1; i < chain.length; i++) {
      below.get(chain[i - 1]).push(chain[i]);
      above.get(chain[i]).push(chain[i - 1]);
    }
  }
  const x = new Map();
  for (const row of rows) pack(row, new Map(row.map((id, place) => [id, place])), width, room, x);
  for (let sweep = 0; sweep < 2 * LAYERED.sweeps; sweep++) {
    const [order, neighbours] = sweep % 2 === 0 ? [rows, above] : [rows.toReversed(), below];
    for (const row of order) {
      const wish = new Map();
      for (const id of row) {
        const near = neighbours.get(id);
        wish.set(id, near.length ? sum(near.map((other) => x.get(other))) / near.length : x.get(id));
      }
      row.sort((one, other) => wish.get(one) - wish.get(other));
      pack(row, wish, width, room, x);
    }
  }
  return x;
}

/** Set a layer's boxes side by side without overlap, close to where they wish to be. */
function pack(row, wish, width, room, x) {
  let edge = -Infinity;
  for (const id of row) {
    const half = Math.max(width.get(id) ?? 0, room) / 2;
    x.set(id, Math.max(wish.get(id), edge + half));
    edge = x.get(id) + half + LAYERED.gap;
  }
  const drift = sum(row.map((id) => x.get(id) - wish.get(id))) / row.length;
  for (const id of row) x.set(id, x.get(id) - drift);
}

/** How far from a box's middle each edge leaves and enters it: side by side, in the order of where they lead. */
function portsOf(joints, chains, x) {
  const ends = [
    ["from", 1, "leave"],
    ["to", -2, "enter"],
  ];
  return ends.map(([end, neighbour, given]) => {
    const offset = Array(joints.length).fill(0);
    for (const edges of Map.groupBy(joints.keys(), (i) => joints[i][end]).values()) {
      const towards = (i) => x.get(chains[i].at(neighbour));
      edges.sort((one, other) => towards(one) - towards(other));
      const apart = Math.min(LAYERED.port, (2 * LAYERED.port) / edges.length);
      edges.forEach((i, place) => (offset[i] = joints[i][given] ?? (place - (edges.length - 1) / 2) * apart));
    }
    return offset;
  });
}

/** A smooth curve through a chain: from a box's lower side, straight past layers between, to the arrow's base. */
function curve(joint, chain, begin, end, boxes, x, bands) {
  const [upper, lower] = [boxes[joint.from], boxes[joint.to]];
  const stops = [[begin, upper.y + upper.height]];
  if (bands[0][1] > stops[0][1]) stops.push([begin, bands[0][1]]);
  for (let i = 1; i < chain.length - 1; i++) {
    const [top, bottom] = bands[i];
    stops.push([x.get(chain[i]), top], [x.get(chain[i]), bottom]);
  }
  joint.tip = [end, lower.y];
  stops.push([end, lower.y - (lower.rim ? 0 : LAYERED.arrow)]);
  joint.points = [stops[0]];
  for (let i = 1; i < stops.length; i++) {
    const [here, there] = [stops[i - 1], stops[i]];
    const half = (there[1] - here[1]) / 2;
    joint.points.push([here[0], here[1] + half], [there[0], there[1] - half], there);
  }
}

/** Beside the first stretch of each curve; the labels of parallel edges one below the other. */
function placeLabels(joints, rooms) {
  for (const group of Map.groupBy(joints, ({ from, to }) => `${from} ${to}`).values()) {
    group.forEach((joint, place) => {
      const t = group.length === 1 ? 0.6 : (place + 1) / (group.length + 1);
      const weights = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
      const [x, y] = [0, 1].map((axis) => sum(weights.map((weight, i) => weight * joint.points[i][axis])));
      joint.label = [x + (rooms.get(joint.edge) ?? 0) / 2 + 2, y];
    });
  }
}
