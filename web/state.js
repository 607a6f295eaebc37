// What the panels share. `set` tells those who wait for what changed.

const waiting = [];

export const state = {
  user: "",
  users: [],
  prompt: "",
  family: "",
  tier: "",
  pools: [],
  keywords: [],  // of the prompt, as the server reads it
  session: null,  // {name, role, user_id}
  readOnly: "",
};

/** Calls f whenever one of the names changes. */
export function on(names, f) {
  waiting.push({ names, f });
}

export function set(changes) {
  const changed = Object.keys(changes).filter((name) => state[name] !== changes[name]);
  Object.assign(state, changes);
  for (const { names, f } of waiting) if (names.some((name) => changed.includes(name))) f();
}

/** Of questions that follow each other only the newest one's answer counts: its call's signal aborts those before. */
export function newest() {
  let abort = new AbortController();
  return () => {
    abort.abort();
    abort = new AbortController();
    return abort.signal;
  };
}

/**
 * Runs f every `period_ms` while somebody who may see the page has it in view, never twice at once. The answer runs it
 * at once, or, where it is running, again after that. f tells its own errors.
 */
export function every(period_ms, f) {
  let isRunning = false;
  let isWanted = false;
  const run = async () => {
    if (document.hidden || !state.session) return;
    isWanted = isRunning;
    if (isRunning) return;
    isRunning = true;
    try {
      await f();
    } finally {
      isRunning = false;
    }
    if (isWanted) run();
  };
  const tick = () => {
    if (!isRunning) run();
  };
  setInterval(tick, period_ms);
  document.addEventListener("visibilitychange", tick);
  return run;
}
