// Breakpoints: nodes at which Play stops. A sign on the box, a list below the bar, and a way to set them.

/** The nearest of `boxes` in the direction of an arrow key, seen from `from`; all are DOM elements. */
function neighbour(from, boxes, key) {
  const centre = (element) => {
    const { left, top, width, height } = element.querySelector(".mg-box").getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  const [x, y] = centre(from);
  const [alongX, alongY] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key];
  let best = null,
    least = Infinity;
  for (const box of boxes) {
    const [dx, dy] = [centre(box)[0] - x, centre(box)[1] - y];
    const ahead = dx * alongX + dy * alongY,
      aside = Math.abs(dx * alongY) + Math.abs(dy * alongX);
    const cost = ahead + 2 * aside;
    if (box !== from && ahead > 4 && cost < least) [best, least] = [box, cost];
  }
  return best;
}

/** The sign on a box: an octagon at its upper right corner, a shape that no state has. */
function breakpointSign(box) {
  const [x, y, width] = ["x", "y", "width"].map((name) => Number(box.getAttribute(name)));
  return svg(
    "g",
    { class: "mg-breakpoint", transform: `translate(${x + width - 14},${y - 11}) scale(1.3)` },
    svg("path", { d: ICONS.breakpoint }),
  );
}

/**
 * The breakpoints of a graph's picture. `go(step)` jumps, `changed(nodes)` tells of a change that the reader caused.
 * Hands back `{ list, nodes, has, toggle, set }`; `known.marks` says to the picture which nodes have one.
 */
function makeBreakpoints(trace, known, graph, { go, changed }) {
  let nodes = new Set();
  const items = html("ul", {});
  const list = html("div", { class: "mg-breakpoints", hidden: true }, html("h4", {}, "Play stops at"), items);

  const item = (id) => {
    const name = called(trace.nodes[id]);
    const at = known.ran.get(id)?.index;
    const there = button(`${name}: go to its step`, () => at !== undefined && go(at + 1), { words: [name] });
    const away = button(`Clear the breakpoint at ${name}`, () => toggle(id), { words: ["×"] });
    return html("li", {}, there, away);
  };
  const paint = () => {
    known.marks = nodes;
    list.hidden = nodes.size === 0;
    items.replaceChildren(...[...nodes].sort((one, other) => one - other).map(item));
    graph.mark();
  };
  const set = (ids) => {
    nodes = new Set(ids.filter((id) => id in trace.nodes));
    paint();
  };
  const toggle = (id) => {
    const now = nodes.has(id) ? [...nodes].filter((other) => other !== id) : [...nodes, id];
    set(now);
    changed([...nodes].sort((one, other) => one - other), id);
  };
  graph.frame.addEventListener("contextmenu", (event) => {
    const id = event.target.closest("[data-node]")?.dataset.node;
    if (id === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // JupyterLab would open its own menu over the picture
    toggle(Number(id));
  });
  return { list, has: (id) => nodes.has(id), toggle, set };
}
