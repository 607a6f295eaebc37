// Who asks: signing in with a token, and out.

import { errorOf, get, send, server } from "./api.js";
import { byId, tell } from "./dom.js";
import { set, state } from "./state.js";

const panel = byId("sign-in");

/** Calls `enter` when it is known who asks: at once, or after signing in. */
export async function start(enter) {
  panel.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = byId("token");
    try {
      const session = await send("POST", "api/session", { token: field.value });
      field.value = "";
      welcome(session, enter);
    } catch (error) {
      tell(panel, error.status === 401 ? errorOf(400, error.message) : error);
      field.select();
    }
  });
  byId("sign-out").addEventListener("click", async () => {
    try {
      await send("DELETE", "api/session");
    } finally {
      location.reload();
    }
  });
  server.addEventListener("signin", askForToken);
  try {
    welcome(await get("api/session"), enter);
  } catch (error) {
    if (error.status === 401) askForToken();
    else if (error.status === 0) server.addEventListener("back", () => location.reload(), { once: true });
    else welcome({}, enter);  // a server that knows no sessions lets everybody in
  }
}

function askForToken() {
  if (!panel.hidden) return;
  panel.hidden = false;
  byId("panels").hidden = true;
  document.body.classList.add("signed-out");
  set({ session: null });
  byId("token").focus();
}

function welcome(session, enter) {
  tell(panel, null);
  panel.hidden = true;
  byId("panels").hidden = false;
  document.body.classList.remove("signed-out");
  document.body.classList.toggle("reader", session.role === "reader");
  byId("who").textContent = session.name ? `${session.name}, ${session.role}` : "";
  byId("who").hidden = byId("sign-out").hidden = !session.name;
  for (const element of document.querySelectorAll(".of-all")) element.hidden = !!session.user_id;
  byId("bands").hidden = !!session.user_id;
  byId("user").readOnly = !!session.user_id;
  const isFirst = state.session === null;
  set({ session });
  if (isFirst) enter();
}
