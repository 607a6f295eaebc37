// The server. Each failure is an ApiError with the sentence the server gave; that it is away, or wants a token, is
// told to whoever listens at `server`: events "away", "back", "signin".

export class ApiError extends Error {
  constructor(status, message, field = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.field = field;
  }
}

export const server = new EventTarget();
let isAway = false;

function noteAway() {
  if (isAway) return;
  isAway = true;
  server.dispatchEvent(new Event("away"));
  ask_again(1000);
}

function ask_again(wait_ms) {
  setTimeout(async () => {
    try {
      await fetch("healthz", { cache: "no-store" });
      isAway = false;
      server.dispatchEvent(new Event("back"));
    } catch {
      ask_again(Math.min(10000, wait_ms * 1.5));
    }
  }, wait_ms);
}

/** A path with a query; null and empty values are left out, an array is repeated. */
export function address(path, query = {}) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) parts.append(name, one);
  }
  const text = parts.toString();
  return text ? `${path}?${text}` : path;
}

export function errorOf(status, text) {
  try {
    const { error, field } = JSON.parse(text);
    if (typeof error === "string") return new ApiError(status, error, field);
  } catch {
    // No JSON: what a proxy or /readyz says.
  }
  return new ApiError(status, text.trim().slice(0, 300) || `The server answered ${status}.`);
}

async function answer(path, options) {
  if (isAway) throw new ApiError(0, "The server does not answer.");
  let response;
  try {
    response = await fetch(path, { cache: "no-store", credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    noteAway();
    throw new ApiError(0, "The server does not answer.");
  }
  const text = await response.text();
  if (response.ok) return text;
  if (response.status === 401 && path !== "api/session") server.dispatchEvent(new Event("signin"));
  throw errorOf(response.status, text);
}

export async function get(path, query, signal) {
  return JSON.parse(await answer(address(path, query), { signal }));
}

export async function getText(path) {
  return answer(path, {});
}

export async function send(method, path, body, signal) {
  const options = { method, signal };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const text = await answer(path, options);
  return text ? JSON.parse(text) : null;
}

// A target may have 8 KiB, and a prompt's letters up to 9 bytes there.
const prompt_in_query_max = 700;

/** A question: by GET, or with a long prompt by POST. */
export function ask(path, query, signal) {
  if ((query.prompt ?? "").length <= prompt_in_query_max) return get(path, query, signal);
  const body = Object.fromEntries(Object.entries(query).filter(([, v]) => v !== null && v !== undefined && v !== ""));
  return send("POST", path, body, signal);
}
