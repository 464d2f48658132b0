// Who matched a saved search, newest first, and whether somebody was told.

import { ask, may, query } from "./api.js";
import { explained, percent } from "./card.js";
import { $, busy, doing, el, empty, notice, put } from "./dom.js";
import { day, moment, span } from "./times.js";
import { addToCase } from "./tocase.js";

const LIMIT = 48, AGAIN = 15000; // alerts on a page; milliseconds between two looks for new ones
let page = 1, newest = "";

const fetched = (number) => ask(`/alerts?${query({ search: $("#of").value, limit: LIMIT, page: number })}`);

async function list() {
  page = 1;
  put($("#alerts"), busy("Loading…"));
  put($("#more"));
  try {
    show(await fetched(1));
  } catch (error) {
    put($("#alerts"), notice(error.message, "bad"));
  }
}

function show(alerts) {
  newest = alerts[0]?.id ?? "";
  put($("#more"));
  if (!alerts.length) {
    put($("#alerts"), empty("Nobody matched yet", "Who fits a saved search appears here as soon as their footage is indexed."));
    return;
  }
  const wall = el("ol", { class: "wall", id: "wall" });
  put($("#alerts"), wall);
  add(wall, alerts);
}

function add(wall, alerts) {
  wall.append(...alerts.map(shown));
  put($("#more"), alerts.length < LIMIT ? null : el("button", { type: "button", onclick: (event) => doing(event.currentTarget, async () => {
    const more = await fetched(page + 1);
    page += 1;
    add(wall, more);
  }) }, "Older"));
}

function shown(alert) {
  const alt = `Person at ${alert.camera}, ${day(alert.taken)} ${span(alert.began, alert.ended)}`;
  const { lit, phrases } = explained(el("img", { src: alert.crop, alt, loading: "lazy" }), alert.reasons);
  const address = `/sightings/${alert.sighting}`;
  return el("li", { class: "person" },
    may("view_media") ? el("a", { class: "picture", href: address }, lit) : el("span", { class: "picture" }, lit),
    el("div", { class: "about" },
      el("header", {}, el("span", { class: "sure" }, percent(alert.probability)), el("span", { class: "rank" }, alert.name)),
      el("div", { class: "where" }, el("b", {}, alert.camera), day(alert.began), el("br"), span(alert.began, alert.ended)),
      phrases,
      el("p", { class: "small soft" }, state(alert)),
      el("div", { class: "buttons" },
        el("a", { class: "button small", href: address }, "Open"),
        may("keep_cases") ? el("button", { type: "button", class: "small", "aria-label": `Add to a case: ${alt}`, onclick: () => addToCase(alert.sighting) }, "Add to case") : null)));
}

function state(alert) {
  if (alert.delivered) return `Told ${moment(alert.delivered)}${alert.quiet_until ? ", after quiet hours" : ""}`;
  if (alert.due === null) return alert.trouble ? `Given up: ${alert.trouble}` : `Fired ${moment(alert.fired)}`;
  if (alert.quiet_until && new Date(alert.quiet_until) > new Date()) return `Quiet hours: told at ${moment(alert.quiet_until)}`;
  return alert.trouble ? `Tried again ${moment(alert.due)}: ${alert.trouble}` : "Being told…";
}

/** Look for new alerts while nobody has gone on to older ones. */
async function refresh() {
  if (document.hidden || page > 1) return;
  try {
    const alerts = await fetched(1);
    if ((alerts[0]?.id ?? "") !== newest) show(alerts);
  } catch {
    // the next look says whether it goes on
  }
}

$("#of").addEventListener("change", list);
list();
setInterval(refresh, AGAIN);
