// A matrix as a heat map with its numbers: blue above 0, orange below, the stronger the further from 0. The numbers
// carry the sign and the size too; what is no number is hatched.

/** How a number of the map is coloured: its sign, and how far from 0 it is as a percentage of the furthest. */
function heatOf(value, furthest) {
  if (typeof value !== "number") return { sign: value === "nan" ? "odd" : value.startsWith("-") ? "below" : "above", heat: 100 };
  const sign = value > 0 ? "above" : value < 0 ? "below" : "zero";
  return { sign, heat: furthest > 0 ? Math.round((100 * Math.abs(value)) / furthest) : 0 };
}

/** Paint one cell: its number and its colour. */
function paintHeat(cell, value, furthest) {
  const { sign, heat } = heatOf(value, furthest);
  cell.style.setProperty("--heat", heat);
  set(cell, "data-sign", sign);
  writeText(cell, number(value));
}

/** The number furthest from 0 among those that are finite. */
function furthestOf(values) {
  return values.reduce((most, value) => (typeof value === "number" ? Math.max(most, Math.abs(value)) : most), 0);
}

/**
 * A heat map of a VALUE of shape (m, n) as a table. `rows` and `columns` are the names of its rows and columns,
 * `before(i)` gives cells that stand before row i, `corner` those above them, `caption` says what the table is.
 * Hands back `{ element, rows, cells, foot }`: its table, a list of `<tr>`, lists of `<td>`, the table's foot.
 */
function heatMap(matrix, { rows, columns, caption, before = () => [], corner = [html("td")] }) {
  const [m, n] = matrix.shape;
  const furthest = furthestOf(matrix.values);
  const cells = Array.from({ length: m }, (_, i) =>
    Array.from({ length: n }, (_, j) => {
      const cell = html("td", { class: "mg-heat" });
      paintHeat(cell, matrix.values[i * n + j], furthest);
      return cell;
    }),
  );
  const lines = cells.map((line, i) => html("tr", {}, before(i), html("th", { scope: "row" }, rows[i]), line));
  const head = html("tr", {}, corner, columns.map((name) => html("th", { scope: "col" }, name)));
  const foot = html("tfoot");
  const element = html(
    "table",
    { class: "mg-heatmap" },
    caption && html("caption", {}, caption),
    html("thead", {}, head),
    html("tbody", {}, lines),
    foot,
  );
  return { element, rows: lines, cells, foot };
}
