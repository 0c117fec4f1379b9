// What the stepper and the smaller instruments share: elements, icons, formulas, values, and the way into a notebook.
// assets.py joins the files of a widget, this one first, into one ES module: no file imports another, and a name at
// the top of one is seen in all. All text goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";
const MATHML = "http://www.w3.org/1998/Math/MathML";
const CHARACTER = 6.7, // the width of one in a chip: the layout reserved as much
  CHIP_PADDING = 10;
const LONGEST_CHIP = 18; // characters on an edge

// Paths; a file that needs more of them adds its own: Object.assign(ICONS, {...}).
const ICONS = {
  first: "M3 3v10M13 3 6 8l7 5z",
  previous: "m10 3-5 5 5 5",
  play: "M4 2.5 13 8l-9 5.5z",
  pause: "M5 3v10M11 3v10",
  next: "m6 3 5 5-5 5",
  last: "M13 3v10M3 3l7 5-7 5z",
  now: "M-2.5-4.5 4 0-2.5 4.5z",
  done: "M-4 .5-1.2 3.2 4-3",
  ready: "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  waiting: "M-4 0h.1M0 0h.1M4 0h.1",
};

// ----------------------------------------------------------------------------------------------------- making elements

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Change an attribute only where it differs: what has not changed is not painted again. */
function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Change a text only where it differs: a text that is written is laid out again. */
function writeText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Act when the frame to come has been painted. Hands back how to give it up. */
function afterFrame(act) {
  let timer = null;
  const frame = requestAnimationFrame(() => (timer = setTimeout(act)));
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

function icon(name) {
  return svg("svg", { viewBox: "0 0 16 16", class: "mg-icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

/** A button with an icon, words or both. `keys` are named in its tooltip; `look` is a class of its own, mg-LOOK. */
function button(label, act, { look = null, icon: name = null, keys = null, words = [] } = {}) {
  const attributes = {
    type: "button",
    class: look ? `mg-button mg-${look}` : "mg-button",
    "aria-label": label,
    title: keys ? `${label} (${keys})` : label,
  };
  const element = html("button", attributes, words, name && icon(name));
  element.addEventListener("click", act);
  return element;
}

// ------------------------------------------------------------------------------------------------------------ formulas

const MATHML_TAGS = new Set(
  (
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom msub msup msubsup munder mover " +
    "munderover mmultiscripts mtable mtr mtd"
  ).split(" "),
);
const MATHML_ATTRIBUTES = new Set(
  (
    "display stretchy fence form accent width height depth lspace rspace minsize maxsize symmetric linethickness " +
    "mathvariant displaystyle scriptlevel columnalign columnspacing rowspacing separator"
  ).split(" "),
);

/** A copy that holds MathML's elements and harmless attributes only; of anything else the text stays. */
function onlyMath(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return document.createTextNode("");
  if (node.namespaceURI !== MATHML || !MATHML_TAGS.has(node.localName))
    return document.createTextNode(node.textContent);
  const copy = document.createElementNS(MATHML, node.localName);
  for (const { name, value } of node.attributes) if (MATHML_ATTRIBUTES.has(name)) copy.setAttribute(name, value);
  copy.append(...[...node.childNodes].map(onlyMath));
  if (isMatrixBracket(node)) copy.setAttribute("class", "mg-bracket");
  if (isSign(node)) copy.setAttribute("form", "prefix");
  if (isLowBracket(node)) copy.setAttribute("stretchy", "false");
  return copy;
}

/** Whether a bracket holds nothing tall: fonts without mathematics stretch the two of a pair to different heights. */
function isLowBracket(node) {
  const isBracket = node.localName === "mo" && /^[()[\]]$/.test(node.textContent);
  return isBracket && node.parentElement.querySelector("mfrac, mtable, munderover") === null;
}

/** Whether a bracket stands beside a matrix: base.css draws those. */
function isMatrixBracket(node) {
  return node.localName === "mo" && [node.previousElementSibling, node.nextElementSibling].some((next) => next?.localName === "mtable");
}

/** Whether a minus is a sign and no subtraction: it begins a row or stands after an operator such as "[" or ",". */
function isSign(node) {
  if (node.localName !== "mo" || node.textContent !== "\u2212") return false;
  let before = node.previousElementSibling;
  while (before?.localName === "mspace") before = before.previousElementSibling;
  return before === null || (before.localName === "mo" && !/^[)\]]$/.test(before.textContent));
}

const parsed = new Map(); // MathML → element, since parsing is the dear part of a step; the same rule comes again
const MOST_PARSED = 1500;

/** A formula's element, to be copied; null where it is no MathML. */
function parse({ mathml: text = "" }) {
  if (!parsed.has(text)) {
    const root = new DOMParser().parseFromString(text, "application/xml").documentElement;
    const good = root.namespaceURI === MATHML && root.localName === "math";
    parsed.set(text, good ? onlyMath(root) : null);
    if (parsed.size > MOST_PARSED) parsed.delete(parsed.keys().next().value);
  }
  return parsed.get(text);
}

function math(formula) {
  return html("span", { class: "mg-math" }, parse(formula)?.cloneNode(true) ?? html("code", {}, formula.latex));
}

/** Parse formulas while the browser has nothing else to do. Hands back how to give it up. */
function parseAhead(formulas) {
  const some = formulas.filter(Boolean).slice(0, MOST_PARSED);
  let next = 0,
    request = null;
  const goOn = (deadline) => {
    while (next < some.length && deadline.timeRemaining() > 3) parse(some[next++]);
    if (next < some.length) request = requestIdleCallback(goOn);
  };
  if (!window.requestIdleCallback) return () => {};
  request = requestIdleCallback(goOn);
  return () => cancelIdleCallback(request);
}

const scrolled = new WeakMap(); // what scrolls: its name
const widths = new ResizeObserver((entries) => entries.forEach(({ target }) => lookAtWidth(target)));

/** What is too wide for its place is scrolled by keyboard as well: it has a tab stop then, and a name. */
function lookAtWidth(element) {
  const isWide = element.scrollWidth > element.clientWidth + 1;
  for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", scrolled.get(element)]])
    if (isWide) element.setAttribute(name, value);
    else if (element.hasAttribute(name)) element.removeAttribute(name);
}

/** A place for something that may be too wide for it; `name` says what it is. */
function wideBox(className, name, ...children) {
  const element = html("div", { class: className }, children);
  scrolled.set(element, name);
  widths.observe(element);
  return element;
}

/** A FORMULA in a line that scrolls where it is too long. */
function formulaLine(className, formula) {
  return isOf(wideBox(className, "Formula", math(formula)), formula.latex);
}

// -------------------------------------------------------------------------------------------------------------- values

function number(value) {
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return `${value}.`;
  return String(Number(value.toPrecision(4)));
}

/** A value in full: its text, a small matrix as a grid, the range of one that was cut, and on request its shape. */
function shown(value, withShape = false) {
  if (value === null) return html("span", { class: "mg-none" }, "none");
  const { shape, values } = value;
  const isGrid =
    shape.length === 2 && !value.truncated && shape[0] > 1 && shape[1] <= 8 && shape[0] <= 8 && values.length;
  const body = isGrid
    ? html(
        "span",
        { class: "mg-grid", style: `--columns: ${shape[1]}` },
        values.map((v) => html("span", {}, number(v))),
      )
    : html("span", { class: "mg-number" }, value.text);
  const notes = [];
  if (shape.length && (withShape || value.truncated))
    notes.push(`shape (${shape.join(", ")}${shape.length === 1 ? "," : ""})`);
  if (value.truncated && value.min !== null) notes.push(`from ${number(value.min)} to ${number(value.max)}`);
  return html(
    "span",
    { class: "mg-value" },
    body,
    notes.length > 0 && html("span", { class: "mg-note" }, notes.join(", ")),
  );
}

function short(text, longest = LONGEST_CHIP) {
  return text.length > longest ? `${text.slice(0, longest - 1).trimEnd()}…` : text;
}

const chipWidth = (text) => text.length * CHARACTER + CHIP_PADDING;

// ------------------------------------------------------------------------------------------------------- in a notebook

/**
 * anywidget's `render` for `mount(el, state, { value, onChange })`, which hands back `{ go(value), destroy() }`, `go`
 * being optional. `state` and `value` name the model's traits: what is shown, and what the reader sets. A new state
 * goes to `show(state)` or, where there is none, mounts afresh; a new value goes to `go`. `onChange(value)` is called
 * after each change that the reader caused: the front end repaints at once and tells the kernel afterwards, so a click
 * never waits for it.
 *
 * `others` names more traits of that kind: `mount` finds them in `traits`, calls `onTrait(name, value)` after a change
 * and is told of one by `follow(name, value)`. Whatever changed since the last telling goes in one message.
 */
function widgetOf(mount, { state = "state", value = "value", others = [] } = {}) {
  return ({ model, el }) => {
    // Notebook 7 looks for a shortcut before a widget is told of the key, and first of all at what has the focus.
    el.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
    const read = () => {
      const data = model.get(state);
      return typeof data === "string" ? JSON.parse(data) : data;
    };
    const names = [value, ...others];
    const latest = {},
      changed = new Set();
    let view = null;
    const tell = () => {
      const now = [...changed];
      changed.clear();
      for (const name of now) model.set(name, latest[name]);
      model.save_changes();
    };
    const onTrait = (name, now) => {
      latest[name] = now;
      if (changed.size === 0) requestAnimationFrame(() => setTimeout(tell));
      changed.add(name);
    };
    const start = () => {
      for (const name of names) latest[name] = model.get(name);
      const traits = Object.fromEntries(others.map((name) => [name, latest[name]]));
      view = mount(el, read(), { value: latest[value], onChange: (now) => onTrait(value, now), traits, onTrait });
    };
    const follow = (name) => () => {
      const told = model.get(name);
      if (told === latest[name]) return; // our own
      latest[name] = told;
      if (name === value) view.go?.(told);
      else view.follow?.(name, told);
    };
    const renew = () => {
      if (view.show) return view.show(read());
      view.destroy();
      start();
    };
    const heard = [...names.map((name) => [name, follow(name)]), [state, renew]];
    start();
    for (const [name, act] of heard) model.on(`change:${name}`, act);
    return () => {
      for (const [name, act] of heard) model.off(`change:${name}`, act);
      view.destroy();
    };
  };
}
