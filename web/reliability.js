// The panel "Reliability": the share kept over the probability that was foretold, who answers, and what each scorer
// lost foretelling the outcomes.

import { get } from "./api.js";
import { filledBins, inAll } from "./calibration.js";
import { byId, h, svg, table, tell } from "./dom.js";
import { count, percent, plural } from "./format.js";
import { every, on, state } from "./state.js";

const refresh_ms = 15000;
const plot_px = { size_min: 200, size_max: 340, left: 40, right: 14, top: 8, bottom: 38, radius: 14, radius_min: 3 };
const ticks = [0, 0.25, 0.5, 0.75, 1];

const panel = byId("reliability");
let bins = [];

export function start() {
  const run = every(refresh_ms, load);
  on(["user", "alive"], run);
  new ResizeObserver(draw).observe(byId("reliability-plot"));
}

async function load() {
  const { user } = state;
  if (!user) return;
  try {
    const stats = await get("api/preferences/stats", { user_id: user });
    if (user !== state.user) return;
    tell(panel, null);
    show(stats);
  } catch (error) {
    if (user !== state.user) return;
    tell(panel, error);
    if (error.status !== 0) clear();
  }
}

function clear() {
  bins = [];
  for (const part of ["about", "sum", "plot", "scorers", "table"]) byId(`reliability-${part}`).replaceChildren();
  panel.classList.add("bare");
}

function show({ scorer, log_loss: losses, reliability }) {
  clear();
  bins = filledBins(reliability);
  panel.classList.toggle("bare", bins.length === 0);
  byId("reliability-about").textContent = `${scorer} answers`;
  if (losses.length > 0) byId("reliability-scorers").replaceChildren(...scorers(losses, scorer));
  if (bins.length === 0) {
    byId("reliability-sum").textContent = whyNothing(scorer, losses);
    return;
  }
  const told = inAll(bins);
  byId("reliability-sum").textContent = `Of the newest outcomes ${percent(told.foretold)} were foretold to be kept, and `
    + `${percent(told.kept)} were; the tenths are off by ${percent(told.off)} on the average.`;
  draw();
  byId("reliability-table").replaceChildren(
    h("p", { class: "note", text: `${plural(Math.round(told.count), "outcome")}, of which older ones count less` }),
    table("Foretold and kept, by tenths of the probability", [{ title: "Probability" }, { title: "Seen", number: true },
      { title: "Foretold", number: true }, { title: "Kept", number: true }, { title: "90\u202f% interval", number: true }],
    bins.map((bin) => [range(bin), count(bin.count), percent(bin.foretold), percent(bin.kept),
      `${percent(bin.low)} – ${percent(bin.high)}`])));
}

function whyNothing(scorer, losses) {
  if (losses.length === 0 && scorer === "mean") {
    return "Nothing is foretold on this server: serve with --scorer auto, and it foretells and learns each verdict.";
  }
  return "Nothing has been foretold yet: each verdict from now on is, before it is learned.";
}

function draw() {
  const place = byId("reliability-plot");
  if (bins.length === 0) return;
  const size = Math.min(plot_px.size_max, Math.max(plot_px.size_min, place.clientWidth));
  place.replaceChildren(svg("svg", { viewBox: `0 0 ${size} ${size}`, height: size, role: "img",
    "aria-label": bins.map(inWords).join("; ") }, ...picture(size)));
}

const range = ({ from, to }) => `${percent(from)} – ${percent(to)}`;
const inWords = (bin) => `foretold ${percent(bin.foretold)}, kept ${percent(bin.kept)} of ${count(bin.count)}`;

/** A square, so that what came true as foretold lies on its diagonal. */
function picture(size) {
  const { left, right, top, bottom, radius, radius_min: radiusMin } = plot_px;
  const x = (share) => left + share * (size - left - right);
  const y = (share) => size - bottom - share * (size - top - bottom);
  const most = Math.max(...bins.map((bin) => bin.count));
  return [
    ...ticks.flatMap((share) => [
      svg("line", { class: "grid", x1: x(0), x2: x(1), y1: y(share), y2: y(share) }),
      svg("line", { class: "grid", x1: x(share), x2: x(share), y1: y(0), y2: y(1) }),
      svg("text", { x: left - 8, y: y(share) + 4, "text-anchor": "end" }, percent(share)),
      svg("text", { x: x(share), y: size - bottom + 18, "text-anchor": "middle" }, percent(share))]),
    svg("text", { x: x(0.5), y: size - 6, "text-anchor": "middle" }, "foretold"),
    svg("text", { x: x(0) + 6, y: y(1) + 14 }, "kept"),
    svg("line", { class: "as-foretold", x1: x(0), x2: x(1), y1: y(0), y2: y(1) }),
    ...bins.map((bin) => {
      const [cx, cy] = [x(bin.foretold), y(bin.kept)];
      return svg("g", {}, svg("title", {}, inWords(bin)),
        svg("circle", { class: "bin", cx, cy, r: Math.max(radiusMin, radius * Math.sqrt(bin.count / most)) }),
        svg("line", { class: "interval", x1: cx, x2: cx, y1: y(bin.low), y2: y(bin.high) }),
        svg("circle", { class: "share", cx, cy, r: radiusMin }));
    }),
  ];
}

/** The one that answers in bold; nats that fade say nothing by themselves, only beside each other. */
function scorers(losses, answering) {
  const least = Math.min(...losses.map((one) => one.nats));
  return [h("h3", { text: "Nats lost foretelling" }),
    table("Nats that each scorer lost foretelling the outcomes", [{ title: "Scorer" }, { title: "Lost", number: true },
      { title: "More", number: true }],
    losses.map(({ scorer, nats }) => [scorer === answering ? h("b", { text: scorer }) : scorer, nats.toFixed(1),
      nats === least ? "least" : `+${(nats - least).toFixed(1)}`]))];
}
