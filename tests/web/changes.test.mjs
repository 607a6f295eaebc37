// What the dashboard changes, and what it does when the server refuses, is read-only, or is away. The mock server only.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, reads, shoot, startMock, textOf, visit } from "./browser.mjs";

let browser = null;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const small = ["--keywords", 200, "--checkpoints", 12];

/** The test gets a page on a mock server of its own with these options. */
async function withMock(options, pageOptions, f) {
  const mock = await startMock(...small, ...options);
  try {
    await visit(browser, mock.url, pageOptions, (page) => f(page, mock));
  } finally {
    await mock.stop();
  }
}

test("a user is deleted once the name is typed", () => withMock([], {}, async (page) => {
  await page.click("[aria-label='Delete ben']");
  await shoot(page, "delete-user", page.locator("dialog"));
  const button = page.locator("dialog button[type=submit]");
  await page.fill("dialog input", "be");
  assert.ok(await button.isDisabled());
  await page.fill("dialog input", "ben");
  await button.click();
  await page.locator("[aria-label='Delete ben']").waitFor({ state: "detached" });
  await reads(page, "#users-about", /5 users/);
}));

test("Escape leaves a user where it is", () => withMock([], {}, async (page) => {
  await page.click("[aria-label='Delete ben']");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal(await page.locator("[aria-label='Delete ben']").count(), 1);
}));

test("sharing is switched", () => withMock([], {}, async (page) => {
  const sharing = page.getByRole("switch", { name: "ben shares with the community" });
  assert.equal(await sharing.getAttribute("aria-checked"), "false");
  await sharing.click();
  await page.waitForFunction(() => document.querySelector("[aria-label^='ben shares']").ariaChecked === "true");
}));

test("where nobody foretells reliability says what would", () => withMock([], {}, async (page) => {
  await page.locator("#reliability-plot .bin").first().waitFor();
  await page.fill("#user", "wei");
  await page.keyboard.press("Enter");
  await reads(page, "#reliability-sum", /Nothing is foretold on this server: serve with --scorer auto/);
  assert.equal(await textOf(page, "#reliability-about"), "mean answers");
  for (const part of [".plot", ".scroll > *", "details"]) {
    assert.equal(await page.locator(`#reliability ${part}:visible`).count(), 0, part);
  }
  await shoot(page, "reliability-without-learners", page.locator("#reliability"));
}));

test("another user's answers replace all panels'", () => withMock([], {}, async (page) => {
  await page.locator("#cell b").first().waitFor();
  const size = await textOf(page, "#taste-size");
  await page.fill("#user", "wei");
  await page.keyboard.press("Enter");
  await page.waitForFunction((text) => document.getElementById("taste-size").innerText !== text, size);
  assert.match(await page.getAttribute("#export", "href"), /user_id=wei/);
  await page.reload();
  await page.waitForFunction(() => document.getElementById("user").value === "wei");
}));

test("a pool is made, changed and deleted", () => withMock([], {}, async (page) => {
  await page.click("#pool-new");
  await page.fill("dialog [name=family]", "flux");
  await page.fill("dialog [name=checkpoints]", "fluxDev\n\n fluxSchnell ");
  await shoot(page, "new-pool", page.locator("dialog"));
  await page.click("dialog button[type=submit]");
  await reads(page, "#pools-body", /fluxDev, fluxSchnell/);
  await page.click("[aria-label='Edit flux standard']");
  await page.fill("dialog [name=checkpoints]", "fluxDev");
  await page.click("dialog button[type=submit]");
  await page.waitForFunction(() => !document.getElementById("pools-body").innerText.includes("fluxSchnell"));
  await page.click("[aria-label='Delete flux standard']");
  await page.click("dialog button[type=submit]");
  await page.locator("[aria-label='Edit flux standard']").waitFor({ state: "detached" });
}));

test("a refusal is told where it was asked for, in the server's words", () => withMock([], { expected: [400] },
  async (page) => {
    await page.click("[aria-label='Edit sdxl quality']");
    await page.fill("dialog [name=checkpoints]", "");
    await page.click("dialog button[type=submit]");
    await reads(page, "dialog .error", /a pool needs a checkpoint/);
    await page.keyboard.press("Escape");
    await page.fill("#user", "nobody");
    await page.keyboard.press("Enter");
    await reads(page, "#ask > .error", /nobody has no checkpoints/);
    await shoot(page, "unknown-user");
  }));

test("a file is imported, and what came of it is told", () => withMock([], { expected: [400] }, async (page) => {
  const choose = (text) => page.setInputFiles("#import-file", { name: "ann.json", mimeType: "application/json",
    buffer: Buffer.from(text) });
  await choose(JSON.stringify({ preferences: [{}, {}] }));
  await page.click("#import [type=submit]");
  await reads(page, "#import-status", /ann\.json: 2 records taken, 3 duplicates left out/);
  await choose("{}");
  await page.click("#import [type=submit]");
  await reads(page, "#transfer > .error", /this is no export file/);
}));

test("an export is a file of the chosen user", () => withMock([], {}, async (page) => {
  await page.waitForFunction(() => document.getElementById("user").value === "ann");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
  assert.match(download.suggestedFilename(), /penchant.*\.json/);
  assert.ok(JSON.parse(await readFile(await download.path(), "utf8")).preferences.length > 0);
  await reads(page, "#export-about", /B exported/);
  assert.ok(!(await page.locator("#export-progress").isVisible()));
}));

test("a token is asked for, a wrong one refused, and signing out asks again", () => withMock(["--token", "secret"],
  { expected: [401] }, async (page) => {
    await page.locator("#sign-in").waitFor();
    assert.ok(!(await page.locator("#panels").isVisible()));
    await page.fill("#token", "guess");
    await page.click("#sign-in [type=submit]");
    await reads(page, "#sign-in .error", /not known/);
    await shoot(page, "sign-in");
    await page.fill("#token", "secret");
    await page.click("#sign-in [type=submit]");
    await page.locator("#recommendation .name").waitFor();
    await reads(page, "#who", /studio, admin/);
    await page.click("#sign-out");
    await page.locator("#sign-in").waitFor();
  }));

test("who is limited to a user sees that user alone", () => withMock(["--token", "secret", "--limited", "ben"],
  { expected: [401, 403] }, async (page) => {
    await page.fill("#token", "secret");
    await page.click("#sign-in [type=submit]");
    await page.locator("#recommendation .name").waitFor();
    assert.equal(await page.inputValue("#user"), "ben");
    for (const id of ["users", "pools", "server", "bands"]) assert.ok(!(await page.locator(`#${id}`).isVisible()), id);
    await page.locator("#feed-list li").first().waitFor();
    await shoot(page, "limited");
  }));

test("a server that can record nothing says so in a banner, and answers on", () => withMock(["--read-only"],
  { expected: [503] }, async (page) => {
    await reads(page, "#banner", /Read-only: nothing can be recorded: .*No space left/);
    await page.locator("#recommendation .name").waitFor();
    await shoot(page, "read-only");
  }));

test("a server that goes away is waited for", () => withMock([], { expected: ["ERR_"] }, async (page, mock) => {
  await page.locator("#feed-list li").first().waitFor();
  await mock.stop();
  await reads(page, "#banner", /does not answer/);
  assert.equal(await page.locator(".error:visible").count(), 0);
  const again = await startMock(...small, "--port", mock.port);
  try {
    await page.locator("#banner").waitFor({ state: "hidden" });
    await page.fill("#prompt", "portrait");
    await reads(page, "#prompt-keywords", /portrait/);
  } finally {
    await again.stop();
  }
}));

test("a server that still reads its state is waited for, in its own words", () => withMock(["--loading", 4],
  { expected: [503] }, async (page) => {
    await reads(page, "#banner", /the state is being read, 40 % of 1.2 GB so far\. Trying again/);
    await page.locator("#recommendation .name").waitFor();
    await page.locator("#banner").waitFor({ state: "hidden" });
  }));

test("a token that is no longer good is asked for again, and the page goes on", () => withMock(["--token", "secret"],
  { expected: [401] }, async (page) => {
    await page.fill("#token", "secret");
    await page.click("#sign-in [type=submit]");
    await page.locator("#feed-list li").first().waitFor();
    await page.context().clearCookies();
    await page.locator("#sign-in").waitFor();
    await page.fill("#token", "secret");
    await page.click("#sign-in [type=submit]");
    await page.fill("#prompt", "portrait");
    await reads(page, "#prompt-keywords", /portrait/);
  }));
