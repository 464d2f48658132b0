// Asking for people, and the wall of who answers.

import { ask, query } from "./api.js";
import { person } from "./card.js";
import { $, busy, el, empty, notice, put } from "./dom.js";
import { timeline } from "./timeline.js";

const LIMIT = 24, MOST = 96; // people on a page
const EXAMPLES = ["woman in a red jacket and blue jeans", "man with a backpack, no hat", "yellow hi-vis vest yesterday"];
const TIMES = ["today", "yesterday", "in the last hour"];

const form = $("#ask"), box = $("#q"), slider = $("#sure"), automatic = $("#automatic");
let asking = null;

/** What is asked stands in the page's address, so that it can be kept, sent and gone back to. */
const asked = () => Object.fromEntries(new URLSearchParams(location.search));

function go(fields, { replace = false } = {}) {
  const address = query(fields);
  history[replace ? "replaceState" : "pushState"](null, "", address ? `/?${address}` : "/");
  show();
}

async function show() {
  const { q = "", like = "", min = "", page = "1" } = asked();
  asking?.abort();
  asking = new AbortController();
  if (q || like) box.value = q; // otherwise what somebody typed while the page was loading stays
  slider.value = min === "" ? 50 : 100 * min;
  $("#sure-shown").value = min === "" ? "automatic" : `${slider.value} %`;
  automatic.hidden = min === "";
  put($("#chips"));
  put($("#notices"));
  $("#results").hidden = true;
  if (!q && !like) return welcome();
  document.title = `${q || "Similar people"} · Passerby`;
  put($("#state"), busy("Looking…"));
  try {
    const answer = like
      ? await ask(`/sightings/${encodeURIComponent(like)}/similar?${query({ limit: LIMIT, page })}`, { signal: asking.signal })
      : await ask(`/search?${query({ q, limit: LIMIT, page, min_probability: min })}`, { signal: asking.signal });
    put($("#state"));
    shown(answer, { q, like, min });
  } catch (error) {
    if (error.name === "AbortError") return;
    put($("#state"), notice(error.message, "bad"));
  }
}

function shown(answer, { q, like, min }) {
  put($("#chips"), (answer.chips ?? []).map((chip) => shownChip(chip, q)));
  put($("#notices"), (answer.notices ?? []).map((words) => notice(words, "warn")));
  const found = answer.matches.length > 0;
  $("#results").hidden = false;
  $("#slider").hidden = Boolean(like);
  $("#timeline-panel").hidden = !found;
  put($("#count"), heading(answer, like));
  put($("#wall"), answer.matches.map((match) => person(match, { onsimilar, asked: q })));
  if (found) timeline($("#timeline"), answer.matches, pick);
  put($("#nobody"), !found && answer.total === 0 && !like ? nobody(answer, min) : null);
  const nearest = found ? [] : answer.nearest;
  $("#nearest").hidden = !nearest.length;
  put($("#nearest-wall"), nearest.map((match) => person(match, { onsimilar, asked: q })));
  pager(answer);
}

function heading(answer, like) {
  if (like) {
    const words = answer.total ? "Who looks most like this person" : "There is nobody else";
    const [image, page] = like instanceof File ? [URL.createObjectURL(like), null] : [`/api/v1/sightings/${like}/crop`, `/sightings/${like}`];
    return el("a", { class: "likeness", href: page }, el("img", { src: image, alt: "This person" }), words);
  }
  if (!answer.total) return "Nobody matches";
  return answer.total === 1 ? "1 person matches" : `${answer.total} people match`;
}

function nobody(answer, min) {
  const words = answer.nearest.length
    ? "Nobody in the footage fits the description well enough. Leave a word out, widen the time, or look at the nearest below."
    : "There is nobody on these cameras at this time. Remove a camera or a time above, or add footage.";
  const acts = answer.nearest.length && min !== "0"
    ? [el("button", { type: "button", onclick: () => go({ ...asked(), min: "0", page: "" }) }, "Show everybody, best first")]
    : [];
  return el("div", {}, el("p", { class: "soft" }, words), el("div", { class: "buttons" }, ...acts));
}

/** Who looks like the person in a picture, which is sent and not kept; so it has no address to go back to. */
async function byPicture(file) {
  put($("#state"), busy("Looking…"));
  $("#results").hidden = true;
  try {
    const picture = (await read(file)).split(",")[1];
    const answer = await ask("/search", { method: "POST", body: { picture, limit: MOST } });
    put($("#state"));
    shown(answer, { q: "", like: file, min: "" });
    $("#pager").hidden = true;
  } catch (error) {
    put($("#state"), notice(error.message, "bad"));
  }
}

const read = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => resolve(reader.result));
  reader.addEventListener("error", () => reject(reader.error));
  reader.readAsDataURL(file);
});

function shownChip(chip, q) {
  const without = (q.slice(0, chip.start) + q.slice(chip.end)).replace(/\s+/g, " ").replace(/\s+([,.])/g, "$1").replace(/^[\s,]+|[\s,]+$/g, "");
  return el("li", { class: `chip ${chip.kind}` },
    el("span", {}, el("b", {}, chip.text), " ", el("small", {}, chip.meaning)),
    el("button", { type: "button", "aria-label": `Remove “${chip.text}” and ask again`, title: "Remove and ask again", onclick: () => go({ ...asked(), q: without, page: "" }) }, "×"));
}

function pager(answer) {
  const pages = Math.ceil(answer.total / LIMIT);
  const turn = (page) => { go({ ...asked(), page }); scrollTo(0, 0); };
  $("#pager").hidden = pages < 2;
  put($("#pager"),
    el("button", { type: "button", disabled: answer.page <= 1, onclick: () => turn(answer.page - 1) }, "Previous"),
    el("span", {}, `Page ${answer.page} of ${pages}`),
    el("button", { type: "button", disabled: answer.page >= pages, onclick: () => turn(answer.page + 1) }, "Next"));
}

function onsimilar(match) {
  go({ like: match.id });
  scrollTo(0, 0);
}

function pick(match) {
  const card = $(`#person-${CSS.escape(match.id)}`);
  document.querySelectorAll(".marked").forEach((one) => one.classList.remove("marked"));
  card.classList.add("marked");
  card.scrollIntoView({ behavior: "smooth", block: "center" });
  $("a", card)?.focus({ preventScroll: true });
}

function welcome() {
  document.title = "Search · Passerby";
  put($("#state"), empty("Who are you looking for?",
    "Describe what they wear, carry and look like, and where and when if you know.",
    ...EXAMPLES.map((words) => el("button", { type: "button", onclick: () => go({ q: words }) }, words))));
}

async function suggest() {
  const add = (words) => el("button", { type: "button", onclick: () => { box.value = `${box.value.trim()} ${words}`.trim(); box.focus(); } }, words);
  let cameras = [];
  try {
    cameras = await ask("/cameras");
  } catch (error) {
    return put($("#suggest"), el("span", { class: "small soft" }, error.message));
  }
  const searched = cameras.filter((camera) => camera.people);
  if (!searched.length) {
    return put($("#suggest"), el("span", { class: "small soft" }, "There is no footage yet. "), el("a", { href: "/footage", class: "small" }, "Add some"));
  }
  return put($("#suggest"), el("span", { class: "small soft" }, "Add:"),
    [...searched.slice(0, 8).map((camera) => `at ${camera.name}`), ...TIMES].map(add));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (box.value.trim()) go({ q: box.value.trim(), min: asked().min });
});
slider.addEventListener("input", () => { $("#sure-shown").value = `${slider.value} %`; });
slider.addEventListener("change", () => go({ ...asked(), min: slider.value / 100, page: "" }, { replace: true }));
automatic.addEventListener("click", () => go({ ...asked(), min: "", page: "" }, { replace: true }));
$("#by-picture").addEventListener("click", () => $("#picture").click());
$("#picture").addEventListener("change", (event) => {
  if (event.target.files.length) byPicture(event.target.files[0]);
  event.target.value = "";
});
addEventListener("popstate", () => { box.value = ""; show(); });
suggest();
show();
