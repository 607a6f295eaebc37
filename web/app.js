// Brings the page up: who asks, whom it is about, the panels, and what is about the whole page.

import * as ask from "./ask.js";
import { server } from "./api.js";
import * as chances from "./chances.js";
import { byId } from "./dom.js";
import * as exporting from "./export.js";
import * as feed from "./feed.js";
import * as health from "./server.js";
import * as importing from "./import.js";
import * as pools from "./pools.js";
import * as reliability from "./reliability.js";
import * as session from "./session.js";
import { on, set, state } from "./state.js";
import * as taste from "./taste.js";
import * as trend from "./trend.js";
import * as users from "./users.js";

function startTheme() {
  const select = byId("theme");
  const apply = () => {
    if (select.value) document.documentElement.dataset.theme = select.value;
    else delete document.documentElement.dataset.theme;
  };
  select.value = localStorage.getItem("penchant.theme") ?? "";
  apply();
  select.addEventListener("change", () => {
    localStorage.setItem("penchant.theme", select.value);
    apply();
    taste.repaint();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => taste.repaint());
}

function startUserChoice() {
  const input = byId("user");
  input.addEventListener("change", () => {
    const name = input.value.trim();
    if (name) set({ user: name });
    else input.value = state.user;
  });
  on(["user"], () => {
    input.value = state.user;
    localStorage.setItem("penchant.user", state.user);
    document.title = `${state.user} · Penchant`;
  });
}

/** One line under the bar for what is wrong with the server as a whole. */
function startBanner() {
  let away = "";
  const show = () => {
    const text = away ? `${away} Trying again.` : state.readOnly && `Read-only: ${state.readOnly}`;
    byId("banner").textContent = text;
    byId("banner").hidden = !text;
  };
  server.addEventListener("away", (event) => {
    away = /[.!]$/.test(event.detail) ? event.detail : `${event.detail}.`;
    show();
  });
  server.addEventListener("back", () => {
    away = "";
    show();
    set({ alive: Date.now() });
  });
  on(["readOnly"], show);
}

startTheme();
startUserChoice();
startBanner();
for (const panel of [ask, chances, taste, trend, reliability, feed, users, pools, exporting, importing, health]) {
  panel.start();
}
session.start(async () => {
  const before = state.user;
  try {
    await users.chooseUser();
  } catch {
    set({ user: state.user || "default" });  // the panels say what is wrong
  }
  if (state.user === before) set({ alive: Date.now() });  // signed in again
});
