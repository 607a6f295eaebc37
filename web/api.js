// The server. Each failure is an ApiError with the sentence the server gave. That it is away or still reading its
// state (both have status 0, and are tried again), or wants a token, is told to whoever listens at `server`: events
// "away" (detail: the sentence), "back", "signin".

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

const away_sentence = "The server does not answer.";

/** Tries `path` until the server answers it, and not with 503. */
function noteAway(sentence, path) {
  if (!isAway) {
    isAway = true;
    server.dispatchEvent(new CustomEvent("away", { detail: sentence }));
    tryAgain(path, 1000);
  }
  return new ApiError(0, sentence);
}

function tryAgain(path, wait_ms) {
  setTimeout(async () => {
    try {
      const { status } = await fetch(path, { cache: "no-store" });
      isAway = status === 503;
    } catch {
      // Still away.
    }
    if (isAway) tryAgain(path, Math.min(8000, wait_ms * 1.5));
    else server.dispatchEvent(new Event("back"));
  }, wait_ms);
}

/** A path with a query; a null is left out, an array repeated. */
export function address(path, query = {}) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
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
  if (isAway) throw new ApiError(0, away_sentence);
  let response;
  try {
    response = await fetch(path, { cache: "no-store", credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw noteAway(away_sentence, "healthz");
  }
  const text = await response.text();
  if (response.ok) return text;
  if (response.status === 401 && path !== "api/session") server.dispatchEvent(new Event("signin"));
  const error = errorOf(response.status, text);
  // What only asks is refused so while the state is being read; "readyz" says why nothing can be recorded.
  if (response.status === 503 && !options.method && path !== "readyz") throw noteAway(error.message, path);
  throw error;
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
  const body = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== null));
  return send("POST", path, body, signal);
}
