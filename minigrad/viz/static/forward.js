// The forward pass, played in the picture of the backward pass: each node lights up in the order in which it was made,
// and its value appears on the edges above it. Values flow against the arrows, which point the way gradients flow.

const NOT_KEPT = "not kept";

/** The values of the forward pass by "node output". */
function forwardValues(trace) {
  const found = new Map();
  for (const { node, results } of trace.forward) for (const result of results) found.set(`${node} ${result.output}`, result);
  return found;
}

/** Where a value comes from, or why it is not there. */
function origin({ origin, words }) {
  return html("span", { class: origin === null ? "mg-note mg-lost" : "mg-note" }, words);
}

function valueRow(result) {
  const value = result?.value ? shown(result.value, true) : html("span", { class: "mg-none" }, NOT_KEPT);
  return row(null, value, result && origin(result));
}

function forwardStart(trace) {
  const results = trace.forward.flatMap((each) => each.results);
  const kept = results.filter((result) => result.origin !== null && result.origin !== "recomputed").length;
  const again = results.filter((result) => result.origin === "recomputed").length;
  const lost = results.length - kept - again;
  return [
    html(
      "header",
      { class: "mg-what" },
      html("h3", {}, html("span", { class: "mg-of" }, `0 of ${trace.forward.length}`), "The forward pass"),
    ),
    card(
      "The same picture, in the order in which you computed",
      html("p", {}, "Values flow from the leaves up to the double frame, against the arrows: those point the way gradients flow."),
    ),
    card(
      "What is left of it",
      html("p", {}, "A graph keeps only the values that some rule needs; the others were let go when no variable held them."),
      html(
        "ul",
        { class: "mg-left" },
        html("li", {}, `${kept} of ${results.length} values are kept: by a leaf, a rule or a variable`),
        again > 0 && html("li", {}, `${again} ${again === 1 ? "was" : "were"} computed again for this view`),
        lost > 0 && html("li", {}, `${lost} ${lost === 1 ? "is" : "are"} not kept`),
      ),
    ),
  ];
}

/** One input of an operation in the forward pass: what went in, and from where. */
function forwardInput(trace, node, input, values) {
  const number = html("span", { class: "mg-edge-badge" }, String(input.input));
  if (input.edge === null) {
    const saved = node.saved.find(({ symbol }) => symbol === "abcdefgh"[input.input]);
    const note = saved ? "saved for the rule; it needs no gradient" : "it needs no gradient, and nobody kept it";
    return html("div", { class: "mg-row" }, number, saved ? shown(saved.value) : html("span", { class: "mg-none" }, NOT_KEPT), html("span", { class: "mg-note" }, note));
  }
  const { target, output } = trace.edges[input.edge];
  const value = values.get(`${target} ${output}`)?.value;
  return html(
    "div",
    { class: "mg-row" },
    number,
    value ? shown(value) : html("span", { class: "mg-none" }, NOT_KEPT),
    html("span", { class: "mg-note" }, "from ", html("code", {}, called(trace.nodes[target]))),
  );
}

function forwardPanelAt(trace, at, values) {
  if (at === 0) return forwardStart(trace);
  const { node: id, results } = trace.forward[at - 1];
  const node = trace.nodes[id];
  const what = node.kind === "leaf" ? "a leaf: its value is there before anything is computed" : node.variable && `makes ${node.variable}`;
  return [
    html(
      "header",
      { class: "mg-what" },
      html("h3", {}, html("span", { class: "mg-of" }, `${at} of ${trace.forward.length}`), node.kind === "leaf" ? called(node) : node.label),
      what && html("p", { class: "mg-note" }, what),
      node.expression && html("p", { class: "mg-source" }, sourceLine(node), html("span", { class: "mg-note" }, node.place ?? "")),
    ),
    node.inputs.length > 0 &&
      card("What goes in", html("div", { class: "mg-rows" }, node.inputs.map((input) => forwardInput(trace, node, input, values)))),
    card(
      node.kind === "leaf" ? "Its value" : "What comes out",
      html(
        "div",
        { class: "mg-rows mg-result" },
        results.map((result) => [results.length > 1 && html("h5", {}, `Output ${result.output}`), valueRow(result)]),
      ),
    ),
    node.kind === "op" &&
      card(
        "Kept for the backward pass",
        node.saved.length > 0
          ? html("ul", { class: "mg-saved-list" }, node.saved.map(({ symbol, value }) => html("li", {}, html("var", {}, symbol), " = ", shown(value))))
          : html("p", {}, "Nothing: its rule needs no value of the forward pass."),
        html("p", { class: "mg-note" }, `It leaves the node ${node.name} in the graph.`),
      ),
  ].filter(Boolean);
}

/**
 * The forward pass over a picture (graph.js): `paint(at)` shows its step `at`, `leave()` hands the picture back.
 * Hands back null for a trace without a forward pass.
 */
function makeForward(trace, graph) {
  if (!trace.forward?.length) return null;
  const values = forwardValues(trace);
  const at = new Map(trace.forward.map(({ node }, i) => [node, i + 1]));
  const total = trace.forward.length;
  const written = new WeakSet(); // scenes that have the values beside their edges
  let step = 0;

  const textOf = (id, output) => values.get(`${id} ${output}`)?.value?.text ?? NOT_KEPT;
  const sentenceAt = (step) =>
    step === 0 ? `The forward pass, before the first of its ${total} steps.` : trace.forward[step - 1].sentence;
  const stateOf = (id) => (at.get(id) === step ? "now" : at.get(id) < step ? "done" : "later");
  /** Of several: "now" if one is, "done" if all are. */
  const stateOfAll = (ids) => {
    const states = new Set(ids.map(stateOf));
    return states.has("now") ? "now" : states.has("later") ? "later" : "done";
  };

  function write(scene) {
    if (written.has(scene)) return;
    written.add(scene);
    const texts = scene.edges.map(({ all }) => {
      const { target, output } = trace.edges[all[0]];
      return all.length > 1 ? `${all.length} values` : textOf(target, output);
    });
    drawValues(scene, texts);
    for (const box of scene.boxes)
      if (box.node && trace.roots.includes(box.node.id)) box.rootValue = rootValue(box, textOf(box.node.id, 0));
  }

  function paintBox({ node, group, badge, rootValue }) {
    const state = stateOf(node.id);
    const value = state === "later" ? "not computed yet" : `value ${textOf(node.id, 0)}`;
    paintState(group, badge, state);
    if (rootValue) set(rootValue, "data-state", state);
    set(group, "aria-label", `${called(node)}, forward step ${at.get(node.id)}, ${value}`);
  }
  function paintGroup({ ofGroup, group, badge, account }) {
    const done = ofGroup.nodes.filter((id) => stateOf(id) !== "later").length;
    const words = `${done} of ${ofGroup.nodes.length} node${ofGroup.nodes.length === 1 ? "" : "s"} done`;
    paintState(group, badge, stateOfAll(ofGroup.nodes));
    if (account.textContent !== words) account.textContent = words;
    set(group, "aria-label", `${groupTitle(ofGroup)}, closed group, ${words}`);
  }
  function paintState(group, badge, state) {
    set(group, "data-state", state);
    set(group, "data-kind", "");
    if (group.dataset.warned) set(group, "data-warned", "false");
    set(badge, "d", ICONS[state] ?? "");
    set(group, "tabindex", "-1");
    group.removeAttribute("aria-current");
  }

  function paintScene(scene) {
    write(scene);
    const focusInside = scene.picture.contains(document.activeElement);
    const current = graph.look(trace.forward[Math.max(step, 1) - 1].node);
    for (const box of scene.boxes) (box.node ? paintBox : paintGroup)(box);
    for (const { ofGroup, group } of scene.open) set(group, "data-state", stateOfAll(ofGroup.nodes));
    for (const { all, group, value, forward } of scene.edges) {
      const state = stateOfAll(all.map((id) => trace.edges[id].target));
      for (const each of [group, value, forward]) set(each, "data-state", state);
    }
    for (const { group } of current) {
      set(group, "tabindex", "0");
      if (step > 0) set(group, "aria-current", "step");
    }
    if (focusInside && step > 0) current[0].group.focus({ preventScroll: true });
  }
  const paint = (to) => {
    step = to;
    graph.lend(paintScene);
  };
  return { total, at, paint, leave: () => graph.lend(null), sentenceAt, panelAt: (step) => forwardPanelAt(trace, step, values) };
}

/** Write the value of each edge beside it, for the forward pass; the places of gradients would often be too narrow. */
function drawValues(scene, texts) {
  const places = placesOf(scene, texts.map((text) => chipWidth(short(text))));
  const pieces = places.map(({ left, top, right, bottom }, i) => {
    const group = chip(0, top + 9, "mg-forward", "", texts[i], { left });
    scene.edges[i].forward = group;
    return { group, extent: [left, top, right, bottom] };
  });
  scene.picture.append(...drawTiles(pieces, scene.width, scene.height).map(({ element }) => element));
}

/** Where chips of these widths stand beside their edges: each where it covers as little as can be. */
function placesOf({ layout, edges }, widths) {
  const frame = (x, y, width, height) => ({ left: x, top: y, right: x + width, bottom: y + height });
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const numbersOf = (element, ...names) => names.map((name) => Number(element.getAttribute(name)));
  const courses = layout.edges.map(({ points }) => along(points));
  const lines = courses.map((course) => course.flatMap(([x, y], i) => (i ? [[(x + course[i - 1][0]) / 2, (y + course[i - 1][1]) / 2], [x, y]] : [[x, y]])));
  const notYet = edges.map(({ value }) => frame(...numbersOf(value.querySelector(".mg-before rect"), "x", "y", "width", "height")));
  const solid = layout.boxes.map(({ x, y, width, height }) => frame(x - 8, y - 11, width + 13, height + 14));
  for (const number of edges.map(({ group }) => group.querySelector(".mg-edge-number"))) {
    const [x, y] = number ? numbersOf(number, "x", "y") : [];
    if (number) solid.push(frame(x - 5, y - 10, 10, 13));
  }

  function cost(place, own) {
    const { width, height } = layout;
    let sum = place.left < 2 || place.top < 2 || place.right > width - 2 || place.bottom > height ? 20 : 0;
    for (const other of solid) if (meet(place, other)) sum += 30;
    for (let i = 0; i < edges.length; i++) {
      if (i !== own && meet(place, notYet[i])) sum += 6;
      const [left, top, right, bottom] = edges[i].extent;
      if (!meet(place, { left, top, right: right + 1, bottom })) continue;
      const covered = lines[i].filter(([x, y]) => x > place.left - 2 && x < place.right + 2 && y > place.top - 2 && y < place.bottom + 2);
      sum += covered.length * (i === own ? 0.5 : 3);
    }
    return sum;
  }

  return widths.map((width, own) => {
    const course = courses[own];
    const middle = (course.length - 1) / 2;
    const outwards = [...course.keys()].sort((one, other) => Math.abs(one - middle) - Math.abs(other - middle));
    const beside = outwards.flatMap((i) => {
      const [x, y] = course[i];
      return [x + 4, x - 4 - width, x - width / 2].map((left) => frame(left, y - 9, width, 18));
    });
    const candidates = [frame(notYet[own].left, notYet[own].top, width, 18), ...beside];
    let best = null,
      least = Infinity;
    for (const place of candidates) {
      const found = cost(place, own);
      if (found < least) [best, least] = [place, found];
      if (least === 0) break;
    }
    solid.push(best);
    return best;
  });
}

/** The root's value, on the rim of its box: no edge leads up from there. */
function rootValue({ box, group }, text) {
  const value = chip(box.x + box.width / 2, box.y - 3, "mg-root-value", NOT_YET, text, { longest: 24 });
  group.append(value);
  return value;
}

/** The two buttons that choose the pass. `choose(name)`; `paint(name)` shows which is chosen. */
function drawPasses(choose) {
  const buttons = ["forward", "backward"].map((name) => {
    const label = name === "forward" ? "Forward" : "Backward";
    const element = button(`${label} pass`, () => choose(name), { look: "pass", keys: "f", words: [label] });
    return [name, element];
  });
  const element = html("div", { class: "mg-passes", role: "group", "aria-label": "Which pass" }, buttons.map(([, each]) => each));
  const paint = (chosen) => {
    for (const [name, each] of buttons) each.setAttribute("aria-pressed", String(name === chosen));
  };
  paint("backward");
  return { element, paint };
}
