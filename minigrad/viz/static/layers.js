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

/** The key to the layers, or null where there is one only. */
function drawLayers({ passes, nodes }) {
  if (!passes?.length) return null;
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
      ),
    ),
  );
  const first = html("li", {}, layerSample(1), html("span", {}, html("strong", {}, "Layer 1"), ": operations of your own code"));
  return html("ul", { class: "mg-layers", "aria-label": "Layers of the graph" }, own && first, items);
}
