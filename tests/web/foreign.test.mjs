// A web page of another origin, and one whose name resolves to this machine (DNS rebinding), in a real browser: they get
// nothing from the server and change nothing there.
//   PENCHANT_URL=http://127.0.0.1:7380 node --test tests/web/foreign.test.mjs

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { chromium } from "./browser.mjs";

const url = new URL(process.env.PENCHANT_URL ?? assert.fail("PENCHANT_URL names no server"));
const record = JSON.stringify({ user_id: "intruder", checkpoint: "A", action: "selected" });
let browser = null;
let attacker = null;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--host-resolver-rules=MAP rebound.example 127.0.0.1"],
  });
  attacker = createServer((request, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><title>Another site</title><p>Hello");
  });
  await new Promise((resolve) => { attacker.listen(0, "127.0.0.1", resolve); });
});
after(async () => {
  await browser?.close();
  attacker?.close();
});

/** Calls f in a page of the other origin; what it gives back. */
async function onForeignPage(f, argument) {
  const page = await browser.newPage();
  try {
    await page.goto(`http://localhost:${attacker.address().port}/`);
    return await page.evaluate(f, argument);
  } finally {
    await page.close();
  }
}

async function users() {
  const answer = await fetch(new URL("/api/users", url));
  return (await answer.json()).map((user) => user.user_id);
}

test("a page of another origin can read nothing", async () => {
  for (const mode of ["cors", "no-cors"]) {
    const got = await onForeignPage(async ([target, how]) => {
      try {
        const answer = await fetch(target, { mode: how, credentials: "include" });
        return `${answer.type} ${await answer.text()}`;
      } catch (error) {
        return `refused: ${error.name}`;
      }
    }, [new URL("/api/users", url).href, mode]);
    assert.match(got, /^(refused: TypeError|opaque )$/);
  }
});

test("a page of another origin can record nothing, by fetch, by beacon or by a form", async () => {
  await onForeignPage(async ([target, body]) => {
    for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
      for (const mode of ["cors", "no-cors"]) {
        await fetch(target, { method: "POST", mode, body, headers: { "Content-Type": type } }).catch(() => {});
      }
    }
    navigator.sendBeacon(target, new Blob([body], { type: "text/plain" }));
  }, [new URL("/api/preferences/records", url).href, record]);
  const page = await browser.newPage();
  await page.goto(`http://localhost:${attacker.address().port}/`);
  await page.evaluate(([target, body]) => {
    const form = document.createElement("form");
    form.method = "POST";
    form.enctype = "text/plain";
    form.action = target;
    const field = document.createElement("input");
    field.name = `${body.slice(0, -1)},"rest":"`;
    field.value = '"}';
    form.append(field);
    document.body.append(form);
    form.submit();
  }, [new URL("/api/preferences/records", url).href, record]);
  await page.waitForURL(/records/);
  assert.match(await page.textContent("body"), /pages of other|JSON/);
  await page.close();
  assert.ok(!(await users()).includes("intruder"));
});

test("a name that was made to resolve to this machine is not the server", async () => {
  const page = await browser.newPage();
  for (const path of ["/", "/api/users"]) {
    const answer = await page.goto(`http://rebound.example:${url.port}${path}`);
    assert.equal(answer.status(), 403);
  }
  await page.close();
});

test("the dashboard is shown within no other page", async () => {
  const shown = await onForeignPage(async (target) => {
    const frame = document.createElement("iframe");
    frame.src = target;
    document.body.append(frame);
    await new Promise((resolve) => { frame.onload = resolve; setTimeout(resolve, 3000); });
    try {
      return frame.contentDocument?.title ?? "nothing";
    } catch {
      return "nothing";
    }
  }, url.href);
  assert.equal(shown, "nothing");
});
