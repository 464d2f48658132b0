// Which search networks there are, and a change from one to another.

import { ask } from "./api.js";
import { $, busy, doing, el, empty, notice, put, row, say } from "./dom.js";

async function list() {
  put($("#held"), busy("Loading…"));
  try {
    const { held, shipped, reindexing } = await ask("/models");
    put($("#held"),
      reindexing ? notice("A change of model goes on. Start the service again when it is done.", "warn") : null,
      held.length ? index(held) : empty("Nobody is indexed yet", "The first footage begins it.", el("a", { class: "button", href: "/footage" }, "Add footage")));
    put($("#shipped"), shipped.length ? el("ul", { class: "cards" }, ...shipped.map((model) => card(model, reindexing))) : el("p", {}, "None."));
  } catch (error) {
    put($("#held"), notice(error.message, "bad"));
  }
}

function index(held) {
  const labels = ["Model", "Standing", "Sightings"];
  return el("div", { class: "scroll" }, el("table", { class: "stack" },
    el("caption", { class: "visually-hidden" }, "Models that have sightings"),
    el("thead", {}, el("tr", {}, ...labels.map((label) => el("th", { scope: "col" }, label)))),
    el("tbody", {}, ...held.map((model) => row(labels, [el("span", { class: "mono" }, model.model),
      el("span", { class: `tag ${model.standing === "answers searches" ? "good" : ""}` }, model.standing),
      model.sightings === null ? "known after the first search" : model.sightings.toLocaleString("en-GB")])))));
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

list();
