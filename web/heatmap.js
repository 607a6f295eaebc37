// The keyword × checkpoint matrix as a picture. All cells are painted once, a pixel each, in the order of the axes;
// a view is that picture enlarged, so moving and zooming cost the same whatever the size. This file draws and says
// where things are; heatmap_input.js moves it.

import { cellColors } from "./color.js";

const label_font_px = 11.5;
const column_label_height_px = 100;
const gap_from_px = 7;  // cells from this size on have a gap between them
const cell_px = { width: 24, height: 19, widest: 56, highest: 30 };

const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

/** A colour of the page as it is now, light or dark, as [red, green, blue]. */
export function pageColor(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const parts = getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
  probe.remove();
  return parts;
}

export const isDark = () => getComputedStyle(document.documentElement).colorScheme === "dark"
  || (getComputedStyle(document.documentElement).colorScheme !== "light"
    && matchMedia("(prefers-color-scheme: dark)").matches);

/** Millions of cells: plain loops over typed arrays, which engines compile best. */
function fillPixels(pixels, { pairs, checkpoints }, rows, columns, table) {
  let at = 0;
  for (let row = 0; row < rows.length; row++) {
    const start = rows[row] * checkpoints.length;
    for (let column = 0; column < columns.length; column++) pixels[at++] = table[pairs[start + columns[column]]];
  }
}

export class Heatmap {
  constructor(canvas, overview) {
    this.canvas = canvas;
    this.overview = overview;
    this.picture = document.createElement("canvas");
    this.matrix = null;
    this.rows = this.columns = new Uint32Array();
    this.x = this.y = 0;  // the cell at the plot's top left, fractional
    this.cellWidth = cell_px.width;
    this.cellHeight = cell_px.height;
    this.cursor = { row: 0, column: 0 };
    this.hover = null;
    this.onView = () => {};
    this.isDue = false;
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  /** Shows the matrix with these keywords and checkpoints (indices), in this order. */
  show(matrix, rows, columns) {
    this.matrix = matrix;
    this.rows = rows;
    this.columns = columns;
    this.hover = null;
    this.cursor.row = clamp(this.cursor.row, 0, rows.length - 1);
    this.cursor.column = clamp(this.cursor.column, 0, columns.length - 1);
    this.paint();
    this.move(0, 0);
    this.draw();
  }

  /** The picture anew: after another order, other counts, or another theme. */
  paint() {
    this.colors = Object.fromEntries(["--panel", "--text", "--muted", "--line", "--accent"].map((name) => (
      [name, pageColor(name)])));
    if (!this.matrix || this.rows.length === 0 || this.columns.length === 0) return;
    const table = cellColors(isDark() ? "dark" : "light", this.colors["--panel"]);
    this.picture.width = this.columns.length;
    this.picture.height = this.rows.length;
    const context = this.picture.getContext("2d", { willReadFrequently: true });
    const image = context.createImageData(this.columns.length, this.rows.length);
    const pixels = new Uint32Array(image.data.buffer);
    fillPixels(pixels, this.matrix, this.rows, this.columns, table);
    context.putImageData(image, 0, 0);
  }

  resize() {
    for (const canvas of [this.canvas, this.overview]) {
      const { width, height } = canvas.getBoundingClientRect();
      canvas.width = Math.round(width * devicePixelRatio);
      canvas.height = Math.round(height * devicePixelRatio);
    }
    this.move(0, 0);
    this.draw();
  }

  /** Where the cells are on the canvas, in CSS pixels. */
  plot() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const left = width < 560 ? 92 : 140;
    const right = width < 560 ? 28 : 48;  // the last labels lean into it
    return { left, top: column_label_height_px, width: Math.max(1, width - left - right),
      height: Math.max(1, height - column_label_height_px) };
  }

  move(columns, rows) {
    const plot = this.plot();
    this.x = clamp(this.x + columns, 0, this.columns.length - plot.width / this.cellWidth);
    this.y = clamp(this.y + rows, 0, this.rows.length - plot.height / this.cellHeight);
    this.drawSoon();
  }

  /** Zooms so that what is at the point of the canvas stays there. */
  zoom(factor, pointX, pointY) {
    const plot = this.plot();
    const inX = clamp(pointX - plot.left, 0, plot.width);
    const inY = clamp(pointY - plot.top, 0, plot.height);
    const column = this.x + inX / this.cellWidth;
    const row = this.y + inY / this.cellHeight;
    const whole = { width: plot.width / this.columns.length, height: plot.height / this.rows.length };
    this.cellWidth = clamp(this.cellWidth * factor, Math.min(whole.width, cell_px.width), cell_px.widest);
    this.cellHeight = clamp(this.cellHeight * factor, Math.min(whole.height, cell_px.height), cell_px.highest);
    this.x = column - inX / this.cellWidth;
    this.y = row - inY / this.cellHeight;
    this.move(0, 0);
  }

  /** From the beginning, in cells large enough to read and, where there are few, to fill the plot. */
  showStart() {
    const plot = this.plot();
    this.cellWidth = clamp(plot.width / Math.max(1, this.columns.length), cell_px.width, cell_px.widest);
    this.cellHeight = clamp(plot.height / Math.max(1, this.rows.length), cell_px.height, cell_px.highest);
    this.x = this.y = 0;
    this.drawSoon();
  }

  showWhole() {
    const plot = this.plot();
    this.cellWidth = Math.min(cell_px.widest, plot.width / Math.max(1, this.columns.length));
    this.cellHeight = Math.min(cell_px.highest, plot.height / Math.max(1, this.rows.length));
    this.x = this.y = 0;
    this.drawSoon();
  }

  /** What is at a point: {row, column}, a label having only one of them; null where there is nothing. */
  at(pointX, pointY) {
    const plot = this.plot();
    const row = Math.floor(this.y + (pointY - plot.top) / this.cellHeight);
    const isRow = pointY >= plot.top && row < this.rows.length;
    // Labels of columns lean to the right by as much as they rise.
    const lean = pointY < plot.top ? plot.top - 6 - pointY : 0;
    const column = Math.floor(this.x + (pointX - lean - plot.left) / this.cellWidth);
    const isColumn = pointX - lean >= plot.left && column < this.columns.length
      && pointX - lean <= plot.left + plot.width;
    if (pointY < plot.top) return isColumn ? { row: null, column } : null;
    if (pointX < plot.left) return isRow ? { row, column: null } : null;
    return isRow && isColumn ? { row, column } : null;
  }

  /** The cells in view: {row, column, rows, columns}. */
  inView() {
    const plot = this.plot();
    const row = Math.floor(this.y);
    const column = Math.floor(this.x);
    return { row, column,
      rows: Math.max(0, Math.min(this.rows.length, Math.ceil(this.y + plot.height / this.cellHeight)) - row),
      columns: Math.max(0, Math.min(this.columns.length, Math.ceil(this.x + plot.width / this.cellWidth)) - column) };
  }

  reveal({ row, column }) {
    const plot = this.plot();
    this.x = clamp(this.x, column + 1 - plot.width / this.cellWidth, column);
    this.y = clamp(this.y, row + 1 - plot.height / this.cellHeight, row);
    this.move(0, 0);
  }

  drawSoon() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      if (this.isDue) this.draw();
    });
  }

  draw() {
    this.isDue = false;
    const context = this.canvas.getContext("2d");
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
    if (!this.matrix || this.rows.length === 0 || this.columns.length === 0) return this.drawOverview();
    const plot = this.plot();
    context.save();
    context.beginPath();
    context.rect(plot.left, plot.top, plot.width, plot.height);
    context.clip();
    this.drawCells(context, plot);
    context.restore();
    context.font = `${label_font_px}px ${getComputedStyle(document.body).fontFamily}`;
    this.drawRowLabels(context, plot);
    this.drawColumnLabels(context, plot);
    this.drawOverview();
    this.onView();
  }

  drawCells(context, plot) {
    const view = this.inView();
    const left = plot.left + (view.column - this.x) * this.cellWidth;
    const top = plot.top + (view.row - this.y) * this.cellHeight;
    context.imageSmoothingEnabled = this.cellWidth < 1 || this.cellHeight < 1;
    context.drawImage(this.picture, view.column, view.row, view.columns, view.rows,
      left, top, view.columns * this.cellWidth, view.rows * this.cellHeight);
    context.fillStyle = this.color("--panel");
    if (this.cellWidth >= gap_from_px && this.cellHeight >= gap_from_px) {
      for (let i = 0; i <= view.columns; i++) {
        context.fillRect(left + i * this.cellWidth - 0.5, plot.top, 1, plot.height);
      }
      for (let i = 0; i <= view.rows; i++) context.fillRect(plot.left, top + i * this.cellHeight - 0.5, plot.width, 1);
    }
    const marked = this.hover ?? this.cursor;
    if (marked.row === null || marked.column === null) return;
    context.strokeStyle = this.color("--text");
    context.lineWidth = 2;
    context.strokeRect(plot.left + (marked.column - this.x) * this.cellWidth, plot.top + (marked.row - this.y)
      * this.cellHeight, Math.max(3, this.cellWidth), Math.max(3, this.cellHeight));
  }

  color(name) {
    const [r, g, b] = this.colors[name];
    return `rgb(${r} ${g} ${b})`;
  }

  /** Every n-th label where they would overlap. */
  stride(size) {
    return Math.max(1, Math.ceil((label_font_px + 3.5) / size));
  }

  fitted(context, text, width) {
    if (context.measureText(text).width <= width) return text;
    let length = Math.min(text.length, Math.ceil(width / 4));
    while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length -= 1;
    return `${text.slice(0, length)}…`;
  }

  drawRowLabels(context, plot) {
    const view = this.inView();
    const stride = this.stride(this.cellHeight);
    const marked = (this.hover ?? this.cursor).row;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let row = Math.ceil(view.row / stride) * stride; row < view.row + view.rows; row += stride) {
      const y = plot.top + (row + 0.5 - this.y) * this.cellHeight;
      if (y < plot.top + 4) continue;
      context.fillStyle = this.color(row === marked ? "--text" : "--muted");
      const name = this.matrix.keywords[this.rows[row]].keyword;
      context.fillText(this.fitted(context, name, plot.left - 14), plot.left - 8, y);
    }
  }

  drawColumnLabels(context, plot) {
    const view = this.inView();
    const stride = this.stride(this.cellWidth * Math.SQRT1_2);
    const marked = (this.hover ?? this.cursor).column;
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (let column = Math.ceil(view.column / stride) * stride; column < view.column + view.columns; column += stride) {
      const x = plot.left + (column + 0.5 - this.x) * this.cellWidth;
      if (x < plot.left || x > plot.left + plot.width) continue;
      const room = Math.min(plot.top - 14, this.canvas.clientWidth - x - 8) * Math.SQRT2;
      context.save();
      context.translate(x, plot.top - 6);
      context.rotate(-Math.PI / 4);
      context.fillStyle = this.color(column === marked ? "--text" : "--muted");
      const name = this.matrix.checkpoints[this.columns[column]].checkpoint;
      if (room > 20) context.fillText(this.fitted(context, name, room), 0, 0);
      context.restore();
    }
  }

  /** All of it, small, with a frame around what is in view. */
  drawOverview() {
    const context = this.overview.getContext("2d");
    const { clientWidth: width, clientHeight: height } = this.overview;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    if (!this.matrix || this.rows.length === 0 || this.columns.length === 0) return;
    const { top } = this.overviewPlot();
    context.imageSmoothingQuality = "high";
    context.drawImage(this.picture, 0, top, width, height - top);
    const plot = this.plot();
    const scaleX = width / this.columns.length;
    const scaleY = (height - top) / this.rows.length;
    context.strokeStyle = this.color("--line");
    context.strokeRect(0.5, top + 0.5, width - 1, height - top - 1);
    context.strokeStyle = this.color("--text");
    context.lineWidth = 1.5;
    context.strokeRect(Math.max(1, this.x * scaleX), top + Math.max(1, this.y * scaleY),
      Math.min(width - 2, Math.max(4, (plot.width / this.cellWidth) * scaleX)),
      Math.min(height - top - 2, Math.max(4, (plot.height / this.cellHeight) * scaleY)));
  }

  overviewPlot() {
    return { top: column_label_height_px };
  }
}
