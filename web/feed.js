// The panel "Records": what is recorded, as it comes in.

import { get } from "./api.js";
import { byId, h, tell } from "./dom.js";
import { ago, moment } from "./format.js";
import { every, on, state } from "./state.js";

const refresh_ms = 2000;
const records_shown = 20;
const verdicts = { selected: "✓ kept", rejected: "✕ rejected", neutral: "– seen" };

const panel = byId("feed");
let isPaused = false;
let shownUser = null;
let known = new Set();

export function start() {
  const run = every(refresh_ms, load);
  on(["user", "alive"], run);
  byId("feed-pause").addEventListener("click", (event) => {
    isPaused = !isPaused;
    event.target.setAttribute("aria-pressed", String(isPaused));
    event.target.textContent = isPaused ? "Go on" : "Pause";
    if (!isPaused) run();
  });
}

async function load() {
  const { user } = state;
  if (!user || (isPaused && user === shownUser)) return;
  try {
    const { records } = await get("api/preferences/records", { user_id: user, limit: records_shown });
    if (user !== state.user || (isPaused && user === shownUser)) return;
    tell(panel, null);
    show(user, records);
  } catch (error) {
    if (user !== state.user) return;
    tell(panel, error);
    if (error.status !== 0 && user !== shownUser) byId("feed-list").replaceChildren();
  }
}

const keyOf = (record) => `${record.id} ${record.action}`;

function show(user, records) {
  const list = byId("feed-list");
  const isSame = user === shownUser && records.length === list.children.length
    && records.every((record, i) => list.children[i].dataset.key === keyOf(record));
  if (isSame) {
    records.forEach((record, i) => {
      list.children[i].querySelector("time").textContent = ago(Date.parse(record.timestamp));
    });
    return;
  }
  const isFirst = user !== shownUser;
  list.replaceChildren(...(records.length === 0 ? [h("li", { class: "empty", text: "Nothing is recorded yet." })]
    : records.map((record) => item(record, !isFirst && !known.has(keyOf(record))))));
  known = new Set(records.map(keyOf));
  shownUser = user;
}

function item(record, isNew) {
  const time = Date.parse(record.timestamp);
  const element = h("li", { class: isNew ? "new" : null },
    h("span", { class: `action ${record.action}`, text: verdicts[record.action] ?? record.action }),
    h("span", { class: "model", text: record.checkpoint, title: record.checkpoint }),
    h("time", { datetime: record.timestamp, title: moment(time), text: ago(time) }),
    h("span", { class: "prompt", text: record.prompt, title: record.prompt }));
  element.dataset.key = keyOf(record);
  return element;
}
