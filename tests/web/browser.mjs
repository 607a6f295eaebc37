// The vocabulary of the dashboard's tests: a mock server, a browser, and a page that is watched.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

export const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const mock = fileURLToPath(new URL("./mock_server.py", import.meta.url));
export const patience_ms = 20000;

/** A mock server of its own: {url, port, stop()}. */
export async function startMock(...options) {
  const child = spawn("python3", [mock, ...options.map(String)], { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(String(data)));
    child.once("exit", (code) => reject(new Error(`the mock server ended with ${code}`)));
  });
  const port = Number(/:(\d+)/.exec(line)[1]);
  const gone = new Promise((resolve) => { child.once("exit", resolve); });
  return { port, url: `http://127.0.0.1:${port}/`, stop: () => { child.kill(); return gone; } };
}

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
}

/**
 * Calls f with a page at `url` on which every console error, uncaught error and request to elsewhere is a failure.
 * `expected` are statuses of answers that the test provokes: the browser itself logs them. `prepare` gets the page
 * before it goes there.
 */
export async function visit(browser, url, { width = 1600, theme = "light", expected = [], prepare } = {}, f) {
  const context = await browser.newContext({ viewport: { width, height: 1000 }, colorScheme: theme });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(patience_ms);
    const problems = watch(page, url, expected);
    await prepare?.(page);
    await page.goto(url);
    await f(page);
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

function watch(page, url, expected) {
  const problems = [];
  page.on("console", (message) => {
    const isExpected = expected.some((status) => message.text().includes(String(status)));
    if (["error", "warning"].includes(message.type()) && !isExpected) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.stack));
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    const isHere = ["data:", "blob:"].includes(protocol) || hostname === new URL(url).hostname;
    if (!isHere) problems.push(`a request to ${request.url()}`);
  });
  return problems;
}

export async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `the page is ${wide} px wider than the window`);
}

export async function shoot(page, name, place = page) {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await place.screenshot({ path: `${folder}/${name}.png`, ...(place === page ? { fullPage: true } : {}) });
}

export const textOf = (page, selector) => page.locator(selector).innerText();

/** Waits until the text of what is selected matches. */
export async function reads(page, selector, pattern) {
  await page.waitForFunction(([where, source, flags]) => (
    new RegExp(source, flags).test(document.querySelector(where)?.innerText ?? "")),
  [selector, pattern.source, pattern.flags]);
}
