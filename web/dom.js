// Elements from script. Texts are always set as text, never as markup.

const svg_namespace = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** h("p", {class: "note", onclick: f}, "text", child) */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(svg_namespace, tag), properties, children);
}

export const byId = (id) => document.getElementById(id);

/** A table with a caption for screen readers; columns: [{title, number?, class?}], rows: arrays of texts or nodes. */
export function table(caption, columns, rows) {
  const cell = (tag, content, column, more = {}) => h(tag, {
    class: [column.number ? "number" : "", column.class ?? ""].join(" ").trim() || null, ...more,
  }, content);
  return h("table", {},
    h("caption", { class: "visually-hidden", text: caption }),
    h("thead", {}, h("tr", {}, columns.map((one) => cell("th", one.title, one, { scope: "col" })))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((content, i) => (
      i === 0 ? cell("th", content, columns[i], { scope: "row" }) : cell("td", content, columns[i])))))));
}

/** A bar from the prior's 0.5 to a rate; the number beside it says the same. */
export function rateBar(rate) {
  const [from, to] = rate < 0.5 ? [rate, 0.5] : [0.5, rate];
  return h("span", { class: "ratebar", "aria-hidden": "true" }, h("span", {
    class: rate < 0.5 ? "low" : "high", style: { left: `${100 * from}%`, width: `${100 * (to - from)}%` },
  }));
}

/** A plain bar from 0. */
export function shareBar(share) {
  return h("span", { class: "sharebar", "aria-hidden": "true" },
    h("span", { style: { width: `${100 * Math.min(1, Math.max(0, share))}%` } }));
}

/** Calls f when `wait_ms` have passed without another call. */
export function debounced(f, wait_ms) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), wait_ms);
  };
}

/** Changes what a place holds; the focus stays on the button of the same name, or else on the place. */
export function keepingFocus(place, change) {
  const focused = place.contains(document.activeElement) ? document.activeElement : null;
  const nameOf = (element) => element.ariaLabel ?? element.textContent;
  change(place);
  if (!focused) return;
  const same = [...place.querySelectorAll("button")].find((one) => nameOf(one) === nameOf(focused));
  if (!same) place.tabIndex = -1;
  (same ?? place).focus();
}

/** Shows what went wrong within a panel, in the server's sentence, or clears it (null). */
export function tell(panel, error) {
  const place = panel.querySelector(".error");
  if (error && (error.name === "AbortError" || error.status === 0 || error.status === 401)) return;
  const text = error ? error.message : "";
  if (place.textContent !== text) place.textContent = text;
  place.hidden = !text;
}
