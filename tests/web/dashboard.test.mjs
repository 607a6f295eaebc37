// Walks the dashboard in a browser, in light and dark, narrow and wide.
//   SCREENSHOTS=/tmp/shots node --test tests/web/dashboard.test.mjs
// PENCHANT_URL names a running server with records; the mock server stands in where it is not set.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { fits, launch, reads, shoot, startMock, textOf, visit } from "./browser.mjs";

const prompt = process.env.PENCHANT_PROMPT ?? "photorealistic portrait of a woman, soft light, neon city";
let browser = null;
let server = null;

before(async () => {
  browser = await launch();
  server = process.env.PENCHANT_URL ? { url: process.env.PENCHANT_URL, stop: () => {} } : await startMock();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const onPage = (f, options = {}) => visit(browser, server.url, options, f);

// What tells that a panel has what it shows.
const panels = {
  ask: "#recommendation .name", taste: "#cell b", chances: "#chances-body tbody tr", bands: "#bands-body > *",
  trend: "#trend-plot > *", reliability: "#reliability-plot .bin", feed: "#feed-list li",
  users: "#users-body tbody tr", pools: "#pools-body > *", transfer: "#export[href*=user_id]", server: "#server-tiles dd",
};

async function openDetails(page) {
  for (const details of await page.locator("details:visible").all()) {
    await details.locator("summary").click();
    await details.locator("table tbody tr").first().waitFor();
  }
}

for (const width of [400, 800, 1600]) {
  for (const theme of ["light", "dark"]) {
    test(`every panel is filled and fits at ${width} px, ${theme}`, () => onPage(async (page) => {
      await page.fill("#prompt", prompt);
      await page.locator("#explanation-body table").waitFor();
      for (const [id, filled] of Object.entries(panels)) {
        await page.locator(`#${id}`).scrollIntoViewIfNeeded();
        await page.locator(filled).first().waitFor();
        assert.equal(await page.locator(`#${id} > .error:visible`).count(), 0, `${id} tells an error`);
        await fits(page);
        await shoot(page, `${width}-${theme}-${id}`, page.locator(`#${id}`));
      }
      await page.evaluate(() => scrollTo(0, 0));
      await shoot(page, `${width}-${theme}`);
      await openDetails(page);
      await fits(page);
      await page.evaluate(() => scrollTo(0, 0));
      await shoot(page, `${width}-${theme}-open`);
    }, { width, theme }));
  }
}

test("everything that can be worked has a name, and each section is a landmark", () => onPage(async (page) => {
  await page.locator("#users-body tbody tr").first().waitFor();
  const nameless = await page.evaluate(() => [...document.querySelectorAll(
    "button, a, input, select, textarea, canvas")].filter((one) => !one.closest("[hidden], [aria-hidden=true]")
      && !one.labels?.length && !one.ariaLabel && !one.textContent.trim()).map((one) => one.outerHTML));
  assert.deepEqual(nameless, []);
  const untitled = await page.evaluate(() => [...document.querySelectorAll("section")].filter((one) => (
    !document.getElementById(one.getAttribute("aria-labelledby"))?.textContent.trim()) && !one.closest(".sections"))
    .map((one) => one.id));
  assert.deepEqual(untitled, []);
  for (const role of ["banner", "navigation", "main"]) assert.equal(await page.getByRole(role).count(), 1, role);
}));

for (const theme of ["light", "dark"]) {
  test(`texts stand out from their ground by 4.5 to 1, ${theme}`, () => onPage(async (page) => {
    const contrasts = await page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement("span"));
      const luminance = (name) => {
        probe.style.color = `var(${name})`;
        const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number)
          .map((part) => (part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      return [["--text", "--panel"], ["--muted", "--panel"], ["--muted", "--ground"], ["--accent", "--panel"],
        ["--on-accent", "--accent"], ["--bad", "--bad-soft"], ["--bad", "--panel"], ["--low", "--panel"],
        ["--text", "--accent-soft"]].map(([text, ground]) => {
        const [a, b] = [luminance(text), luminance(ground)];
        return [`${text} on ${ground}`, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
      });
    });
    for (const [pair, contrast] of contrasts) assert.ok(contrast >= 4.5, `${pair} ${contrast.toFixed(2)}`);
  }, { theme }));
}

test("no question of the page leaves a decision behind", () => onPage(async (page) => {
  const asked = [];
  page.on("request", (request) => {
    if (request.url().includes("recommend-checkpoint")) asked.push(request.url() + (request.postData() ?? ""));
  });
  await page.fill("#prompt", prompt);
  await reads(page, "#chances-about", /this prompt/);
  assert.ok(asked.length >= 2);
  for (const url of asked) assert.match(url, /peek=true/);
}));

test("an answer that comes late does not replace a newer one", () => onPage(async (page) => {
  await page.locator("#recommendation .name").waitFor();
  await page.route(/recommend-checkpoint.*slowly/, async (route) => {
    await new Promise((resolve) => { setTimeout(resolve, 1200); });
    await route.continue().catch(() => {});  // given up by the page
  });
  await page.fill("#prompt", "slowly");
  await page.waitForRequest(/recommend-checkpoint.*slowly/);
  await page.fill("#prompt", "portrait");
  await reads(page, "#prompt-keywords", /^portrait$/);
  await page.waitForTimeout(1500);
  assert.equal(await textOf(page, "#prompt-keywords"), "portrait");
}));

test("a prompt too long for a query goes by POST", () => onPage(async (page) => {
  const posted = page.waitForRequest((request) => (
    request.method() === "POST" && request.url().endsWith("recommend-checkpoint")));
  await page.fill("#prompt", "portrait, woman, ".repeat(600));
  const asked = JSON.parse((await posted).postData());
  assert.equal(asked.prompt.length, 10200);
  assert.equal(asked.peek, true);
  await reads(page, "#prompt-keywords", /portrait/);
}));

test("arrow keys go over the heat map's cells, and each is told in words", () => onPage(async (page) => {
  await page.locator("#cell b").first().waitFor();
  const first = await textOf(page, "#cell");
  await page.focus("#heatmap");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const second = await textOf(page, "#cell");
  assert.notEqual(second, first);
  assert.match(second, / with .*\n(never judged|\d+\s% kept of about )/);
  await page.keyboard.press("End");
  await page.keyboard.press("+");
  await page.keyboard.press("0");
  assert.notEqual(await textOf(page, "#cell"), second);
}));

test("the heat map is searched, and sorted by what is clicked", () => onPage(async (page) => {
  await page.locator("#cell b").first().waitFor();
  const all = await textOf(page, "#taste-size");
  await page.fill("#find-keyword", "port");
  await reads(page, "#taste-size", / of /);
  await page.fill("#find-keyword", "zzzz");
  await reads(page, "#cell", /No name/);
  await page.fill("#find-keyword", "");
  await page.waitForFunction((text) => document.getElementById("taste-size").innerText === text, all);
  await page.click("#heatmap", { position: { x: 100, y: 130 } });
  assert.equal(await page.inputValue("#sort-checkpoint"), "pair");
  assert.match(await page.locator("#sort-checkpoint option[value=pair]").innerText(), /rate with/);
  await page.selectOption("#sort-keyword", "name");
}));

test("reliability has a point with its interval for each tenth, in its words and in a table", () => onPage(async (page) => {
  await page.locator("#reliability-plot .bin").first().waitFor();
  const told = await page.evaluate(() => {
    const numbers = (selector, name) => [...document.querySelectorAll(`#reliability-plot ${selector}`)]
      .map((one) => Number(one.getAttribute(name)));
    return { low: numbers(".interval", "y1"), y: numbers(".bin", "cy"), high: numbers(".interval", "y2"),
      words: document.querySelector("#reliability-plot svg").getAttribute("aria-label").split("; ").length };
  });
  assert.equal(told.words, told.y.length);
  told.y.forEach((y, i) => assert.ok(told.low[i] >= y && y >= told.high[i], `point ${i} is not within its interval`));
  await page.locator("#reliability summary").click();
  await page.locator("#reliability-table tbody tr").first().waitFor();
  assert.equal(await page.locator("#reliability-table tbody tr").count(), told.y.length);
  assert.match(await textOf(page, "#reliability-sum"), /^Of the newest outcomes \d+\s% were foretold to be kept, and/);
  assert.equal(await page.locator("#reliability-scorers b").count(), 1);
}));

test("the feed can be held", () => onPage(async (page) => {
  await page.locator("#feed-list li").first().waitFor();
  await page.click("#feed-pause");
  const held = await page.locator("#feed-list li").first().getAttribute("data-key");
  await page.waitForTimeout(4500);
  assert.equal(await page.locator("#feed-list li").first().getAttribute("data-key"), held);
}));

test("the switch of colours wins over the system, and is remembered", () => onPage(async (page) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.selectOption("#theme", "dark");
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await ground(), dark);
}));

/** An answer with that many keywords and checkpoints, all kinds of cells among them. */
function largeMatrix(keywords, checkpoints) {
  const cells = Buffer.alloc(2 * keywords * checkpoints);
  for (let i = 0; i < cells.length; i += 2) {
    cells[i] = (i * 7919) % 256;
    cells[i + 1] = (i * 104729) % 120;
  }
  const names = (field, count) => Array.from({ length: count }, (_, i) => (
    { [field]: `${field}-${i}`, selected: count - i, observations: 2 * (count - i) }));
  return JSON.stringify({ keywords: names("keyword", keywords), checkpoints: names("checkpoint", checkpoints),
    cells: cells.toString("base64") });
}

test("5,000 keywords and 500 checkpoints are drawn", (t) => onPage(async (page) => {
  await reads(page, "#taste-size", /5,000 keywords × 500 checkpoints/);
  const took = await page.evaluate(() => (
    performance.getEntriesByName("heatmap").map((one) => Math.round(one.duration))));
  t.diagnostic(`from the matrix' arrival to its picture: ${took.join(", ")} ms`);
  await page.selectOption("#sort-keyword", "pair");
  await page.click("#zoom-fit");
  await page.evaluate(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); }));
  const colors = await page.evaluate(() => {
    const canvas = document.getElementById("heatmap");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
  assert.ok(colors > 100, `${colors} colours`);
  await shoot(page, "large-matrix", page.locator("#taste"));
}, { prepare: (page) => page.route("**/api/preferences/matrix*", (route) => (
  route.fulfill({ body: largeMatrix(5000, 500), contentType: "application/json" }))) }));
