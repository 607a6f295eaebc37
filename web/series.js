// Records in time: the share that was kept, moving and by stretches. Pure; times in Unix milliseconds.

import { betaQuantile } from "./beta.js";

/** What of records (as the API tells them, newest first) was judged, oldest first: {time, kept}. */
export function judged(records) {
  return records
    .filter((record) => record.action === "selected" || record.action === "rejected")
    .map((record) => ({ time: Date.parse(record.timestamp), kept: record.action === "selected" }))
    .filter((one) => Number.isFinite(one.time))
    .sort((a, b) => a.time - b.time);
}

/** A window that smooths without hiding: a twelfth of what there is, from 10 to 200 verdicts. */
export function windowFor(count) {
  return Math.max(10, Math.min(200, Math.round(count / 12)));
}

/**
 * The share kept among the last `window` verdicts at each of at most `points` of them, with its 95 % band
 * (Jeffreys' prior): [{time, share, low, high, count}]. It begins where half a window is full.
 */
export function movingShare(verdicts, window, points = 240) {
  const first = Math.min(verdicts.length - 1, Math.ceil(window / 2) - 1);
  const step = Math.max(1, Math.floor((verdicts.length - first) / points));
  const result = [];
  let kept = 0;
  for (let i = 0; i < verdicts.length; i++) {
    kept += verdicts[i].kept ? 1 : 0;
    if (i >= window && verdicts[i - window].kept) kept -= 1;
    const isLast = i === verdicts.length - 1;
    if (i < first || ((i - first) % step !== 0 && !isLast)) continue;
    const count = Math.min(i + 1, window);
    result.push({
      time: verdicts[i].time, share: kept / count, count,
      low: betaQuantile(0.025, kept + 0.5, count - kept + 0.5),
      high: betaQuantile(0.975, kept + 0.5, count - kept + 0.5),
    });
  }
  return result;
}

/** Verdicts counted in `count` equal stretches of time: [{from, to, kept, rejected}]. */
export function stretches(verdicts, count) {
  if (verdicts.length === 0) return [];
  const from = verdicts[0].time;
  const width = Math.max(1, (verdicts[verdicts.length - 1].time - from) / count);
  const result = Array.from({ length: count }, (_, i) => (
    { from: from + i * width, to: from + (i + 1) * width, kept: 0, rejected: 0 }));
  for (const { time, kept } of verdicts) {
    const one = result[Math.min(count - 1, Math.floor((time - from) / width))];
    if (kept) one.kept += 1;
    else one.rejected += 1;
  }
  return result;
}

const hour_ms = 3600000;
const tick_steps_h = [1, 3, 6, 12, 24, 48, 168, 336, 720, 1440, 2160, 4320, 8760];

/** At most `most` round times within a stretch, at hours or midnights of the reader's own clock: [{time, isDay}]. */
export function timeTicks(from, to, most) {
  const step_h = tick_steps_h.find((hours) => (to - from) / (hours * hour_ms) <= most) ?? (to - from) / hour_ms / most;
  const time = new Date(from);
  time.setHours(0, 0, 0, 0);
  const ticks = [];
  while (time.getTime() <= to) {
    if (time.getTime() >= from) ticks.push({ time: time.getTime(), isDay: time.getHours() === 0 });
    time.setHours(time.getHours() + step_h);  // by the calendar, so that midnights stay midnights when clocks change
  }
  return ticks;
}
