// The panel "Kept over time": the moving share of what was kept, over bars of how much was judged.

import { get } from "./api.js";
import { byId, h, svg, table, tell } from "./dom.js";
import { clock, day, moment, percent, plural, whole } from "./format.js";
import { judged, movingShare, stretches, timeTicks, windowFor } from "./series.js";
import { every, on, state } from "./state.js";

const records_max = 3000;
const page_records = 1000;
const pages_max = 6;  // a page may be short
const refresh_ms = 60000;
const plot_px = { height: 300, bars: 64, left: 40, right: 8, top: 8, bottom: 22 };

const panel = byId("trend");
let verdicts = [];

export function start() {
  const run = every(refresh_ms, load);
  on(["user", "alive"], run);
  new ResizeObserver(draw).observe(byId("trend-plot"));
}

async function newestRecords(user) {
  const records = [];
  let cursor = null;
  for (let page = 0; page < pages_max && records.length < records_max; page++) {
    const answer = await get("api/preferences/records", { user_id: user, limit: page_records, cursor });
    records.push(...answer.records);
    cursor = answer.cursor;
    if (cursor === null) break;
  }
  return records;
}

async function load() {
  const { user } = state;
  if (!user) return;
  try {
    const records = await newestRecords(user);
    if (user !== state.user) return;
    verdicts = judged(records);
    tell(panel, null);
  } catch (error) {
    if (user !== state.user) return;
    tell(panel, error);
    if (error.status === 0) return;
    verdicts = [];
  }
  draw();
  fillTable();
}

function draw() {
  const place = byId("trend-plot");
  const about = byId("trend-about");
  if (verdicts.length < 2) {
    about.textContent = "";
    place.replaceChildren(h("p", { class: "empty", text: "Too few verdicts to draw." }));
    return;
  }
  const window = windowFor(verdicts.length);
  const moving = movingShare(verdicts, window);
  about.textContent = `share kept of the last ${window} verdicts, with its 95\u202f% band; `
    + `the newest ${whole(verdicts.length)}`;
  const width = Math.max(240, place.clientWidth);
  place.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${plot_px.height}`, height: plot_px.height, role: "img",
    "aria-label": inWords(moving) }, ...picture(moving, width)));
}

function inWords(moving) {
  const [first, last] = [moving[0], moving[moving.length - 1]];
  return `Share kept, from ${percent(first.share)} on ${day(first.time)} to ${percent(last.share)} on `
    + day(last.time);
}

function picture(moving, width) {
  const { height, bars, left, right, top, bottom } = plot_px;
  const [from, to] = [verdicts[0].time, verdicts[verdicts.length - 1].time];
  const x = (time) => left + ((time - from) / Math.max(1, to - from)) * (width - left - right);
  const floor = height - bottom - bars - 14;
  const y = (share) => top + (1 - share) * (floor - top);
  const line = moving.map((one) => `${x(one.time).toFixed(1)},${y(one.share).toFixed(1)}`);
  const band = [...moving.map((one) => `${x(one.time).toFixed(1)},${y(one.high).toFixed(1)}`),
    ...moving.map((one) => `${x(one.time).toFixed(1)},${y(one.low).toFixed(1)}`).reverse()];
  return [
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(share), y2: y(share) }),
      svg("text", { x: left - 8, y: y(share) + 4, "text-anchor": "end" }, percent(share))]),
    svg("polygon", { class: "area", points: band.join(" ") }),
    svg("polyline", { class: "line", points: line.join(" ") }),
    ...counts(width, height - bottom, x),
    ...timeTicks(from, to, Math.max(2, Math.floor(width / 110))).map(({ time, isDay }) => (
      svg("text", { x: x(time), y: height - 6, "text-anchor": "middle" }, isDay ? day(time) : clock(time)))),
  ];
}

/** Bars of what was kept and rejected, kept at the bottom. */
function counts(width, floor, x) {
  const parts = stretches(verdicts, Math.max(12, Math.floor(width / 14)));
  const most = Math.max(...parts.map((one) => one.kept + one.rejected));
  return parts.map((one) => {
    const barWidth = Math.max(1, x(one.to) - x(one.from) - 2);
    const kept = (one.kept / most) * plot_px.bars;
    const rejected = (one.rejected / most) * plot_px.bars;
    const title = svg("title", {}, `${moment(one.from)}: ${one.kept} kept, ${one.rejected} rejected`);
    const bar = (name, y, height) => svg("rect", { class: name, x: x(one.from), width: barWidth, y, height });
    return svg("g", {}, title, bar("kept", floor - kept, kept), bar("rejected", floor - kept - rejected, rejected));
  });
}

function fillTable() {
  const parts = stretches(verdicts, 12).filter((one) => one.kept + one.rejected > 0).reverse();
  byId("trend-table").replaceChildren(
    h("p", { class: "note", text: plural(verdicts.length, "verdict") }),
    table("Verdicts over time, newest first", [{ title: "From" }, { title: "Kept", number: true },
      { title: "Rejected", number: true }, { title: "Share", number: true }],
    parts.map((one) => [moment(one.from), whole(one.kept), whole(one.rejected),
      percent(one.kept / (one.kept + one.rejected))])));
}
