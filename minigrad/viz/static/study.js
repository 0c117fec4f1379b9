// What the recording found out about one node beyond its step: its Jacobian, and a check of its rule by nudges.

const asked = new WeakMap(); // trace → the nodes that the reader had checked, and whether Jacobians are shown

function wishes(trace) {
  if (!asked.has(trace)) asked.set(trace, { checked: new Set(), jacobians: true });
  return asked.get(trace);
}

/** One Jacobian as a heat map, in a frame that scrolls where it is wide. */
function jacobianMap({ rows, columns, value, input }) {
  const letter = columns[0].replace(/\[.*/, "");
  const { element } = heatMap(value, { rows, columns, caption: `input ${input}: ∂z / ∂${letter}` });
  return html("div", { class: "mg-wide", tabindex: 0, role: "region", "aria-label": `Jacobian for input ${input}` }, element);
}

/** The Jacobians of a small node: what the rule does to every gradient, at once. */
function jacobianCard(trace, node) {
  const wish = wishes(trace);
  const details = html(
    "details",
    { class: "mg-card mg-jacobian", open: wish.jacobians },
    html("summary", {}, node.jacobians.length > 1 ? "The Jacobians of this node" : "The Jacobian of this node"),
    html(
      "p",
      { class: "mg-note" },
      "Row i says how z[i] changes with each element of the input. The gradient that arrives, times this matrix, is the " +
        "gradient that leaves; the rule never builds the matrix. Here it was asked for one row at a time.",
    ),
    html("div", { class: "mg-maps" }, node.jacobians.map(jacobianMap)),
  );
  details.addEventListener("toggle", () => (wish.jacobians = details.open));
  return details;
}

function checkRow({ letter, rule, nudged, agrees }) {
  return html(
    "tr",
    {},
    html("th", { scope: "row" }, html("var", {}, letter)),
    html("td", {}, shown(rule)),
    html("td", {}, shown(nudged)),
    html("td", { class: "mg-verdict" }, icon(agrees ? "agrees" : "differs"), agrees ? "agrees" : "differs"),
  );
}

function checkResult({ verdict, inputs, sentence }) {
  const heads = ["input", "the rule gave", "nudges find", ""].map((text) => html("th", { scope: "col" }, text));
  return [
    inputs.length > 0 &&
      html(
        "div",
        { class: "mg-wide", tabindex: 0, role: "region", "aria-label": "The rule beside the nudges" },
        html("table", { class: "mg-check-table" }, html("thead", {}, html("tr", {}, heads)), html("tbody", {}, inputs.map(checkRow))),
      ),
    html("p", { class: "mg-verdict", "data-verdict": verdict }, sentence),
    inputs.length > 0 &&
      html(
        "p",
        { class: "mg-note" },
        "Each element of an input was moved up and down by a millionth, and the forward of this operation alone run again: " +
          "(f(x + h) − f(x − h)) / 2h, weighted by the gradient that arrives.",
      ),
  ].filter(Boolean);
}

/** The check of a node's rule, shown when it is asked for; it was made when the walk was recorded. */
function checkCard(trace, event) {
  const { checked } = wishes(trace);
  const result = html("div", { class: "mg-check-result", role: "status" });
  const opener = button("Check this node", () => show(!checked.has(event.node)), { look: "check", words: ["Check this node"] });
  const show = (isOpen) => {
    if (isOpen) checked.add(event.node);
    else checked.delete(event.node);
    opener.setAttribute("aria-expanded", String(isOpen));
    result.replaceChildren(...(isOpen ? checkResult(event.check) : []));
  };
  show(checked.has(event.node));
  const section = html("section", { class: "mg-card mg-check-card" }, html("h4", {}, "Is the rule right?"), opener, result);
  return isOf(section, event);
}

Object.assign(ICONS, { agrees: "M3 8.5 6.5 12 13 4.5", differs: "M4 4l8 8M12 4l-8 8" });
