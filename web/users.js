// The panel "Users": who there is, whom they share with, and forgetting one.

import { get, send } from "./api.js";
import { byId, debounced, h, keepingFocus, table, tell } from "./dom.js";
import { openDialog } from "./dialog.js";
import { plural, whole } from "./format.js";
import { every, on, set, state } from "./state.js";

const refresh_ms = 15000;
const shown_max = 8;  // each costs a question
const offered_max = 500;

const panel = byId("users");
let run = () => {};
let shownContent = "";

export function start() {
  run = every(refresh_ms, load);
  byId("find-user").addEventListener("input", debounced(run, 120));
  on(["session", "user", "alive"], run);
}

/** Reads the users and chooses one where none is chosen yet, or the chosen one is gone. */
export async function chooseUser() {
  const limited = state.session?.user_id;
  if (limited) return set({ users: [limited], user: limited });
  let users = [];
  try {
    users = (await get("api/users")).map((one) => one.user_id);
  } catch (error) {
    if (error.status !== 403) throw error;
  }
  const stored = state.user || localStorage.getItem("penchant.user");
  const user = users.includes(stored) ? stored : users[0] ?? stored ?? "default";
  set({ users, user });
  offer(users);
}

function offer(users) {
  byId("user-names").replaceChildren(...users.slice(0, offered_max).map((value) => h("option", { value })));
}

async function load() {
  if (panel.hidden) return;
  try {
    const users = (await get("api/users")).map((one) => one.user_id);
    set({ users });
    offer(users);
    const wanted = byId("find-user").value.trim().toLowerCase();
    const found = users.filter((name) => name.toLowerCase().includes(wanted));
    const shown = found.slice(0, shown_max);
    const stats = await Promise.all(shown.map((user_id) => get("api/preferences/stats", { user_id })));
    tell(panel, null);
    show(shown, stats, found.length, users.length);
  } catch (error) {
    if (error.status === 403) panel.hidden = true;
    tell(panel, error);
  }
}

function show(shown, stats, found, all) {
  byId("users-about").textContent = found > shown.length
    ? `${shown.length} of ${whole(found)} shown; find the others by name` : plural(all, "user");
  const content = JSON.stringify([shown, state.user, stats.map((one) => [one.records, one.sharing])]);
  if (content === shownContent) return;
  shownContent = content;
  keepingFocus(byId("users-body"), (place) => place.replaceChildren(shown.length === 0
    ? h("p", { class: "empty", text: all === 0 ? "Nobody has recorded anything yet." : "No name has these letters." })
    : table("Users", [{ title: "User" }, { title: "Records", number: true }, { title: "Shares" },
      { title: "", class: "actions" }],
    shown.map((name, i) => [userButton(name), whole(stats[i].records), shareSwitch(name, stats[i].sharing),
      h("button", { type: "button", class: "quiet writes", "aria-label": `Delete ${name}`,
        onclick: () => forget(name, stats[i].records) }, "Delete")]))));
}

function userButton(name) {
  return h("button", { type: "button", class: "quiet", "aria-current": name === state.user ? "true" : null,
    onclick: () => {
      set({ user: name });
      byId("main").focus();
    }, text: name });
}

function shareSwitch(name, isSharing) {
  const element = h("button", { type: "button", class: "switch", role: "switch", "aria-checked": String(!!isSharing),
    "aria-label": `${name} shares with the community`,
    onclick: async () => {
      const share = element.getAttribute("aria-checked") !== "true";
      try {
        await send("PUT", `api/users/${encodeURIComponent(name)}/sharing`, { share });
        element.setAttribute("aria-checked", String(share));
        tell(panel, null);
      } catch (error) {
        tell(panel, error);
      }
    } });
  return element;
}

function forget(name, records) {
  openDialog({
    title: `Delete ${name}`, button: "Delete for good", isDangerous: true, mustType: name,
    content: [h("p", { text: `${plural(records, "record")} and all that was learned `
      + "will be erased: from memory, journal, snapshots and history. Nothing brings that back." })],
    act: async () => {
      await send("DELETE", `api/users/${encodeURIComponent(name)}`);
      if (state.user === name) set({ user: state.users.find((other) => other !== name) ?? "default" });
      run();
    },
  });
}
