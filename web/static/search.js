// Asking for people, and the wall of who answers.

import { ask, listen, query, sentence } from "./api.js";
import { glimpse, person } from "./card.js";
import { $, busy, el, empty, notice, put, svg } from "./dom.js";
import { timeline } from "./timeline.js";

const LIMIT = 24, MOST = 96; // people on a page
const SOON = 200; // milliseconds that an answer may take before whoever is near is shown meanwhile
const EXAMPLES = ["woman in a red jacket and blue jeans", "man with a backpack, no hat", "yellow hi-vis vest yesterday"];
const TIMES = ["today", "yesterday", "in the last hour"];

const form = $("#ask"), box = $("#q"), slider = $("#sure"), automatic = $("#automatic");
let asking = null;

/** What is asked stands in the page's address, so that it can be kept, sent and gone back to. */
function asked() {
  const fields = new URLSearchParams(location.search);
  const { q = "", min = "", page = "1" } = Object.fromEntries(fields);
  return { q, min, page, like: fields.getAll("like"), unlike: fields.getAll("unlike") };
}

function go(fields, { replace = false } = {}) {
  const address = query(fields);
  history[replace ? "replaceState" : "pushState"](null, "", address ? `/?${address}` : "/");
  show();
}

async function show() {
  const { q, like, unlike, min, page } = asked();
  const examples = like.length + unlike.length > 0;
  asking?.abort();
  asking = new AbortController();
  if (q || examples) box.value = q; // otherwise what somebody typed while the page was loading stays
  slider.value = min === "" ? 50 : 100 * min;
  $("#sure-shown").value = min === "" ? "automatic" : `${slider.value} %`;
  automatic.hidden = min === "";
  put($("#chips"));
  put($("#notices"));
  put($("#examples"), shelf(like, unlike));
  $("#results").hidden = true;
  if (!q && !examples) return welcome();
  document.title = `${q || "Similar people"} · Passerby`;
  put($("#state"), busy("Looking…"));
  const fields = { q, like, unlike, limit: LIMIT, page, min_probability: q ? min : "" };
  await answered(`/search?${query(fields)}`, { signal: asking.signal }, { q, min }).catch((error) => {
    if (error.name !== "AbortError") put($("#state"), notice(error.message, "bad"));
  });
}

/** Show an answer, and until it is there whoever is near, unless that would be for a moment only. */
async function answered(path, more, asked) {
  let early;
  try {
    await listen(path, more, (name, told) => {
      if (name === "nearest") early = setTimeout(() => near(told, asked), SOON);
      if (name !== "answer") return;
      clearTimeout(early);
      put($("#state"));
      shown(told, asked);
    });
  } catch (error) {
    $("#results").hidden = true;
    throw error;
  } finally {
    clearTimeout(early);
  }
}

function near(told, { q }) {
  understood(told, q);
  $("#results").hidden = !told.nearest.length;
  for (const part of ["#slider", "#timeline-panel", "#nearest", "#pager"]) $(part).hidden = true;
  put($("#count"), "The nearest, not compared closely yet");
  put($("#nobody"));
  put($("#wall"), told.nearest.map(glimpse));
}

function understood({ chips, notices }, q) {
  put($("#chips"), chips.map((chip) => shownChip(chip, q)));
  put($("#notices"), notices.map((words) => notice(sentence(words), "warn")));
}

function shown(answer, { q, min }) {
  understood(answer, q);
  const found = answer.matches.length > 0;
  const acts = { onsimilar, onlike, onunlike, asked: q };
  $("#results").hidden = false;
  $("#slider").hidden = !q;
  $("#timeline-panel").hidden = !found;
  put($("#count"), heading(answer, q));
  put($("#wall"), answer.matches.map((match) => person(match, acts)));
  if (found) timeline($("#timeline"), answer.matches, pick);
  put($("#nobody"), !found && answer.total === 0 && q ? nobody(answer, min) : null);
  const nearest = found ? [] : answer.nearest;
  $("#nearest").hidden = !nearest.length;
  $("#nearest").open = asked().like.length > 0; // whoever gives examples wants to see more
  put($("#nearest-wall"), nearest.map((match) => person(match, acts)));
  pager(answer);
}

/** The people whom the answer should look like, and those whom it should not; each can be taken away. */
function shelf(like, unlike) {
  const some = [...like.map((id) => ["like", id]), ...unlike.map((id) => ["unlike", id])];
  return some.map(([kind, id]) => {
    const words = kind === "like" ? "Like this" : "Not like this";
    const less = () => {
      const fields = asked();
      go({ ...fields, [kind]: fields[kind].filter((one) => one !== id), page: "" });
    };
    return el("li", { class: `example ${kind}` },
      el("a", { href: `/sightings/${id}` }, el("img", { src: `/api/v1/sightings/${id}/crop`, alt: `${words}: the person of a sighting` })),
      el("span", {}, words),
      el("button", { type: "button", "aria-label": `Take away: ${words.toLowerCase()}`, title: "Take away and ask again", onclick: less }, "×"));
  });
}

function heading(answer, q) {
  if (!q) return answer.total ? "Who looks most like this" : "There is nobody else";
  if (!answer.total) return asked().like.length ? "Nobody else matches" : "Nobody matches";
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
async function byPicture(file, around) {
  const q = box.value.trim();
  put($("#state"), busy("Looking…"));
  $("#results").hidden = true;
  try {
    const picture = (await read(file)).split(",")[1];
    const sample = around ? { picture, box: around } : { picture };
    await answered("/search", { method: "POST", body: { q, like: [sample], limit: MOST } }, { q, min: "" });
    put($("#examples"), el("li", { class: "example like" }, el("img", { src: URL.createObjectURL(file), alt: "Your picture" }), el("span", {}, "Like this")));
    $("#pager").hidden = true;
  } catch (error) {
    put($("#state"), notice(error.message.split(";")[0], "bad"), error.more?.people?.length ? await choice(file, error.more.people) : null);
  }
}

/** A picture with a frame around each person, to choose one of them. */
async function choice(file, people) {
  const { width, height } = await createImageBitmap(file);
  const frames = people.map(([x1, y1, x2, y2], at) => {
    const choose = () => byPicture(file, [x1, y1, x2, y2]);
    return svg("rect", { x: x1, y: y1, width: x2 - x1, height: y2 - y1, tabindex: "0", role: "button", "aria-label": `Person ${at + 1} from the left`,
      onclick: choose, onkeydown: (event) => (event.key === "Enter" || event.key === " ") && choose() });
  });
  return el("div", { class: "choice" }, el("p", {}, "Who is meant? Choose one."),
    svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "The people in your picture" },
      svg("image", { href: URL.createObjectURL(file), width, height }), ...frames));
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
  go({ like: [match.id] });
  scrollTo(0, 0);
}

/** Relevance feedback: what is confirmed pulls the answer towards it, what is rejected pushes it away. */
function onlike(match) {
  const { like, ...rest } = asked();
  go({ ...rest, like: [...like, match.id], page: "" });
  scrollTo(0, 0);
}

function onunlike(match) {
  const { unlike, ...rest } = asked();
  go({ ...rest, unlike: [...unlike, match.id], page: "" });
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
  const { min, like, unlike } = asked();
  box.blur(); // or the keyboard of a phone would lie over the answer
  if (box.value.trim() || like.length) go({ q: box.value.trim(), min, like, unlike });
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
