// The picture of a trace's graph at a step: the state of each node and edge. What drawing.js has drawn once is changed
// where it differs, what is in sight first.

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

  /** Have the first frame lay out what it can show; most of a large picture lies below it and comes right after. */
  function showTopFirst() {
    const below = scene.tiles.filter(({ top }) => top > innerHeight);
    for (const { element } of below) element.hidden = true;
    afterFrame(() => below.forEach(({ element }) => (element.hidden = false)));
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
  showTopFirst();
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
