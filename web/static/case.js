// One case: its notes, its sightings in the order of time, sharing, closing, exporting.

import { ask, query, toEdit } from "./api.js";
import { $, busy, doing, el, empty, notice, put, refuse, say } from "./dom.js";
import { day, moment, span } from "./times.js";

const identity = location.pathname.split("/").pop();
const path = `/cases/${encodeURIComponent(identity)}`;
let match; // the tag of the case as it is shown

async function load() {
  if ($("#case").hidden) put($("#state"), busy("Loading…"));
  try {
    const { known, tag } = await toEdit(path);
    match = tag;
    put($("#state"));
    $("#case").hidden = false;
    show(known);
  } catch (error) {
    $("#case").hidden = true;
    put($("#state"), [404, 422].includes(error.status)
      ? empty("There is no such case", "It may have been removed, or is not shared with you any more.", el("a", { class: "button", href: "/cases" }, "All cases"))
      : notice(error.message, "bad"));
  }
}

const change = (body, words) => async (event) => {
  await doing(event.currentTarget, () => ask(path, { method: "PATCH", body, match }).then(() => say(words)));
  await load();
};

function show({ case: one, entries }) {
  document.title = `${one.name} · Passerby`;
  put($("#heading"), one.name);
  const open = !one.closed;
  put($("#acts"), el("a", { class: "button", href: "/cases" }, "All cases"),
    open ? el("button", { type: "button", onclick: () => share(one) }, "Share") : null,
    el("button", { type: "button", onclick: change({ closed: open }, open ? "The case is closed." : "The case is open again.") }, open ? "Close" : "Open again"),
    el("button", { type: "button", class: "danger", onclick: (event) => remove(one, event.currentTarget) }, "Remove"));
  put($("#about"), about(one, open));
  put($("#count"), entries.length ? `${entries.length} ${entries.length === 1 ? "sighting" : "sightings"}, by time` : "");
  put($("#entries"), ...entries.map((entry) => shown(entry, open)));
  if (!entries.length) put($("#state"), empty("Nothing is in it yet", "Search, open a sighting and add it to this case; or add one from an alert.", el("a", { class: "button", href: "/" }, "Search")));
}

function about(one, open) {
  const facts = [["State", one.closed ? `closed ${moment(one.closed)}` : "open"], ["Opened", `${moment(one.opened)} by ${one.owner}`],
    ["Shared with", one.members.join(", ") || "nobody"]];
  const notes = open ? noted("Notes", one.notes, (words) => ask(path, { method: "PATCH", body: { notes: words }, match })) : el("p", { class: "noted" }, one.notes || "No notes.");
  return [el("dl", { class: "facts" }, facts.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)])), notes];
}

/** A note that is changed where it stands. */
function noted(label, text, keep) {
  const box = el("textarea", { rows: "2", maxlength: "5000", "aria-label": label, placeholder: "Notes" }, text);
  const save = el("button", { type: "button", class: "small", disabled: true, onclick: (event) => doing(event.currentTarget, async () => {
    await keep(box.value);
    say("The note is kept.");
    await load();
  }) }, "Keep the note");
  box.addEventListener("input", () => { save.disabled = box.value === text; });
  return el("div", { class: "field noted" }, box, el("div", {}, save));
}

function shown(entry, open) {
  const added = `added ${moment(entry.added)} by ${entry.added_by}`;
  const out = open ? el("button", { type: "button", class: "small", onclick: (event) => takeOut(entry, event.currentTarget) }, "Take out") : null;
  if (!entry.sighting) {
    return el("li", { class: "person erased" }, el("div", { class: "about" },
      el("h3", {}, "This sighting was erased"), el("p", { class: "small soft" }, `${moment(entry.erased)}; ${added}`), el("div", { class: "buttons" }, out)));
  }
  const address = `/sightings/${entry.sighting}`;
  const alt = `Person at ${entry.camera}, ${day(entry.taken)} ${span(entry.began, entry.ended)}`;
  const picture = el("img", { src: entry.crop, alt, loading: "lazy" });
  picture.addEventListener("error", () => picture.replaceWith(el("span", { class: "small soft gone" }, "The picture is not kept any more.")));
  return el("li", { class: "person" },
    el("a", { class: "picture", href: address, "aria-label": alt }, el("span", { class: "lit" }, picture)),
    el("div", { class: "about" },
      el("div", { class: "where" }, el("b", {}, entry.camera), day(entry.began), el("br"), span(entry.began, entry.ended)),
      open ? noted(`Note: ${alt}`, entry.note, (note) => ask(`${path}/entries/${entry.id}`, { method: "PATCH", body: { note }, match: entry.etag })) : el("p", {}, entry.note),
      el("p", { class: "small soft" }, added),
      el("div", { class: "buttons" }, el("a", { class: "button small", href: address }, "Open"), out)));
}

async function takeOut(entry, button) {
  if (!confirm("Take it out of the case, with its note? The sighting stays where it is.")) return;
  await doing(button, () => ask(`${path}/entries/${entry.id}`, { method: "DELETE", match: entry.etag }));
  await load();
}

async function remove(one, button) {
  if (!confirm(`Forget the case “${one.name}” with its notes? The sightings stay where they are.`)) return;
  await doing(button, async () => {
    await ask(path, { method: "DELETE", match });
    location.assign("/cases");
  });
}

function share(one) {
  put($("#share-refused"));
  $("#members").value = one.members.join("\n");
  $("#share").showModal();
}

$("#share-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const members = $("#members").value.split(/[\s,]+/).filter(Boolean);
  try {
    await ask(path, { method: "PATCH", body: { members }, match });
  } catch (error) {
    refuse($("#share-refused"), error.message);
    return;
  }
  $("#share").close();
  say(members.length ? "The case is shared." : "The case is yours alone.");
  await load();
});
$("#share-cancel").addEventListener("click", () => $("#share").close());
$("#export")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(event.currentTarget));
  location.assign(`/api/v1${path}/export?${query({ clips: Boolean(fields.clips), reason: fields.reason })}`);
  say("The export begins to download; clips take a while.");
});
load();
