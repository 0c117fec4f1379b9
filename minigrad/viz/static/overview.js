// Finding one's way in a large picture: zoom, and a small picture of the whole with the part in sight marked on it.

Object.assign(ICONS, {
  zoomIn: "M3 8h10M8 3v10",
  zoomOut: "M3 8h10",
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
});

const ZOOM = { step: 1.25, least: 0.1, most: 3 };
const OVERVIEW = { width: 110, height: 190, shownFrom: 1.4 }; // shown where the picture is that much larger than its frame

/**
 * The place of a picture: a bar with zoom and groups, the `scroller`, and the overview in its corner. `groups` is
 * { openAll, closeAll } or null. Hands back { place, build(scene), mark(box), fitAgain() }.
 */
function drawOverview(scroller, groups) {
  let scene = null,
    zoom = null; // null: as the stylesheet has it
  const act = (name, label, does) => button(label, does, { look: "small", icon: name });
  const words = (label, does) => button(label, does, { look: "small", words: [label] });
  const tools = html(
    "div",
    { class: "mg-tools", role: "group", "aria-label": "Picture" },
    groups && [words("Open all", groups.openAll), words("Close all", groups.closeAll), html("span", { class: "mg-space" })],
    act("zoomOut", "Smaller", () => zoomTo(scale() / ZOOM.step)),
    act("zoomIn", "Larger", () => zoomTo(scale() * ZOOM.step)),
    act("fit", "Show all", () => zoomTo(fitting())),
  );
  const view = svg("rect", { class: "mg-view" });
  const here = svg("rect", { class: "mg-here", rx: 2 });
  const map = html("div", {
    class: "mg-overview",
    role: "slider",
    tabindex: 0,
    "aria-label": "Overview: the part of the picture in sight",
    "aria-orientation": "vertical",
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    hidden: true,
  });
  const place = html("div", { class: "mg-place" }, tools, html("div", { class: "mg-window" }, scroller, map));

  /** How many pixels a unit of the picture takes. */
  const scale = () => (scene.picture.clientWidth || scene.width) / scene.width;
  const inner = () => {
    const { paddingLeft, paddingTop } = getComputedStyle(scroller);
    return [scroller.clientWidth - 2 * parseFloat(paddingLeft), scroller.clientHeight - 2 * parseFloat(paddingTop)];
  };
  const fitting = () => {
    const [width, height] = inner();
    return Math.min(1.2, width / scene.width, height / scene.height);
  };

  function zoomTo(wanted) {
    const { scrollLeft, scrollTop, clientWidth, clientHeight, scrollWidth, scrollHeight } = scroller;
    const [x, y] = [(scrollLeft + clientWidth / 2) / scrollWidth, (scrollTop + clientHeight / 2) / scrollHeight];
    zoom = Math.min(Math.max(wanted, ZOOM.least), ZOOM.most);
    fitAgain();
    scroller.scrollTo(x * scroller.scrollWidth - clientWidth / 2, y * scroller.scrollHeight - clientHeight / 2);
    follow();
  }
  function fitAgain() {
    scene.picture.classList.toggle("mg-zoomed", zoom !== null);
    if (zoom !== null) scene.picture.style.setProperty("--zoom", zoom);
  }

  function build(drawn) {
    scene = drawn;
    const { width, height, layout } = scene;
    const area = ({ x, y, width, height }, name) => svg("rect", { class: name, x, y, width, height });
    const areas = [
      ...(layout.frames ?? []).map((frame) => area(frame, "mg-map-open")),
      ...layout.boxes.map((box) => area(box, box.node === null ? "mg-map-closed" : "mg-map-box")),
    ];
    const fit = Math.min(OVERVIEW.width / width, OVERVIEW.height / height);
    const size = { width: Math.max(14, width * fit), height: Math.max(14, height * fit) };
    map.replaceChildren(
      svg(
        "svg",
        { viewBox: `0 0 ${width} ${height}`, ...size, "aria-hidden": "true", preserveAspectRatio: "none" },
        areas,
      ),
      svg(
        "svg", // of its own: the areas are not painted again with the marks
        { viewBox: `0 0 ${width} ${height}`, ...size, "aria-hidden": "true", preserveAspectRatio: "none" },
        here,
        view,
      ),
    );
    for (const rect of [view, here]) set(rect, "stroke-width", String(1.5 / fit));
    requestAnimationFrame(follow);
  }

  /** Mark the part in sight. */
  function follow() {
    const { scrollLeft, scrollTop, clientWidth, clientHeight, scrollWidth, scrollHeight } = scroller;
    if (!clientWidth || !scene) return;
    const isLarge = Math.max(scrollWidth / clientWidth, scrollHeight / clientHeight) > OVERVIEW.shownFrom;
    map.hidden = !isLarge;
    tools.hidden = !isLarge && !groups && zoom === null;
    if (!isLarge) return;
    const [x, y] = [scene.width / scrollWidth, scene.height / scrollHeight];
    const box = { x: scrollLeft * x, y: scrollTop * y, width: clientWidth * x, height: clientHeight * y };
    for (const [name, value] of Object.entries(box)) set(view, name, String(value));
    const percent = (part) => Math.round((100 * part) / scrollHeight);
    set(map, "aria-valuenow", String(Math.round((100 * scrollTop) / Math.max(1, scrollHeight - clientHeight))));
    set(map, "aria-valuetext", `from ${percent(scrollTop)} to ${percent(scrollTop + clientHeight)} % of the height`);
  }

  const moveTo = (event) => {
    const { left, top, width, height } = map.firstChild.getBoundingClientRect();
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = scroller;
    scroller.scrollTo(
      ((event.clientX - left) / width) * scrollWidth - clientWidth / 2,
      ((event.clientY - top) / height) * scrollHeight - clientHeight / 2,
    );
  };
  map.addEventListener("pointerdown", (event) => {
    map.setPointerCapture(event.pointerId);
    moveTo(event);
  });
  map.addEventListener("pointermove", (event) => map.hasPointerCapture(event.pointerId) && moveTo(event));
  map.addEventListener("keydown", (event) => {
    const { clientWidth, clientHeight, scrollHeight } = scroller;
    const by = {
      ArrowUp: [0, -0.25 * clientHeight],
      ArrowDown: [0, 0.25 * clientHeight],
      ArrowLeft: [-0.25 * clientWidth, 0],
      ArrowRight: [0.25 * clientWidth, 0],
      PageUp: [0, -0.9 * clientHeight],
      PageDown: [0, 0.9 * clientHeight],
      Home: [0, -scrollHeight],
      End: [0, scrollHeight],
    }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    scroller.scrollBy(...by);
  });
  let giveUp = () => {};
  const followLater = () => {
    giveUp();
    giveUp = afterFrame(follow); // to ask for sizes now would lay out what the step has changed, before it has all changed
  };
  scroller.addEventListener("scroll", followLater, { passive: true });
  new ResizeObserver(() => scene && follow()).observe(scroller);

  function mark(box) {
    for (const name of ["x", "y", "width", "height"]) set(here, name, String(box[name]));
  }
  return { place, build, mark, fitAgain };
}
