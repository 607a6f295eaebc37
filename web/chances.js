// The panel "Chances": with which probability each checkpoint is the best, and where its score lies with 95 %.

import { ask } from "./api.js";
import { scoreBand } from "./beta.js";
import { byId, h, shareBar, table, tell } from "./dom.js";
import { count, percent, score } from "./format.js";
import { parameters } from "./ask.js";
import { newest, on, state } from "./state.js";

const shown_max = 14;

const panel = byId("chances");
const nextQuestion = newest();

export function start() {
  on(["user", "prompt", "family", "tier", "alive"], load);
}

async function load() {
  if (!state.user) return;
  const signal = nextQuestion();
  const asked = parameters();
  try {
    const [answer, keywords] = await Promise.all([
      ask("api/preferences/recommend-checkpoint",
        { ...asked, policy: "thompson", top: shown_max, peek: true }, signal),
      ask("api/preferences/keywords", { prompt: asked.prompt }, signal),
    ]);
    if (signal.aborted) return;
    tell(panel, null);
    show(answer.arms, keywords.length, asked.prompt.trim());
  } catch (error) {
    if (signal.aborted) return;
    tell(panel, error);
    if (error.status !== 0) byId("chances-body").replaceChildren();
  }
}

/** The stretch of scores that holds all bands, in whole tenths. */
function scaleOf(bands) {
  const from = Math.floor(10 * Math.min(0.4, ...bands.map(([low]) => low))) / 10;
  const to = Math.ceil(10 * Math.max(0.6, ...bands.map(([, high]) => high))) / 10;
  return { from, to, at: (value) => `${(100 * (value - from)) / (to - from)}%` };
}

function bandMark(arm, [low, high], { at }) {
  return h("span", { class: "band", role: "img", "aria-label": `95 % between ${score(low)} and ${score(high)}`,
    title: `${score(low)} to ${score(high)}` },
  h("span", { class: "middle", style: { left: at(0.5) } }),
  h("span", { class: "line", style: { left: at(low), right: `${100 - parseFloat(at(high))}%` } }),
  h("span", { class: arm.score < 0.5 ? "dot low" : "dot high", style: { left: at(arm.score) } }));
}

function show(arms, keywords, prompt) {
  byId("chances-about").textContent = prompt && keywords > 0 ? "for this prompt" : "over all prompts";
  arms.sort((a, b) => b.probability - a.probability || b.score - a.score);
  const bands = arms.map((arm) => scoreBand(arm.score, arm.observations, keywords));
  const scale = scaleOf(bands);
  const rest = 1 - arms.reduce((total, arm) => total + arm.probability, 0);
  const title = h("span", { class: "scale" }, h("span", { text: scale.from }), h("span", { text: "95\u202f% band" }),
    h("span", { text: scale.to }));
  const rows = arms.map((arm, i) => [
    arm.checkpoint, h("span", { class: "chance" }, shareBar(arm.probability)), percent(arm.probability),
    bandMark(arm, bands[i], scale), count(arm.observations),
  ]);
  byId("chances-body").replaceChildren(
    table("Probability of being the best, and 95 % band of the score, by checkpoint", [
      { title: "Checkpoint" }, { title: "", class: "chance" }, { title: "Best", number: true },
      { title, class: "mark" }, { title: "Seen", number: true }], rows),
    ...(rest > 0.005 ? [h("p", { class: "note after", text: `All others together: ${percent(rest)}.` })] : []));
}
