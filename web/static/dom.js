// Building what the pages show. Text is always set as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element. Functions become listeners, booleans switch attributes on and off. */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

export const $ = (selector, inside = document) => inside.querySelector(selector);

/** Put children in place of what an element holds. */
export function put(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

export const busy = (words) => el("p", { class: "busy" }, words);
export const notice = (words, kind = "") => el("p", { class: `notice ${kind}`, role: kind === "bad" ? "alert" : null }, words);

/** Say in a form why it was not taken, where it is seen. */
export function refuse(place, words) {
  put(place, notice(words, "bad")).scrollIntoView({ block: "nearest" });
}

/** Say something in passing; screen readers hear it too. */
export function say(words, kind = "") {
  const toast = el("div", { class: `toast ${kind}` }, words);
  $("#toasts").append(toast);
  setTimeout(() => toast.remove(), 6000);
}

/** Do something for a button: once at a time, and with what went wrong said. */
export async function doing(button, act) {
  button.disabled = true;
  try {
    return await act();
  } catch (error) {
    say(error.message, "bad");
    return undefined;
  } finally {
    button.disabled = false;
  }
}

/** A row of a table whose cells name their column, for narrow screens. */
export function row(labels, cells) {
  return el("tr", {}, ...cells.map((cell, at) =>
    cell instanceof HTMLTableCellElement ? cell : el("td", { "data-label": labels[at], class: cell === "" ? "blank" : null }, cell)));
}

/** What an empty place shows: what it is, and what to do. */
export function empty(heading, words, ...acts) {
  return el("div", { class: "empty" }, el("h2", {}, heading), el("p", {}, words), el("div", { class: "buttons" }, ...acts));
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
