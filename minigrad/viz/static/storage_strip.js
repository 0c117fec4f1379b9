// One memory as a strip, and a walk through the elements of each view with the arithmetic of their addresses.

function mount_storage_strip(el, state, { value, onChange }) {
  const { views, cells, cell, row, top, left } = state;
  const drawing = drawScene(state.scene, "The memory, and below it a row for each view");
  const marks = [0, 1].map(() => svg("rect", { class: "s-pick", width: cell - 4, rx: 4 }));
  drawing.layer.append(...marks);
  const pick = choice(
    "View",
    views.map(({ name }) => name),
    (which) => change([which, 0]),
  );
  const walker = labelledSlider("element", { max: 0 }, (at) => change([now[0], at]));
  const facts = html("p", { class: "mg-note" });
  const { root, say } = instrumentFrame(
    "storage_strip",
    state.question,
    pick.row,
    walker.row,
    wideBox("mg-scroll", "Picture", drawing.element),
    facts,
  );
  let now = null;

  /** Another view that has the same cell, and where in it. */
  const named = ({ name }, index) => (index.length ? `${name}[${index.join(", ")}]` : name);
  const others = (which, place) =>
    views.flatMap((view, k) => {
      const at = k === which ? -1 : (view.places ?? []).indexOf(place);
      return at < 0 ? [] : [named(view, view.indices[at])];
    });

  function go(to) {
    const which = Math.min(Math.max(Math.round(Number(to?.[0])) || 0, 0), views.length - 1);
    const view = views[which];
    const places = view.places ?? [];
    const at = Math.min(Math.max(Math.round(Number(to?.[1])) || 0, 0), Math.max(places.length - 1, 0));
    now = [which, at];
    pick.put(which);
    walker.slider.max = Math.max(places.length - 1, 0);
    walker.slider.disabled = places.length < 2;
    for (const mark of marks) mark.style.visibility = places.length ? "visible" : "hidden";
    const numbers = `shape ${view.shape}, strides ${view.strides}`;
    if (!places.length) {
      walker.put(0, "none");
      facts.textContent = `${view.name}: ${numbers}.`;
      say(
        view.places
          ? `${view.name} has no elements: it reads nothing.`
          : `${view.name} is a copy: its numbers lie in another memory, so writing to it changes nothing here.`,
      );
      return;
    }
    const [place, index] = [places[at], view.indices[at]];
    const x = left + place * cell + 1;
    fill(marks[0], { x, y: top + 1, height: row - 4 }, []);
    fill(marks[1], { x, y: top + (which + 1.4) * row + 1, height: row - 6 }, []);
    walker.put(at, named(view, index));
    facts.textContent = `${view.name}: ${numbers}, offset ${view.offset}.`;
    const sum = [view.offset, ...index.map((i, k) => `${i}·${view.steps[k]}`)].join(" + ");
    const same = others(which, place);
    say(
      `${named(view, index)} is at ${sum} = ${place}, where ${cells[place]} stands.` +
        (same.length ? ` The same cell is ${joined(same)}: writing to one changes all.` : ""),
    );
  }
  const change = (to) => {
    go(to);
    onChange(now);
  };
  onShape(drawing, (key) => {
    const [row, place] = key.split(":");
    if (place === undefined) return;
    const which = row === "m" ? now[0] : Number(row);
    const at = (views[which].places ?? []).indexOf(Number(place));
    if (at >= 0) change([which, at]);
  });
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_storage_strip) };
