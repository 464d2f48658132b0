// The cases that there are, and opening one.

import { ask } from "./api.js";
import { $, busy, el, empty, notice, put, refuse } from "./dom.js";
import { day } from "./times.js";

const dialog = $("#dialog"), form = $("#form");

async function list() {
  put($("#list"), busy("Loading…"));
  try {
    const cases = await ask("/cases");
    put($("#list"), cases.length ? el("ul", { class: "cards" }, ...cases.map(shown)) : empty("No case yet",
      "Open one here, or from a sighting that you want to keep together with others.",
      el("button", { type: "button", onclick: open }, "Open a case")));
  } catch (error) {
    put($("#list"), notice(error.message, "bad"));
  }
}

function shown(one) {
  const shared = one.members.length ? `, shared with ${one.members.join(", ")}` : "";
  return el("li", { class: "panel" },
    el("div", { class: "title-row" }, el("h2", {}, el("a", { href: `/cases/${one.id}` }, one.name)),
      el("span", { class: `tag ${one.closed ? "" : "good"}` }, one.closed ? "closed" : "open")),
    one.notes ? el("p", {}, one.notes.length > 160 ? `${one.notes.slice(0, 160)}…` : one.notes) : null,
    el("p", { class: "small soft" }, `${one.entries} ${one.entries === 1 ? "sighting" : "sightings"} · opened ${day(one.opened)} by ${one.owner}${shared}`));
}

function open() {
  form.reset();
  put($("#refused"));
  dialog.showModal();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const made = await ask("/cases", { method: "POST", body: Object.fromEntries(new FormData(form)) });
    location.assign(`/cases/${made.id}`);
  } catch (error) {
    refuse($("#refused"), error.message);
  }
});
$("#open").addEventListener("click", open);
$("#cancel").addEventListener("click", () => dialog.close());
list();
