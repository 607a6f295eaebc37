// The panel "Pools": the checkpoints there are for a model family and tier.

import { get, send } from "./api.js";
import { byId, h, keepingFocus, table, tell } from "./dom.js";
import { openDialog } from "./dialog.js";
import { plural } from "./format.js";
import { every, on, set, state } from "./state.js";

const refresh_ms = 30000;
const tiers = ["draft", "standard", "quality"];

const panel = byId("pools");
let run = () => {};

export function start() {
  run = every(refresh_ms, load);
  on(["session", "alive"], run);
  byId("pool-new").addEventListener("click", () => edit({ family: "", tier: "standard", checkpoints: [] }));
}

async function load() {
  if (panel.hidden) return;
  try {
    const pools = await get("api/pools");
    tell(panel, null);
    if (JSON.stringify(pools) === JSON.stringify(state.pools) && byId("pools-body").firstChild) return;
    set({ pools });
    show(pools);
  } catch (error) {
    if (error.status === 403) panel.hidden = true;
    tell(panel, error);
  }
}

function show(pools) {
  keepingFocus(byId("pools-body"), (place) => place.replaceChildren(pools.length === 0
    ? h("p", { class: "empty", text: "There is no pool: questions are about the checkpoints a user has recorded." })
    : table("Pools", [{ title: "Family" }, { title: "Tier" }, { title: "Checkpoints", class: "names" },
      { title: "", class: "actions" }],
      pools.map((pool) => [pool.family, pool.tier,
        h("span", { title: pool.checkpoints.join("\n"), text: pool.checkpoints.join(", ") }),
        h("span", {},
          h("button", { type: "button", class: "quiet writes", "aria-label": `Edit ${pool.family} ${pool.tier}`,
            onclick: () => edit(pool) }, "Edit"),
          h("button", { type: "button", class: "quiet writes", "aria-label": `Delete ${pool.family} ${pool.tier}`,
            onclick: () => remove(pool) }, "Delete"))]))));
}

const address = (family, tier) => `api/pools/${encodeURIComponent(family)}/${encodeURIComponent(tier)}`;

function edit(pool) {
  const isNew = pool.family === "";
  const tier = h("select", { name: "tier" }, tiers.map((value) => h("option", { value, text: value,
    selected: value === pool.tier })));
  openDialog({
    title: isNew ? "New pool" : `Pool ${pool.family} ${pool.tier}`, button: "Save",
    content: [
      isNew ? h("div", { class: "row" },
        h("label", { class: "field" }, "Family", h("input", { name: "family", required: true, maxlength: 64,
          placeholder: "sdxl" })),
        h("label", { class: "field" }, "Tier", tier)) : null,
      h("label", { class: "field" }, "Checkpoints, one a line",
        h("textarea", { name: "checkpoints", rows: 10, spellcheck: "false", text: pool.checkpoints.join("\n") })),
    ].filter(Boolean),
    act: async (data) => {
      const checkpoints = data.get("checkpoints").split("\n").map((line) => line.trim()).filter(Boolean);
      await send("PUT", isNew ? address(data.get("family").trim(), data.get("tier")) : address(pool.family, pool.tier),
        { checkpoints });
      run();
    },
  });
}

function remove(pool) {
  openDialog({
    title: `Delete the pool ${pool.family} ${pool.tier}`, button: "Delete", isDangerous: true,
    content: [h("p", { text: `It names ${plural(pool.checkpoints.length, "checkpoint")}. `
      + "What users recorded with them stays." })],
    act: async () => {
      await send("DELETE", address(pool.family, pool.tier));
      run();
    },
  });
}
