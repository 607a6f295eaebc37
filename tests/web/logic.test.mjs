// The dashboard's pure parts: colours, the Beta distribution, the matrix' cells and order, shares over time.
//   node --test tests/web/logic.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";

import { betaCdf, betaQuantile, scoreBand } from "../../web/beta.js";
import { filledBins, inAll, wilson } from "../../web/calibration.js";
import { cellColors, oklch, rateColor, strength } from "../../web/color.js";
import { bytes, count, duration, measure } from "../../web/format.js";
import { blended, cellAt, observationsOf, order, readMatrix } from "../../web/matrix.js";
import { judged, movingShare, stretches, timeTicks, windowFor } from "../../web/series.js";

const near = (actual, expected, tolerance = 1e-6) => assert.ok(Math.abs(actual - expected) <= tolerance,
  `${actual} is not ${expected}`);

/** WCAG's relative luminance and contrast of [red, green, blue]. */
function luminance(color) {
  const [r, g, b] = color.map((part) => (part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("OKLCH gives sRGB's own greys and red", () => {
  assert.deepEqual(oklch(0, 0, 0), [0, 0, 0]);
  assert.deepEqual(oklch(1, 0, 0), [255, 255, 255]);
  oklch(0.62796, 0.25768, 29.2339).forEach((part, i) => near(part, [255, 0, 0][i], 1));
});

test("a rate of 0.5 is a grey, and both ends are as dark as each other", () => {
  for (const theme of ["light", "dark"]) {
    const [r, g, b] = rateColor(0.5, theme);
    assert.ok(Math.max(r, g, b) - Math.min(r, g, b) <= 1);
    near(luminance(rateColor(0, theme)), luminance(rateColor(1, theme)), 0.06);
  }
});

test("low rates are red rather than blue, high ones blue rather than red", () => {
  for (const theme of ["light", "dark"]) {
    const [low, high] = [rateColor(0.1, theme), rateColor(0.9, theme)];
    assert.ok(low[0] > low[2] + 50 && high[2] > high[0] + 50);
  }
});

test("each step of a rate moves the lightness one way on either side of 0.5", () => {
  const light = Array.from({ length: 51 }, (_, i) => luminance(rateColor(0.5 + i / 100, "light")));
  for (let i = 1; i < light.length; i++) assert.ok(light[i] <= light[i - 1]);
});

test("a cell shows more of its colour the more was observed, and none of it unobserved", () => {
  assert.equal(strength(0), 0);
  assert.ok(strength(16) > 0 && strength(16) < strength(64) && strength(64) < strength(107));
  assert.equal(strength(107), 1);
  assert.equal(strength(255), 1);
});

test("the table of colours holds the ground where nothing was observed, else ABGR", () => {
  const table = cellColors("light", [255, 254, 253]);
  assert.equal(table[200], 0xfffdfeff);
  const [r, g, b] = rateColor(1, "light");
  assert.equal(table[255 + 256 * 255], (0xff000000 | (b << 16) | (g << 8) | r) >>> 0);
});

test("Beta's distribution and quantiles agree with known values", () => {
  near(betaCdf(0.5, 5, 5), 0.5);
  near(betaCdf(0.3, 2, 5), 0.579825);
  near(betaCdf(0.25, 1, 1), 0.25);
  near(betaQuantile(0.025, 5, 5), 0.2120085, 1e-6);
  near(betaQuantile(0.975, 20, 10), 0.8206164, 1e-6);
  near(betaQuantile(0.5, 1000, 3000), 0.2499583, 1e-5);
});

test("quantiles undo the distribution, also where it is steep", () => {
  for (const [a, b] of [[0.5, 0.5], [0.5, 200.5], [5, 5], [30, 2], [4000, 6000]]) {
    for (const p of [0.025, 0.5, 0.975]) near(betaCdf(betaQuantile(p, a, b), a, b), p, 2e-4);
  }
});

test("the band of one keyword is its posterior's, and wide without observations", () => {
  const [low, high] = scoreBand(20 / 30, 20, 1);  // 15 of 20: Beta(20, 10)
  near(low, betaQuantile(0.025, 20, 10));
  near(high, betaQuantile(0.975, 20, 10));
  near(scoreBand(0.5, 0, 1)[0], betaQuantile(0.025, 5, 5));
});

test("more observations and more keywords narrow the band", () => {
  const width = (...of) => scoreBand(...of)[1] - scoreBand(...of)[0];
  assert.ok(width(0.6, 100, 1) < width(0.6, 10, 1));
  assert.ok(width(0.6, 10, 4) < width(0.6, 10, 1));
});

const matrix = readMatrix({
  keywords: [{ keyword: "Moon", selected: 9, observations: 20 }, { keyword: "apple", selected: 8, observations: 10 },
    { keyword: "zoo 10", selected: 0, observations: 0 }],
  checkpoints: [{ checkpoint: "B", selected: 5, observations: 20 }, { checkpoint: "a", selected: 9, observations: 10 }],
  cells: Buffer.from([255, 16, 0, 55, 128, 107, 51, 255, 0, 0, 0, 0]).toString("base64"),
});

test("a cell's bytes are its rate and the logarithm of its observations", () => {
  assert.deepEqual(cellAt(matrix, 0, 0), { keyword: "Moon", checkpoint: "B", rate: 1, observations: 1 });
  near(cellAt(matrix, 1, 0).rate, 0.5, 0.002);
  near(cellAt(matrix, 1, 0).observations, 100, 4);
  assert.equal(cellAt(matrix, 2, 1).observations, 0);
  near(observationsOf(Math.round(16 * Math.log2(11))), 10, 0.25);
});

test("a matrix with too few bytes is refused", () => {
  assert.throws(() => readMatrix({ keywords: [{}], checkpoints: [{}], cells: "AA==" }), /1 bytes where 2 were due/);
});

test("an axis stands as the server had it, by name, or by rate", () => {
  const by = (sort, filter = "", pair = null) => [...order(matrix, "keyword", { sort, filter, pair })];
  assert.deepEqual(by("observations"), [0, 1, 2]);
  assert.deepEqual(by("name"), [1, 0, 2]);
  assert.deepEqual(by("rate"), [1, 2, 0]);
  assert.deepEqual(by("pair"), [0, 1, 2]);
});

test("by one entry of the other axis the blended rates decide", () => {
  assert.ok(blended(1, 1) > blended(0.5, 100) && blended(0, 0) === 0.5);
  assert.deepEqual([...order(matrix, "keyword", { sort: "pair", filter: "", pair: 0 })], [0, 1, 2]);
  assert.deepEqual([...order(matrix, "keyword", { sort: "pair", filter: "", pair: 1 })], [2, 0, 1]);
  assert.deepEqual([...order(matrix, "checkpoint", { sort: "pair", filter: "", pair: 0 })], [0, 1]);
});

test("a search keeps names that have any of its words, in any case", () => {
  const found = (filter) => [...order(matrix, "keyword", { sort: "observations", filter, pair: null })];
  assert.deepEqual(found("MOO"), [0]);
  assert.deepEqual(found("moon app"), [0, 1]);
  assert.deepEqual(found("nothing"), []);
  assert.deepEqual(found("  "), [0, 1, 2]);
});

test("Wilson's interval agrees with known values, and holds the share", () => {
  const [low, high] = wilson(0.3, 10);  // 3 of 10
  near(low, 0.126877, 1e-5);
  near(high, 0.558300, 1e-5);
  near(wilson(0, 10)[0], 0);
  near(wilson(1, 10)[1], 1);
  for (const share of [0, 0.2, 0.9, 1]) {
    for (const count of [0.5, 7.3, 1443]) {
      const [from, to] = wilson(share, count);
      assert.ok(0 <= from && from <= share + 1e-12 && share <= to + 1e-12 && to <= 1);
    }
  }
});

const bin = (count, foretold, kept) => ({ count, mean_predicted: foretold, share_kept: kept });

test("a tenth without outcomes, or whose outcomes have faded, is left out", () => {
  const bins = filledBins([bin(0, null, null), bin(0.4, 0.15, 1), bin(3, 0.25, 1 / 3)]);
  assert.equal(bins.length, 1);
  assert.deepEqual([bins[0].count, bins[0].foretold, bins[0].kept], [3, 0.25, 1 / 3]);
  near(bins[0].from, 2 / 3);
  assert.deepEqual([bins[0].low, bins[0].high], wilson(1 / 3, 3));
  assert.deepEqual(filledBins([]), []);
});

test("all tenths together weigh by their outcomes", () => {
  const told = inAll(filledBins([bin(30, 0.1, 0.2), bin(10, 0.9, 0.7)]));
  assert.equal(told.count, 40);
  near(told.foretold, 0.3);
  near(told.kept, 0.325);
  near(told.off, 0.125);
});

const verdicts = (text) => [...text].map((letter, i) => ({ time: 1000 * i, kept: letter === "k" }));

test("neutral records and unreadable times are no verdicts, and the oldest comes first", () => {
  const told = judged([{ action: "rejected", timestamp: "2026-01-02T00:00:00Z" },
    { action: "neutral", timestamp: "2026-01-02T00:00:00Z" }, { action: "selected", timestamp: "never" },
    { action: "selected", timestamp: "2026-01-01T00:00:00Z" }]);
  assert.deepEqual(told.map((one) => one.kept), [true, false]);
});

test("the moving share is that of the window's verdicts", () => {
  const moving = movingShare(verdicts("kkkkrrrr"), 4);
  assert.deepEqual(moving.map((one) => one.share), [1, 1, 1, 0.75, 0.5, 0.25, 0]);
  assert.deepEqual(moving.map((one) => one.count), [2, 3, 4, 4, 4, 4, 4]);
  for (const one of moving) assert.ok(one.low < one.share + 1e-9 || one.share === 0);
});

test("many verdicts give a bounded number of points, the last one among them", () => {
  const moving = movingShare(verdicts("kr".repeat(2000)), windowFor(4000), 100);
  assert.ok(moving.length <= 202);
  assert.equal(moving.at(-1).time, 1000 * 3999);
});

test("few verdicts, or one, or none, are no failure", () => {
  assert.equal(movingShare(verdicts("k"), 10).length, 1);
  assert.equal(movingShare([], 10).length, 0);
  assert.deepEqual(stretches([], 5), []);
});

test("each verdict is in one stretch", () => {
  const parts = stretches(verdicts("kkrkrrk"), 3);
  assert.equal(parts.reduce((total, one) => total + one.kept, 0), 4);
  assert.equal(parts.reduce((total, one) => total + one.rejected, 0), 3);
  assert.equal(stretches(verdicts("k"), 3)[0].kept, 1);
});

test("ticks of time are round, in order and not too many", () => {
  const from = new Date(2026, 0, 30, 10, 17).getTime();
  for (const hours of [2, 30, 60, 24 * 9, 24 * 45, 24 * 400, 24 * 4000]) {
    const to = from + hours * 3600000;
    const ticks = timeTicks(from, to, 6);
    assert.ok(ticks.length >= 1 && ticks.length <= 7, `${ticks.length} ticks in ${hours} hours`);
    ticks.forEach(({ time, isDay }, i) => {
      assert.ok(time >= from && time <= to && (i === 0 || time > ticks[i - 1].time));
      assert.equal(new Date(time).getMinutes(), 0);
      assert.equal(isDay, new Date(time).getHours() === 0);
    });
  }
});

test("numbers read as people write them", () => {
  assert.equal(bytes(999), "999\u202fB");
  assert.equal(bytes(286130176), "286\u202fMB");
  assert.equal(bytes(1500), "1.5\u202fkB");
  assert.equal(duration(40), "40\u202fs");
  assert.equal(duration(143), "2\u202fmin");
  assert.equal(count(3.456), "3.5");
  assert.equal(count(12345.6), "12.3K");
  assert.equal(measure(0.07), "0.07");
  assert.equal(measure(28.04), "28");
  assert.equal(measure(null), "–");
});
