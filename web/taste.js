// The panel "Taste": the heat map with its controls, the cell in words, and the part in view as a table.

import { get } from "./api.js";
import { byId, debounced, h, table, tell } from "./dom.js";
import { count, percent, whole } from "./format.js";
import { Heatmap, isDark, pageColor } from "./heatmap.js";
import { listen, zoomAtMiddle } from "./heatmap_input.js";
import { cellColors } from "./color.js";
import { cellAt, order, readMatrix } from "./matrix.js";
import { every, on, state } from "./state.js";

const keywords_max = 5000;
const checkpoints_max = 500;
const table_rows_max = 40;
const table_columns_max = 12;
const refresh_ms = 60000;
const refresh_pairs_max = 500000;  // larger ones are fetched once

const panel = byId("taste");
const axes = ["keyword", "checkpoint"];
let heatmap = null;
let matrix = null;
let shownUser = null;
const pair = { keyword: null, checkpoint: null };  // the entry of each axis by which the other one is sorted

export function start() {
  heatmap = new Heatmap(byId("heatmap"), byId("overview"));
  listen(heatmap, { onCell: tellCell, onLabel: sortByEntry });
  heatmap.onView = debounced(() => fillTable(), 150);
  for (const axis of axes) {
    byId(`find-${axis}`).addEventListener("input", debounced(() => arrange(axis), 120));
    byId(`sort-${axis}`).addEventListener("change", () => {
      const other = axis === "keyword" ? "checkpoint" : "keyword";
      if (byId(`sort-${axis}`).value === "pair") choose(other);
      arrange(axis);
    });
  }
  byId("zoom-in").addEventListener("click", () => zoomAtMiddle(heatmap, 1));
  byId("zoom-out").addEventListener("click", () => zoomAtMiddle(heatmap, -1));
  byId("zoom-fit").addEventListener("click", () => heatmap.showWhole());
  byId("cells-table").addEventListener("toggle", fillTable);
  const run = every(refresh_ms, load);
  on(["user", "alive"], run);
  drawLegend();
}

/** After a change of light and dark. */
export function repaint() {
  drawLegend();
  heatmap.paint();
  heatmap.draw();
}

async function load() {
  const { user } = state;
  const isSame = user === shownUser;
  if (!user || (isSame && matrix && matrix.bytes.length > 2 * refresh_pairs_max)) return;
  try {
    const answer = await get("api/preferences/matrix",
      { user_id: user, keywords: keywords_max, checkpoints: checkpoints_max });
    if (user !== state.user) return;
    performance.mark("matrix-here");
    matrix = readMatrix(answer);
    tell(panel, null);
  } catch (error) {
    if (user !== state.user) return;
    if (!isSame) matrix = null;
    tell(panel, error);
  }
  if (!isSame) {
    shownUser = user;
    pair.keyword = pair.checkpoint = null;
    heatmap.cursor = { row: 0, column: 0 };
  }
  arrange();
  if (!isSame) heatmap.showStart();
  if (matrix) performance.measure("heatmap", "matrix-here");
}

/** Orders the axes; the one that changed is shown from its beginning. */
function arrange(changed = null) {
  const isEmpty = !matrix || matrix.keywords.length === 0 || matrix.checkpoints.length === 0;
  panel.classList.toggle("bare", isEmpty);
  if (isEmpty) {
    heatmap.show(null, new Uint32Array(), new Uint32Array());
    byId("taste-size").textContent = "";
    byId("cell").textContent = matrix ? "Nothing has been judged yet." : "";
    return;
  }
  const [rows, columns] = axes.map((axis) => order(matrix, axis, {
    sort: byId(`sort-${axis}`).value, filter: byId(`find-${axis}`).value,
    pair: pair[axis === "keyword" ? "checkpoint" : "keyword"],
  }));
  if (changed === "keyword") {
    heatmap.y = 0;
    heatmap.cursor.row = 0;
  }
  if (changed === "checkpoint") {
    heatmap.x = 0;
    heatmap.cursor.column = 0;
  }
  heatmap.show(matrix, rows, columns);
  const of = (shown, all) => (shown === all ? whole(all) : `${whole(shown)} of ${whole(all)}`);
  byId("taste-size").textContent = `${of(rows.length, matrix.keywords.length)} keywords × `
    + `${of(columns.length, matrix.checkpoints.length)} checkpoints`;
  tellCell();
}

/** Takes the cursor's entry of an axis as the one by which the other axis is sorted, and says so there. */
function choose(axis, position = axis === "keyword" ? heatmap.cursor.row : heatmap.cursor.column) {
  const index = (axis === "keyword" ? heatmap.rows : heatmap.columns)[position];
  if (index === undefined) return;
  pair[axis] = index;
  const name = (axis === "keyword" ? matrix.keywords : matrix.checkpoints)[index][axis];
  const other = byId(`sort-${axis === "keyword" ? "checkpoint" : "keyword"}`);
  other.querySelector("[value=pair]").textContent = `rate with ${name}`;
}

function sortByEntry(axis, position) {
  const other = axis === "keyword" ? "checkpoint" : "keyword";
  choose(axis, position);
  byId(`sort-${other}`).value = "pair";
  if (axis === "keyword") heatmap.cursor.row = position;
  else heatmap.cursor.column = position;
  arrange(other);
}

function cellAtPosition(row, column) {
  return cellAt(matrix, heatmap.rows[row], heatmap.columns[column]);
}

const inWords = ({ rate, observations }) => (observations === 0 ? "never judged"
  : `${percent(rate)} kept of about ${count(Number(observations.toFixed(observations < 10 ? 1 : 0)))}`);

function tellCell() {
  const place = byId("cell");
  if (!matrix || heatmap.rows.length === 0 || heatmap.columns.length === 0) {
    place.textContent = matrix ? "No name has these letters." : "";
    return;
  }
  const { row, column } = heatmap.hover ?? heatmap.cursor;
  const cell = cellAtPosition(row, column);
  place.replaceChildren(h("b", { text: cell.keyword }), " with ", h("b", { text: cell.checkpoint }), h("br"),
    inWords(cell));
}

function fillTable() {
  const details = byId("cells-table");
  if (!details.open || !matrix) return;
  const view = heatmap.inView();
  const columns = Math.min(view.columns, table_columns_max);
  const names = Array.from({ length: columns }, (_, i) => (
    matrix.checkpoints[heatmap.columns[view.column + i]].checkpoint));
  const rows = Array.from({ length: Math.min(view.rows, table_rows_max) }, (_, i) => {
    const cells = Array.from({ length: columns }, (_, j) => cellAtPosition(view.row + i, view.column + j));
    return [matrix.keywords[heatmap.rows[view.row + i]].keyword,
      ...cells.map((cell) => (cell.observations === 0 ? "–" : `${percent(cell.rate)} of ${count(
        Math.round(cell.observations))}`))];
  });
  details.querySelector(".scroll").replaceChildren(table("Share kept of observations, by keyword and checkpoint",
    [{ title: "Keyword" }, ...names.map((title) => ({ title, number: true }))], rows));
}

/** Rates from left to right, observations from bottom to top. */
function drawLegend() {
  const [columns, rows] = [64, 8];
  const colors = cellColors(isDark() ? "dark" : "light", pageColor("--panel"));
  const canvas = h("canvas", { width: columns, height: rows, role: "img",
    "aria-label": "Colours: orange for low rates, grey for 0.5, blue for high ones; paler with fewer observations" });
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < rows; row++) {
    const observations = Math.round((107 * (rows - row)) / rows);
    for (let column = 0; column < columns; column++) {
      pixels[row * columns + column] = colors[Math.round((255 * column) / (columns - 1)) + 256 * observations];
    }
  }
  context.putImageData(image, 0, 0);
  byId("legend").replaceChildren(
    h("div", { class: "scale-of" }, h("span", { text: "100 or more" }), h("span", { text: "few seen" })),
    h("div", {}, canvas, h("div", { class: "scale" }, h("span", { text: "0\u202f% kept" }), h("span", { text: "50" }),
      h("span", { text: "100\u202f%" }))));
}
