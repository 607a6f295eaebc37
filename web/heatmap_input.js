// Moves a Heatmap by mouse, finger, wheel and keys, and tells which cell or label is meant.

const zoom_step = 1.35;
const drag_from_px = 4;

function pointOf(event, element) {
  const box = element.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/** onCell() after the cell in question changed; onLabel(axis, position) when a label was clicked. */
export function listen(heatmap, { onCell, onLabel }) {
  listenToPointers(heatmap, onCell, onLabel);
  listenToKeys(heatmap, onCell);
  listenToOverview(heatmap);
  heatmap.canvas.addEventListener("wheel", (event) => {
    // Without the focus and Ctrl the wheel belongs to the page.
    const isZoom = event.ctrlKey || event.metaKey;
    if (!isZoom && document.activeElement !== heatmap.canvas) return;
    event.preventDefault();
    if (isZoom) heatmap.zoom(Math.exp(-event.deltaY / 300), ...pointOf(event, heatmap.canvas));
    else heatmap.move(event.deltaX / heatmap.cellWidth, event.deltaY / heatmap.cellHeight);
  }, { passive: false });
}

export function zoomAtMiddle(heatmap, direction) {
  const plot = heatmap.plot();
  heatmap.zoom(zoom_step ** direction, plot.left + plot.width / 2, plot.top + plot.height / 2);
}

function listenToPointers(heatmap, onCell, onLabel) {
  const { canvas } = heatmap;
  const down = new Map();  // pointer id -> last point
  let dragged = 0;
  canvas.addEventListener("pointerdown", (event) => {
    if (down.size === 0) dragged = 0;
    down.set(event.pointerId, pointOf(event, canvas));
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const point = pointOf(event, canvas);
    const last = down.get(event.pointerId);
    if (last) {
      const others = [...down].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
      const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
      dragged += distance(point, last);
      if (others.length > 0) {
        heatmap.zoom(distance(point, others[0]) / Math.max(1, distance(last, others[0])), ...point);
      }
      if (dragged > drag_from_px) {
        heatmap.move((last[0] - point[0]) / heatmap.cellWidth, (last[1] - point[1]) / heatmap.cellHeight);
      }
      down.set(event.pointerId, point);
      return;
    }
    const found = heatmap.at(...point);
    canvas.style.cursor = found && (found.row === null || found.column === null) ? "pointer" : "";
    heatmap.hover = found && found.row !== null && found.column !== null ? found : null;
    heatmap.drawSoon();
    onCell();
  });
  const up = (event) => {
    const point = down.get(event.pointerId);
    down.delete(event.pointerId);
    if (!point || dragged > drag_from_px || event.type === "pointercancel") return;
    const found = heatmap.at(...point);
    if (!found) return;
    if (found.row === null) onLabel("checkpoint", found.column);
    else if (found.column === null) onLabel("keyword", found.row);
    else heatmap.cursor = found;
    heatmap.drawSoon();
    onCell();
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => {
    heatmap.hover = null;
    heatmap.drawSoon();
    onCell();
  });
}

function listenToKeys(heatmap, onCell) {
  heatmap.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { cursor } = heatmap;
    const page = heatmap.inView();
    const steps = {
      ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
      PageUp: [-Math.max(1, page.rows - 1), 0], PageDown: [Math.max(1, page.rows - 1), 0],
      Home: [0, -cursor.column], End: [0, heatmap.columns.length - 1 - cursor.column],
    };
    if (event.key === "+" || event.key === "=") zoomAtMiddle(heatmap, 1);
    else if (event.key === "-") zoomAtMiddle(heatmap, -1);
    else if (event.key === "0") heatmap.showWhole();
    else if (!steps[event.key]) return;
    event.preventDefault();
    if (!steps[event.key]) return;
    const within = (value, count) => Math.max(0, Math.min(count - 1, value));
    heatmap.hover = null;
    heatmap.cursor = {
      row: within(cursor.row + steps[event.key][0], heatmap.rows.length),
      column: within(cursor.column + steps[event.key][1], heatmap.columns.length),
    };
    heatmap.reveal(heatmap.cursor);
    onCell();
  });
}

function listenToOverview(heatmap) {
  const { overview } = heatmap;
  const go = (event) => {
    const [x, y] = pointOf(event, overview);
    const { top } = heatmap.overviewPlot();
    const plot = heatmap.plot();
    const column = (x / overview.clientWidth) * heatmap.columns.length;
    const row = ((y - top) / (overview.clientHeight - top)) * heatmap.rows.length;
    heatmap.move(column - plot.width / heatmap.cellWidth / 2 - heatmap.x,
      row - plot.height / heatmap.cellHeight / 2 - heatmap.y);
  };
  overview.addEventListener("pointerdown", (event) => {
    overview.setPointerCapture(event.pointerId);
    go(event);
  });
  overview.addEventListener("pointermove", (event) => {
    if (event.buttons) go(event);
  });
}
