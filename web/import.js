// The form "Import" in the panel "Export and import". An upload goes by XMLHttpRequest, which alone tells how far it is.

import { errorOf } from "./api.js";
import { byId, tell } from "./dom.js";
import { bytes, percent, plural } from "./format.js";
import { set } from "./state.js";

const panel = byId("transfer");
let upload = null;

export function start() {
  byId("import-file").addEventListener("change", () => {
    byId("import").querySelector("[type=submit]").disabled = byId("import-file").files.length === 0;
    byId("import-status").textContent = "";
    tell(panel, null);
  });
  byId("import").addEventListener("submit", (event) => {
    event.preventDefault();
    const [file] = byId("import-file").files;
    if (file && !upload) send(file);
  });
  byId("import-stop").addEventListener("click", () => upload?.abort());
}

function setRunning(isRunning) {
  byId("import-stop").hidden = !isRunning;
  byId("import-progress").hidden = !isRunning;
  byId("import-file").disabled = isRunning;
  byId("import").querySelector("[type=submit]").disabled = isRunning;
}

function send(file) {
  const progress = byId("import-progress");
  const status = byId("import-status");
  upload = new XMLHttpRequest();
  upload.open("POST", "api/preferences/import");
  upload.setRequestHeader("Content-Type", "application/json");
  progress.value = 0;
  tell(panel, null);
  setRunning(true);
  let toldAt = 0;
  upload.upload.addEventListener("progress", (event) => {
    const isDone = event.loaded === event.total;
    progress.value = event.total > 0 ? event.loaded / event.total : 0;
    if (isDone) progress.removeAttribute("value");  // how far the reading is, the server does not tell
    if (!isDone && Date.now() - toldAt < 500) return;
    toldAt = Date.now();
    status.textContent = isDone ? "Sent. The server is reading it." : `${percent(event.loaded / event.total)} of `
      + `${bytes(event.total)} sent`;
  });
  upload.addEventListener("loadend", () => finish(file));
  upload.send(file);
}

function finish(file) {
  const { status, responseText } = upload;
  upload = null;
  setRunning(false);
  if (status === 200) {
    const { recorded, duplicates } = JSON.parse(responseText);
    byId("import-status").textContent = `${file.name}: ${plural(recorded, "record")} taken, `
      + `${plural(duplicates, "duplicate")} left out.`;
    byId("import-file").value = "";
    byId("import").querySelector("[type=submit]").disabled = true;
    set({ alive: Date.now() });
    return;
  }
  byId("import-status").textContent = "";
  tell(panel, status === 0 ? new Error("The import was broken off. Its first records may be in; importing it "
    + "again takes only the rest.") : errorOf(status, responseText));
}
