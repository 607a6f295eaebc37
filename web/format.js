// Numbers and times as people read them.

const integer = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const whole = (value) => integer.format(value);
export const short = (value) => (Math.abs(value) < 10000 ? integer.format(value) : compact.format(value));
export const score = (value) => (value === null || value === undefined ? "–" : value.toFixed(3));
export const percent = (value, digits = 0) => `${(100 * value).toFixed(digits)}\u202f%`;

/** Faded counts: a digit behind the point below 100. */
export function count(value) {
  if (value >= 100) return short(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** A mean or a strength: three significant digits, no trailing zeros. */
export function measure(value) {
  if (value === null || value === undefined) return "–";
  if (Math.abs(value) >= 1000) return short(value);
  return String(Number(value.toPrecision(3)));
}

export function bytes(value) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)}\u202f${units[unit]}`;
}

/** A duration in its largest unit: 40 s, 12 min, 3 h, 5 d. */
export function duration(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))}\u202fs`;
  if (seconds < 5400) return `${Math.round(seconds / 60)}\u202fmin`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)}\u202fh`;
  return `${whole(Math.round(seconds / 86400))}\u202fd`;
}

export function ago(time, now = Date.now()) {
  const seconds = (now - time) / 1000;
  return seconds < 3 ? "now" : `${duration(seconds)} ago`;
}

export function day(time) {
  return new Date(time).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}

export function clock(time) {
  return new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

export function moment(time) {
  return new Date(time).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
}

export const plural = (number, noun) => `${whole(number)} ${noun}${number === 1 ? "" : "s"}`;
