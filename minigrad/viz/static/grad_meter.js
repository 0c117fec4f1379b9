// The .grad of some leaves along a training loop: a bar for each reading, a slider, and the account of one reading.

const HAPPENED = {
  none: "there is none yet",
  same: "nothing happened to it",
  filled: "filled",
  added: "added to what was there",
  cleared: "cleared",
  stale: "added to a gradient of older weights",
};

function mount_grad_meter(el, state, { value, onChange }) {
  let total, drawing, marker, names, readings;
  let shown = null; // null: the last
  const place = wideBox("mg-scroll", "Picture");
  const walker = labelledSlider("reading", { min: 1, max: 1 }, (to) => change(to));
  const body = html("tbody");
  const head = ["leaf", "before", "added", "after", "what happened"].map((name) => html("th", { scope: "col" }, name));
  const table = html("table", { class: "mg-table" }, html("thead", {}, html("tr", {}, head)), body);
  const key = html("p", { class: "mg-note" },
    "The height is the length of the gradient; the hatched part was there before. → filled, + added, = unchanged, 0 cleared, ! added to a gradient of older weights.");
  const { root, say } = instrumentFrame("grad_meter", state.question, walker.row, place, key, table);

  /** A new reading has come: the view stays where the reader has put it, or at the last. */
  function show(to) {
    ({ names, readings } = to);
    total = readings.length;
    drawing = drawScene(to.scene, "A bar for each reading of each .grad");
    marker = svg("rect", { class: "s-pick", rx: 3, y: 12, height: to.scene.height - 16 });
    drawing.layer.append(marker);
    place.replaceChildren(drawing.element);
    for (let k = 1; k <= total; k++)
      for (const shape of drawing.at(`r:${k}`)) shape.addEventListener("click", () => change(k));
    key.dataset.full = String(to.full);
    if (to.full) key.textContent = `The meter is full: these are the first ${total} readings. meter.clear() begins anew.`;
    go(shown);
    lookAtWidth(place);
  }

  function go(to) {
    shown = Number.isInteger(to) ? Math.min(Math.max(to, 1), total) : null;
    const k = shown ?? total;
    const { label, leaves, sentence } = readings[k - 1];
    walker.slider.max = total;
    walker.put(k, `${k} of ${total}${label && `, ${label}`}`);
    const [hit] = drawing.at(`r:${k}`);
    const [x, width] = ["x", "width"].map((name) => Number(hit.getAttribute(name)));
    fill(marker, { x, width }, []);
    if (x < place.scrollLeft || x + width > place.scrollLeft + place.clientWidth) place.scrollLeft = x - place.clientWidth / 2;
    body.replaceChildren(...leaves.map((each, i) => {
      const cells = [each.before, each.added === null ? "" : `+ ${each.added}`, each.added === null ? each.after : `= ${each.after}`, HAPPENED[each.kind]];
      return html("tr", { "data-kind": each.kind }, html("th", { scope: "row" }, names[i]), cells.map((text) => html("td", {}, text)));
    }));
    say(`Reading ${k} of ${total}${label && `, ${label}`}: ${sentence}`);
  }
  const change = (to) => {
    go(to);
    onChange(shown);
  };
  shown = value;
  show(state);
  el.replaceChildren(root);
  return { go, show, destroy: () => root.remove() };
}

export default { render: widgetOf(mount_grad_meter) };
