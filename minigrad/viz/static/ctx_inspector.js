// One call of a custom Function in four stages; the stage that is looked at is written out in full.

function mount_ctx_inspector(el, state, { value, onChange }) {
  const { stages, box } = state;
  const drawing = drawScene(state.scene, `A call of ${state.function} in four stages`);
  const [top, width, gap] = box;
  const mark = svg("rect", { class: "s-pick", y: top, width, height: state.scene.height - 2 * top, rx: 8 });
  drawing.layer.append(mark);
  const pick = choice(
    "Stage",
    stages.map(({ name }) => name),
    (stage) => change(stage),
  );
  const body = html("tbody");
  const head = ["what", "value", "remark"].map((words) => html("th", { scope: "col" }, words));
  const table = html("table", { class: "mg-errors mg-items" }, html("thead", {}, html("tr", {}, head)), body);
  const { root, say } = instrumentFrame(
    "ctx_inspector",
    state.question,
    html("p", { class: "mg-call" }, html("code", {}, state.line ?? state.function), html("span", { class: "mg-note" }, state.where)),
    pick.row,
    wideBox("mg-scroll", "Picture", drawing.element),
    wideBox("mg-scroll", "Table", table),
  );
  let now = null;

  function go(to) {
    now = Math.min(Math.max(Math.round(Number(to)) || 0, 0), stages.length - 1);
    const { items, says } = stages[now];
    pick.put(now);
    fill(mark, { x: top + now * (width + gap) }, []);
    const rows = items.map(({ name, value: what, note, mark: sign }) =>
      html(
        "tr",
        { "data-mark": sign || null },
        html("th", { scope: "row" }, sign ? `! ${name}` : name),
        html("td", {}, what),
        html("td", {}, note),
      ),
    );
    body.replaceChildren(...rows);
    table.hidden = rows.length === 0;
    say(says);
  }
  const change = (to) => {
    go(to);
    onChange(now);
  };
  onShape(drawing, (key) => change(Number(key)));
  return placed(el, root, go, value);
}

export default { render: widgetOf(mount_ctx_inspector) };
