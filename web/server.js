// The panels "Server" and "Explore or exploit", both from what the server tells of itself.

import { get, getText } from "./api.js";
import { byId, h, table, tell } from "./dom.js";
import { bytes, duration, measure, percent, short, whole } from "./format.js";
import { every, on, set, state } from "./state.js";

const refresh_ms = 5000;
const bands = ["explore", "hedge", "exploit"];

const panel = byId("server");
let before = null;  // {time, commands} at the last look

export function start() {
  const run = every(refresh_ms, load);
  on(["session", "alive"], run);
}

/** All names of all sections in lower case; numbers where they read as ones. */
export function flat(sections) {
  const all = {};
  for (const section of Object.values(sections)) {
    if (section === null || typeof section !== "object") continue;
    for (const [name, value] of Object.entries(section)) {
      const isNumber = typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
      all[name.toLowerCase()] = isNumber ? Number(value) : value;
    }
  }
  return all;
}

async function load() {
  if (panel.hidden) return;
  try {
    const sections = await get("api/server");
    const told = flat(sections);
    tell(panel, null);
    showTiles(told);
    showLatency(told);
    showSections(sections);
    showBands(told);
    await noteReadiness(told);
  } catch (error) {
    if (error.status === 403) panel.hidden = byId("bands").hidden = true;
    tell(panel, error);
  }
}

/** Why nothing can be recorded, asked for only where that is so. */
async function noteReadiness(told) {
  let reason = "";
  if (told.read_only) {
    reason = await getText("readyz").then(() => "", (error) => error.message) || "Nothing can be recorded.";
  }
  set({ readOnly: reason });
}

function rate(told) {
  const now = { time: performance.now(), commands: told.total_commands_processed };
  const last = before;
  before = now;
  if (!last || !(now.commands >= last.commands)) return null;
  return (1000 * (now.commands - last.commands)) / Math.max(1, now.time - last.time);
}

/** [name, value, aside, isBad]; a value that is not there is no tile. */
function figures(told) {
  const lag = told.journal_written_sequence - told.journal_synced_sequence;
  const snapshotAge = told.rdb_last_save_time > 0 ? Date.now() / 1000 - told.rdb_last_save_time : null;
  const commands = rate(told);
  const has = (name) => typeof told[name] === "number";
  return [
    has("records_total") && ["Records", short(told.records_total), `${short(told.users ?? 0)} users`],
    has("used_memory") && ["Memory", bytes(told.used_memory), has("used_memory_rss_peak")
      ? `at most ${bytes(told.used_memory_rss_peak)}` : ""],
    Number.isFinite(lag) && ["Journal lag", `${whole(lag)} events`, "not yet on disk"],
    has("journal_disk_bytes") && ["Journal", bytes(told.journal_disk_bytes),
      `${whole(told.journal_segments)} segments`],
    snapshotAge !== null && ["Snapshot", `${duration(snapshotAge)} ago`, told.rdb_last_bgsave_status === "ok" ? ""
      : "the last one failed", told.rdb_last_bgsave_status !== "ok"],
    has("connected_clients") && ["Connections", whole(told.connected_clients), has("total_connections_received")
      ? `${short(told.total_connections_received)} since the start` : ""],
    has("total_commands_processed") && ["Requests", commands === null ? short(told.total_commands_processed)
      : `${measure(commands)} / s`, `${short(told.total_commands_processed)} since the start`],
    has("uptime_in_seconds") && ["Up", duration(told.uptime_in_seconds), has("stores") ? `${told.stores} stores` : ""],
    has("decisions_kept") && ["Decisions kept", short(told.decisions_kept), "to be judged"],
    told.erasures_pending > 0 && ["Erasures due", whole(told.erasures_pending), told.erasures_failure ?? "", true],
    told.segments_failure && ["Segments", "failed", told.segments_failure, true],
    has("community_users") && ["Community", `${short(told.community_users)} users`,
      told.community_age_in_seconds >= 0 ? `added up ${duration(told.community_age_in_seconds)} ago` : ""],
  ].filter(Boolean);
}

function showTiles(told) {
  byId("server-about").textContent = told.penchant_version ? `Penchant ${told.penchant_version}` : "";
  byId("server-tiles").replaceChildren(...figures(told).map(([name, value, aside, isBad]) => (
    h("div", {}, h("dt", { text: name }), h("dd", { class: isBad ? "bad" : null }, value,
      aside ? h("span", { class: "aside", text: aside }) : null)))));
}

/** redis-server's form: latency_percentiles_usec_NAME = p50=7.2,p99=24.1. */
export function latencies(told) {
  return Object.entries(told).flatMap(([name, value]) => {
    const command = /^latency_percentiles_usec_(.+)$/.exec(name)?.[1];
    if (!command || typeof value !== "string") return [];
    return [{ command, percentiles: Object.fromEntries(value.split(",").map((part) => part.split("="))) }];
  });
}

function showLatency(told) {
  const rows = latencies(told);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row.percentiles)))];
  byId("server-latency").replaceChildren(...(rows.length === 0 ? [] : [
    h("h3", { text: "Latency, µs" }),
    table("Latency by command in microseconds", [{ title: "Command" }, ...columns.map((title) => (
      { title, number: true }))],
    rows.map((row) => [row.command, ...columns.map((name) => (
      row.percentiles[name] === undefined ? "–" : measure(Number(row.percentiles[name]))))]))]));
}

function showSections(sections) {
  byId("server-sections").replaceChildren(...Object.entries(sections).map(([title, values]) => (
    h("section", {}, h("h3", { text: title }), table(title, [{ title: "Name" }, { title: "Value", number: true }],
      Object.entries(values ?? {}).map(([name, value]) => [name, String(value)]))))));
}

function showBands(told) {
  const counts = bands.map((band) => told[`decisions_${band}`]);
  const all = counts.reduce((total, one) => total + (one ?? 0), 0);
  if (counts.every((one) => typeof one !== "number") || all === 0) {
    byId("bands-body").replaceChildren(h("p", { class: "empty", text: "No decision has been made since the start." }));
    return;
  }
  byId("bands-body").replaceChildren(
    h("div", { class: "split", "aria-hidden": "true" }, bands.map((band, i) => (
      h("span", { class: band, style: { flex: `${counts[i] ?? 0} 1 0` } })))),
    table("Decisions by band", [{ title: "Band" }, { title: "Decisions", number: true },
      { title: "Share", number: true }], bands.map((band, i) => [
      h("span", {}, h("span", { class: `swatch ${band}` }), band), whole(counts[i] ?? 0),
      percent((counts[i] ?? 0) / all, 1)])),
    h("p", { class: "note after", text: "Decisions of all users since the server's start." }));
}

