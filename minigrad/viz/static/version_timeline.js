// The saves of a memory and the writes to it, walked one by one.

function mount_version_timeline(el, state, { value, onChange }) {
  const { events, left, column } = state;
  const drawing = drawScene(state.scene, "Versions, and below them what each node saved");
  const mark = svg("rect", { class: "s-pick s-dash", y: 4, width: column - 4, height: state.scene.height - 8, rx: 6 });
  if (events.length) drawing.layer.append(mark);
  const slider = labelledSlider("event", { min: 1, max: Math.max(events.length, 1) }, (at) => change(at - 1));
  const lines = events.map((event, i) => {
    const kind = event.kind === "write" ? "wrote" : event.stale ? "saved, stale" : "saved";
    const words = [
      html("span", { class: "mg-kind" }, `${i + 1} ${kind}`),
      html("code", {}, event.line ?? event.who),
      html("span", { class: "mg-note" }, event.place ?? ""),
    ];
    return button(`Event ${i + 1}: ${event.sentence}`, () => change(i), { look: "event", words });
  });
  const { root, say } = instrumentFrame(
    "version_timeline",
    state.question,
    slider.row,
    wideBox("mg-scroll", "Picture", drawing.element),
    state.is_cut && html("p", { class: "mg-note" }, "Older events are left out."),
    html("ol", { class: "mg-events" }, lines.map((line) => html("li", {}, line))),
  );
  let now = null;

  function go(to) {
    now = Math.min(Math.max(Math.round(Number(to)) || 0, 0), Math.max(events.length - 1, 0));
    slider.slider.disabled = events.length < 2;
    if (!events.length) {
      slider.put(1, "none");
      return say(`${state.name} is at version ${state.version}: none of these graphs saved it, and nobody wrote to it.`);
    }
    slider.put(now + 1, `${now + 1} of ${events.length}`);
    fill(mark, { x: left + now * column + 2 }, []);
    lines.forEach((line, i) => set(line, "aria-pressed", String(i === now)));
    return say(events[now].sentence);
  }
  const change = (to) => {
    go(to);
    onChange(now);
  };
  onShape(drawing, (key) => change(Number(key)));
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_version_timeline) };
