// What scene.py has drawn: shapes as data, put on the page as they are. An instrument adds what moves.

const SCENE_TAGS = new Set(["line", "rect", "text", "path", "circle"]);
const SCENE_ATTRIBUTES = "x y x1 y1 x2 y2 width height rx r cx cy d".split(" ");
const PATTERNS = [
  "M-2 2 2-2M0 8 8 0M6 10 10 6",
  "M-2 6 2 10M0 0 8 8M6-2 10 2",
  "M3 4h2",
  "M0 4h8",
  "M0 8 8 0M0 0 8 8",
  "M4 0v8",
];
let scenes = 0; // patterns are found by name, and a notebook has many pictures

/** One shape, as SVG; of anything that is no drawing nothing is left. */
function sceneShape(shape, number) {
  if (!SCENE_TAGS.has(shape.tag)) return svg("g");
  const classes = shape.class.split(" ").map((name) => `s-${name}`);
  const attributes = { class: classes.join(" "), "data-key": shape.key };
  for (const name of SCENE_ATTRIBUTES) attributes[name] = shape[name];
  if (shape.pattern !== undefined) attributes.fill = `url(#mg-p${number}-${Number(shape.pattern)})`;
  return svg(shape.tag, attributes, shape.text ?? []);
}

/** The drawing: { element, layer, at }. `layer` lies above all, for what moves; `at(key)` are the shapes of that key. */
function drawScene(scene, alt) {
  const number = (scenes += 1);
  const pattern = (d, i) =>
    svg(
      "pattern",
      { id: `mg-p${number}-${i}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
      svg("path", { class: "s-hatch", d }),
    );
  const layer = svg("g");
  const shapes = scene.shapes.map((shape) => sceneShape(shape, number));
  const { width, height } = scene;
  const element = svg(
    "svg",
    { class: "mg-scene", width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": alt },
    svg("defs", {}, PATTERNS.map(pattern)),
    shapes,
    layer,
  );
  const of = Map.groupBy(
    shapes.filter((shape) => shape.dataset.key),
    (shape) => shape.dataset.key,
  );
  return { element, layer, at: (key) => of.get(key) ?? [], shape: (each) => sceneShape(each, number) };
}

/** Where numbers stand along an axis (scene.py's Axis), and which number stands at a place. */
function alongAxis([low, high, start, end]) {
  return {
    place: (x) => start + ((x - low) / (high - low)) * (end - start),
    number: (place) => Math.min(Math.max(low + ((place - start) / (end - start)) * (high - low), low), high),
  };
}

/** The straight line with this slope through a point, cut at the rim of the plot, as an SVG path. */
function slantedPath([xAxis, yAxis], x0, y0, slope) {
  if (![x0, y0, slope].every(Number.isFinite)) return "";
  const [x, y] = [alongAxis(xAxis), alongAxis(yAxis)];
  let [low, high] = xAxis;
  if (slope !== 0) {
    const ends = [yAxis[0], yAxis[1]].map((each) => x0 + (each - y0) / slope).sort((one, other) => one - other);
    low = Math.max(low, ends[0]);
    high = Math.min(high, ends[1]);
  }
  if (low >= high || y0 < yAxis[0] || y0 > yAxis[1]) return "";
  const at = (each) => `${x.place(each)} ${y.place(y0 + slope * (each - x0))}`;
  return `M${at(low)}L${at(high)}`;
}

/** Call `act(x, y)`, in the drawing's units, wherever the mouse or a finger is put down in the drawing, and dragged. */
function onDrag(element, act) {
  const tell = (event) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const { width: w, height: h } = element.viewBox.baseVal;
    act(((event.clientX - left) / width) * w, ((event.clientY - top) / height) * h);
  };
  element.style.touchAction = "pan-y";
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    event.preventDefault();
    tell(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) tell(event);
  });
}

/** Call `act(key)` for a click on a shape that has a key. */
function onShape({ element }, act) {
  element.addEventListener("click", ({ target: { dataset } }) => dataset.key !== undefined && act(dataset.key));
}

/** A slider with its name before it; `put(value, words)` moves it and says in words where it stands. */
function labelledSlider(name, { min = 0, max, step = 1 }, act) {
  const slider = html("input", { type: "range", min, max, step, class: "mg-slider", "aria-label": name });
  const words = html("output", { class: "mg-reading" });
  slider.addEventListener("input", () => act(Number(slider.value)));
  const row = html("div", { class: "mg-labelled" }, html("span", { "aria-hidden": "true" }, name), slider, words);
  const put = (value, text) => {
    slider.value = value;
    set(slider, "aria-valuetext", text);
    if (words.textContent !== text) words.textContent = text;
  };
  return { row, slider, put };
}

/** A row of buttons of which one is pressed; `put(i)` presses it. */
function choice(name, words, act) {
  const buttons = words.map((word, i) => button(word, () => act(i), { words: [word] }));
  const row = html("div", { class: "mg-choice", role: "group", "aria-label": name }, buttons);
  const put = (chosen) => buttons.forEach((each, i) => set(each, "aria-pressed", String(i === chosen)));
  return { row, put };
}
