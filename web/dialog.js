// Questions before something happens.

import { byId, h } from "./dom.js";

/**
 * Opens the dialog with a form. `act` gets the form's data and does the thing; what it throws is shown, and the
 * dialog stays. `mustType`, where given, is a text to type before the button works.
 */
export function openDialog({ title, content = [], button, isDangerous = false, mustType = null, act }) {
  const dialog = byId("dialog");
  const error = h("p", { class: "error", role: "alert", hidden: true });
  const submit = h("button", { type: "submit", class: isDangerous ? "danger" : "primary", text: button });
  const typed = mustType === null ? null : h("input", { autocomplete: "off", spellcheck: "false", oninput: () => {
    submit.disabled = typed.value !== mustType;
  } });
  submit.disabled = mustType !== null;
  const form = h("form", { method: "dialog", onsubmit: async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await act(new FormData(form));
      dialog.close();
    } catch (failure) {
      error.textContent = failure.message;
      error.hidden = false;
      submit.disabled = false;
    }
  } },
  h("h2", { id: "dialog-title", text: title }), ...content,
  typed ? h("label", { class: "field" }, `Type ${mustType} to confirm`, typed) : null,
  error,
  h("div", { class: "row" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), submit));
  dialog.replaceChildren(form);
  dialog.showModal();
}
