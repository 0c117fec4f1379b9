// Layers: what the reader's own code made, and what a backward pass made that was recorded itself (create_graph=True).

/** A small box as a layer's look in the picture. */
function layerSample(layer) {
  const box = { x: 6, y: 5, width: 38, height: 20 };
  return svg(
    "svg",
    { viewBox: "0 0 50 30", class: `mg-sample mg-node mg-op${layer > 1 ? " mg-second" : ""}`, "data-state": "ready", "aria-hidden": "true" },
    svg("rect", { class: "mg-box", ...box, rx: 5 }),
    layer > 1 && layerRim(box),
  );
}

/** How a node of a second layer came about, for the panel. */
function layerWords({ layer, rule }) {
  const start = `layer ${layer}: made by `;
  if (!rule) return `${start}a backward pass that was itself recorded`;
  if (rule.name === null) return `${start}the engine, adding up gradients in a recorded backward pass`;
  return `${start}the rule of ${rule.name}${rule.expression ? ` (${rule.expression})` : ""} in a recorded backward pass`;
}

/** A dotted line from a node to one that its rule made: from side to side, or past the right where one is below the other. */
function makerLink(from, to) {
  const side = ({ x, y, width, height }, isRight) => [isRight ? x + width + 4 : x - 4, y + height / 2];
  const isBelow = from.x < to.x + to.width && to.x < from.x + from.width;
  const isRight = isBelow || to.x > from.x;
  const [[x1, y1], [x2, y2]] = [side(from, isRight), side(to, isBelow || !isRight)];
  const reach = isBelow ? Math.max(x1, x2) + 28 : (x1 + x2) / 2;
  const line = svg("path", { class: "mg-maker-line", d: `M${x1},${y1}C${reach},${y1} ${reach},${y2} ${x2},${y2}` });
  const title = svg("title", {}, "dotted: its rule made the node at the other end");
  const group = svg("g", { class: "mg-maker" }, title, line, svg("circle", { cx: x1, cy: y1, r: 4 }));
  const extent = [Math.min(x1, x2, reach), Math.min(y1, y2), Math.max(x1, x2, reach), Math.max(y1, y2)];
  return { group, extent };
}

/** From each node in sight to those that its rule made: shown while the walk is at either. */
function drawMakers(boxes) {
  const boxOf = new Map(boxes.filter(({ node }) => node).map(({ node, box }) => [node.id, box]));
  return boxes.flatMap(({ node, box }) => {
    const { id, rule } = node ?? {};
    const maker = rule?.node;
    if (!boxOf.has(maker)) return [];
    const paint = ({ states }) => {
      const isNow = [id, maker].some((each) => states[each] === "now" || states[each] === "error");
      set(link.group, "data-state", isNow ? "now" : "later");
    };
    const link = makerLink(boxOf.get(maker), box);
    return [{ ...link, paint }];
  });
}

/** The key to the layers, or null where there is one only. */
function drawLayers({ passes, nodes }) {
  if (!passes?.length) return null;
  const isLinked = nodes.some(({ rule }) => rule && rule.node !== null);
  const own = nodes.some((node) => node.kind === "op" && !node.layer);
  const count = (n) => `${n} operation${n === 1 ? "" : "s"}`;
  const items = passes.map(({ layer, nodes, expression, place }) =>
    html(
      "li",
      {},
      layerSample(layer),
      html(
        "span",
        {},
        html("strong", {}, `Layer ${layer}`),
        `: ${count(nodes)} made by a backward pass that was itself recorded`,
        expression && [": ", html("code", {}, expression)],
        place && html("span", { class: "mg-note" }, ` ${place}`),
        isLinked && html("span", { class: "mg-note" }, ". At its step a dotted line leads to the node whose rule made it"),
      ),
    ),
  );
  const first = html("li", {}, layerSample(1), html("span", {}, html("strong", {}, "Layer 1"), ": operations of your own code"));
  return html("ul", { class: "mg-layers", "aria-label": "Layers of the graph" }, own && first, items);
}
