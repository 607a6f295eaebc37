// The button "Export": a file that the page can hold is fetched, which tells how far it is; a larger one the browser
// downloads by itself.

import { address, errorOf, get } from "./api.js";
import { byId, h, tell } from "./dom.js";
import { bytes, whole } from "./format.js";
import { on, state } from "./state.js";

const records_max = 200000;  // some 200 MB

const panel = byId("transfer");
let fetching = null;

export function start() {
  on(["user"], show);
  byId("export").addEventListener("click", (event) => {
    event.preventDefault();
    if (!fetching) run(state.user);
  });
  byId("export-stop").addEventListener("click", () => fetching?.abort());
}

function show() {
  const link = byId("export");
  link.href = address("api/preferences/export", { user_id: state.user });
  link.download = `penchant-${state.user}.json`;
  link.textContent = `Export ${state.user}`;
  byId("export-about").textContent = "All records and pools, as one JSON file.";
}

function setRunning(isRunning) {
  byId("export-stop").hidden = !isRunning;
  byId("export-progress").hidden = !isRunning;
  byId("export-progress").removeAttribute("value");  // until the first record
  byId("export").setAttribute("aria-disabled", String(isRunning));
}

async function run(user) {
  fetching = new AbortController();
  const { signal } = fetching;
  tell(panel, null);
  setRunning(true);
  try {
    const { records } = await get("api/preferences/stats", { user_id: user }, signal);
    if (records > records_max) return saveByBrowser(byId("export").href, user);
    byId("export-about").textContent = "The server is reading it.";
    const response = await fetch(address("api/preferences/export", { user_id: user }), { cache: "no-store", signal });
    if (!response.ok) throw errorOf(response.status, await response.text());
    const file = await read(response.body.getReader(), records);
    const link = URL.createObjectURL(file);
    saveByBrowser(link, user);
    setTimeout(() => URL.revokeObjectURL(link), 60000);
    byId("export-about").textContent = `${bytes(file.size)} exported.`;
  } catch (error) {
    byId("export-about").textContent = "";
    tell(panel, error.name === "TypeError" ? new Error("The export was broken off.") : error);
  } finally {
    fetching = null;
    setRunning(false);
  }
}

/** The file, whose records stand on a line each. */
async function read(reader, records) {
  const line_feed = 10;
  const chunks = [];
  let done = 0;
  let size = 0;
  for (;;) {
    const { value } = await reader.read();
    if (!value) return new Blob(chunks, { type: "application/json" });
    chunks.push(value);
    size += value.length;
    for (let at = value.indexOf(line_feed); at >= 0; at = value.indexOf(line_feed, at + 1)) done += 1;
    byId("export-progress").value = records > 0 ? Math.min(1, done / records) : 1;
    byId("export-about").textContent = `${whole(Math.min(done, records))} of ${whole(records)} records, ${bytes(size)}`;
  }
}

function saveByBrowser(href, user) {
  h("a", { href, download: `penchant-${user}.json` }).click();
}
