// Reading the audit log, newest first.

import { ask, query } from "./api.js";
import { $, busy, doing, el, empty, notice, put, row } from "./dom.js";
import { moment } from "./times.js";

const LABELS = ["No.", "When", "Who", "What", "Of what", "Details"];
const LIMIT = 100;
const SHORT = 3; // of a list
const form = $("#filter");
const sought = () => Object.fromEntries(new FormData(form));

async function list() {
  put($("#list"), busy("Loading…"));
  put($("#more"));
  $("#export").href = `/api/v1/audit/export?${query(sought())}`;
  const body = el("tbody");
  try {
    const entries = await ask(`/audit?${query({ ...sought(), limit: LIMIT })}`);
    if (!entries.length) return put($("#list"), empty("No entries", "Nothing was done that fits: ask for less."));
    put($("#list"), el("div", { class: "scroll" }, el("table", { class: "stack" },
      el("caption", { class: "visually-hidden" }, "Entries of the audit log"),
      el("thead", {}, el("tr", {}, ...LABELS.map((label) => el("th", { scope: "col" }, label)))), body)));
    add(body, entries);
  } catch (error) {
    put($("#list"), notice(error.message, "bad"));
  }
}

function add(body, entries) {
  body.append(...entries.map((entry) => row(LABELS, [String(entry.number), moment(entry.at), el("div", {}, entry.who, el("br"), el("small", {}, entry.address)),
    el("span", { class: "tag" }, entry.action), entry.subject && el("span", { class: "mono" }, entry.subject), details(entry.details)])));
  put($("#more"), entries.length < LIMIT ? null : el("button", { type: "button", onclick: (event) => doing(event.currentTarget, async () =>
    add(body, await ask(`/audit?${query({ ...sought(), limit: LIMIT, below: entries.at(-1).number })}`))) }, "Older"));
}

/** What an entry says beside; a long list, such as everybody who was shown, is folded. */
function details(told) {
  const said = Object.entries(told).filter(([, value]) => value !== null && value !== "" && value?.length !== 0);
  if (!said.length) return "";
  return el("div", { class: "small" }, ...said.map(([name, value]) => {
    const words = Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
    return Array.isArray(value) && value.length > SHORT
      ? el("details", {}, el("summary", {}, `${name}: ${value.length}`), el("span", { class: "mono" }, words))
      : el("div", {}, `${name}: ${words}`);
  }));
}

form.addEventListener("submit", (event) => { event.preventDefault(); list(); });
$("#verify").addEventListener("click", (event) => doing(event.currentTarget, async () => {
  const found = await ask("/audit/verify");
  put($("#verdict"), found.sound
    ? notice(`Whole: ${found.entries} entries, each as it was written. Newest: ${found.head}`)
    : notice(`Broken at entry ${found.broken}: ${found.fault}`, "bad"));
}));
list();
