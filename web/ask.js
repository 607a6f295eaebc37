// The panel "Ask": answers as one types. An answer to an older question is dropped.

import { ask } from "./api.js";
import { byId, debounced, h, rateBar, table, tell } from "./dom.js";
import { count, measure, percent, score } from "./format.js";
import { newest, on, set, state } from "./state.js";

const typing_pause_ms = 140;
const advice_count = 6;
const arms_shown = 5;
const bands = [["explore", "below 0.3"], ["hedge", "0.3 to 0.7"], ["exploit", "above 0.7"]];

const panel = byId("ask");
const nextQuestion = newest();
let current = null;  // the newest question's signal

export function start() {
  const typed = debounced(() => set({ prompt: byId("prompt").value }), typing_pause_ms);
  byId("prompt").addEventListener("input", typed);
  byId("ask").querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  for (const name of ["family", "tier"]) byId(name).addEventListener("change", () => set({ [name]: byId(name).value }));
  on(["pools"], fillChoices);
  on(["user", "prompt", "family", "tier", "alive"], load);
  fillChoices();
}

/** What question the panels are about now, as parameters. */
export function parameters() {
  return { user_id: state.user, prompt: state.prompt, family: state.family || null, tier: state.tier || null };
}

function fillChoices() {
  const fill = (name, texts, none) => {
    const select = byId(name);
    const before = state[name];
    select.replaceChildren(h("option", { value: "", text: none }), ...texts.map((text) => (
      h("option", { value: text, text }))));
    select.value = texts.includes(before) ? before : "";
    if (select.value !== before) set({ [name]: select.value });
  };
  fill("family", [...new Set(state.pools.map((pool) => pool.family))], "any");
  fill("tier", ["draft", "standard", "quality"], "any");
}

async function load() {
  if (!state.user) return;
  const signal = nextQuestion();
  current = signal;
  const asked = parameters();
  const { user_id, prompt } = asked;
  byId("recommendation").classList.add("stale");
  try {
    const [answer, keywords, negatives] = await Promise.all([
      ask("api/preferences/recommend-checkpoint", { ...asked, top: arms_shown, peek: true }, signal),
      ask("api/preferences/keywords", { prompt }, signal),
      ask("api/preferences/recommend-negatives", { user_id, prompt, count: advice_count }, signal),
    ]);
    const { checkpoint } = answer;
    const [loras, values] = await Promise.all([
      ask("api/preferences/recommend-loras", { user_id, prompt, checkpoint, count: advice_count }, signal),
      ask("api/preferences/recommend-parameters", { user_id, prompt, checkpoint, family: asked.family }, signal),
    ]);
    if (signal.aborted) return;
    tell(panel, null);
    showRecommendation(answer);
    byId("recommendation").classList.remove("stale");
    showKeywords(keywords);
    panel.querySelector(".advice").hidden = false;
    showLoras(loras);
    showParameters(values);
    showNegatives(negatives);
    await explain(checkpoint, signal);
  } catch (error) {
    if (signal.aborted) return;
    tell(panel, error);
    if (error.status !== 0) clear();
  } finally {
    if (!signal.aborted) byId("recommendation").classList.remove("stale");
  }
}

function clear() {
  for (const id of ["recommendation", "arms", "prompt-keywords", "loras", "parameters", "negatives",
    "explanation-body"]) byId(id).replaceChildren();
  panel.querySelector(".advice").hidden = true;
}

function confidenceTrack(band, confidence) {
  return h("div", { class: "confidence" },
    h("div", { class: "track", role: "img",
      "aria-label": `Confidence ${score(confidence)}: ${band}` },
    bands.map(([name]) => h("span", { class: name === band ? "zone now" : "zone" })),
    h("span", { class: "pointer", style: { left: `${100 * confidence}%` } })),
    h("div", { class: "zones", "aria-hidden": "true" }, bands.map(([name, where]) => (
      h("span", { class: name === band ? "now" : null, title: `confidence ${where}`, text: name })))));
}

function showRecommendation(answer) {
  const { checkpoint, band, confidence, reason } = answer;
  byId("recommendation").replaceChildren(
    h("p", { class: "note", text: "Recommended checkpoint" }),
    h("p", { class: "name", text: checkpoint }),
    h("p", { class: "figures" },
      h("span", {}, "score ", h("b", { text: score(answer.score) })),
      h("span", {}, "confidence ", h("b", { text: score(confidence) })),
      h("span", {}, "band ", h("b", { text: band }))),
    confidenceTrack(band, confidence),
    h("p", { class: "reason", text: reason }));
  byId("ask-status").textContent = `${checkpoint}, ${band}`;
  showArms(answer);
}

/** The band's arms, and those behind them, which have no chance of being chosen. */
function showArms({ arms, band }) {
  const chosen = arms.filter((arm) => arm.probability > 0).length;
  const rows = arms.map((arm) => [arm.checkpoint, score(arm.score), rateBar(arm.score), count(arm.observations),
    arm.probability > 0 ? percent(arm.probability) : "–", whyButton(arm.checkpoint)]);
  const shown = table("Arms, the best first", [{ title: "Checkpoint" }, { title: "Score", number: true },
    { title: "", class: "mark" }, { title: "Seen", number: true }, { title: "Chosen", number: true },
    { title: "", class: "actions" }], rows);
  [...shown.tBodies[0].rows].forEach((row, i) => row.classList.toggle("arm", arms[i].probability > 0));
  byId("arms").replaceChildren(
    h("h3", { text: `Arms: ${band} takes ${chosen === 1 ? "the best" : `one of the best ${chosen}`}` }), shown);
}

function whyButton(checkpoint) {
  return h("button", { type: "button", class: "quiet", "aria-label": `Explain ${checkpoint} by keyword`,
    onclick: async () => {
      try {
        await explain(checkpoint, current);
        byId("explanation-title").focus();
      } catch (error) {
        tell(panel, error);
      }
    } }, "Why");
}

function showKeywords(keywords) {
  const words = keywords.map((one) => one.keyword);
  set({ keywords: words });
  byId("prompt-keywords").replaceChildren(...(words.length === 0
    ? [h("span", { class: "note", text: state.prompt.trim() ? "No keyword in it: the answer is about all prompts."
      : "Without a prompt the answer is about all prompts." })]
    : words.map((text) => h("span", { class: "chip", text }))));
}

const none = (text) => h("p", { class: "empty", text });

function showLoras(loras) {
  byId("loras").replaceChildren(loras.length === 0 ? none("No LoRA is known for this.")
    : table("LoRAs with strengths", [{ title: "LoRA" }, { title: "Strength", number: true },
      { title: "Score", number: true }, { title: "Seen", number: true }], loras.map((one) => [
      one.lora, spread(one.strength, one.strength_sd), score(one.score), count(one.observations)])));
}

/** A mean with its standard deviation. */
function spread(mean, sd) {
  if (mean === null || mean === undefined) return "–";
  const text = ` ±\u202f${Number((sd ?? 0).toPrecision(2))}`;
  return h("span", {}, measure(mean), sd ? h("span", { class: "note", text }) : null);
}

function showParameters(values) {
  byId("parameters").replaceChildren(values.length === 0 ? none("No parameter is known for this.")
    : table("Parameters", [{ title: "Parameter" }, { title: "Mean ± sd", number: true },
      { title: "Seen", number: true }], values.map((one) => [
      one.name, spread(one.mean, one.sd), count(one.observations)])));
}

function showNegatives(negatives) {
  byId("negatives").replaceChildren(negatives.length === 0 ? none("No negative keyword is known for this.")
    : table("Negative keywords", [{ title: "Keyword" }, { title: "Score", number: true },
      { title: "Seen", number: true }], negatives.map((one) => [
      one.keyword, score(one.score), count(one.observations)])));
}

async function explain(checkpoint, signal) {
  const answer = await ask("api/preferences/explain",
    { user_id: state.user, prompt: state.prompt, checkpoint }, signal);
  if (signal.aborted) return;
  byId("explanation-title").textContent = `By keyword: ${checkpoint}`;
  byId("explanation-body").replaceChildren(answer.keywords.length === 0
    ? none("There are no keywords to explain it by.")
    : table(`Keywords with ${checkpoint}`, [{ title: "Keyword" }, { title: "Kept of", number: true },
      { title: "Rate", number: true }, { title: "", class: "mark" }],
    answer.keywords.map((one) => [one.keyword, `${count(one.selected)} / ${count(one.observations)}`,
      one.rate === null || !(one.observations > 0) ? "–" : percent(one.rate),
      one.rate === null || !(one.observations > 0) ? h("span", { class: "ratebar", "aria-hidden": "true" })
        : rateBar(one.rate)])));
}
