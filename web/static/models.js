// Which search networks there are, and a change from one to another.

import { ask } from "./api.js";
import { $, busy, doing, el, empty, notice, put, row, say } from "./dom.js";
import { percent } from "./card.js";
import { length, moment } from "./times.js";

const AGAIN = 2000; // milliseconds

async function list() {
  try {
    const { held, shipped, reindexing, last } = await ask("/models");
    put($("#change"), change(reindexing, last));
    if (reindexing) setTimeout(follow, AGAIN);
    put($("#held"), held.length ? index(held) : empty("Nobody is indexed yet", "The first footage begins it.", el("a", { class: "button", href: "/footage" }, "Add footage")));
    put($("#shipped"), shipped.length ? el("ul", { class: "cards" }, ...shipped.map((model) => card(model, reindexing))) : el("p", {}, "None."));
  } catch (error) {
    put($("#held"), notice(error.message, "bad"));
  }
}

/** Show how far a change is until it has ended. */
async function follow() {
  try {
    const { reindexing, last } = await ask("/models");
    if (!reindexing) return await list();
    put($("#change"), change(reindexing, last));
  } catch (error) {
    put($("#change"), notice(error.message, "bad"));
  }
  return setTimeout(follow, AGAIN);
}

/** How far a change of model is, or what came of the last one. */
function change(reindexing, last) {
  if (reindexing && (last === null || last.ended !== null || !last.total)) return busy("A change of model begins: counting whom to index…");
  if (last === null) return null;
  if (!reindexing) return notice(`The change of ${moment(last.began)} has ended: ${last.result}`, last.switched ? "" : "warn");
  const { done, total, lost, rate, left_s: left } = last;
  const words = `${number(done)} of ${number(total)} pictures of people are indexed (${percent(done / total)})`;
  const more = [rate ? `${number(Math.round(rate))} a second` : "", left === null ? "" : `about ${length(left)} to go`, lost ? `${number(lost)} are gone` : ""];
  return el("div", { class: "panel" }, el("h2", {}, "A change of model goes on"),
    el("progress", { max: total, value: done, "aria-label": words }), el("p", { class: "small" }, [words, ...more].filter(Boolean).join(", ")),
    el("p", { class: "small soft" }, "Searches go on with the model before. Start the service again when it is done."));
}

const number = (some) => some.toLocaleString("en-GB");

function index(held) {
  const labels = ["Model", "Standing", "Sightings"];
  return el("div", { class: "scroll" }, el("table", { class: "stack" },
    el("caption", { class: "visually-hidden" }, "Models that have sightings"),
    el("thead", {}, el("tr", {}, ...labels.map((label) => el("th", { scope: "col" }, label)))),
    el("tbody", {}, ...held.map((model) => row(labels, [el("span", { class: "mono" }, model.model),
      el("span", { class: `tag ${model.standing === "answers searches" ? "good" : ""}` }, model.standing),
      model.sightings === null ? "known after the first search" : number(model.sightings)])))));
}

function card(model, reindexing) {
  return el("li", { class: "panel" },
    el("h3", {}, model.name), el("p", { class: "small soft" }, `${model.megabytes} MB`),
    el("details", {}, el("summary", {}, "Card"), el("pre", { class: "mono scroll" }, JSON.stringify(model.card, null, 2))),
    el("button", { type: "button", class: "small", disabled: reindexing, onclick: (event) => doing(event.currentTarget, async () => {
      if (!confirm(`Index everybody with ${model.name}? That takes a while; searches go on.`)) return;
      say((await ask("/models/reindex", { method: "POST", body: { weights: model.name } })).detail);
      await list();
    }) }, "Index with it"));
}

put($("#held"), busy("Loading…"));
list();
