// The people who were seen last, as they come in.

import { ask, query } from "./api.js";
import { $, el, notice, put } from "./dom.js";
import { clock, day, moment } from "./times.js";

const LIMIT = 12;
const FOUND = ["watched", "indexing", "indexed"]; // states of chunks that have brought whoever was in them
let shown = null; // how many such chunks there were when it was looked last

/** Look again when footage was watched since; each look is one entry of the audit log. */
export async function newest(counts) {
  const place = $("#newest");
  const now = FOUND.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  if (!place || now === shown) return;
  shown = now;
  try {
    const people = await ask(`/sightings?${query({ limit: LIMIT })}`);
    put(place, people.length ? el("ul", { class: "glimpses" }, ...people.map(glimpse)) : el("p", { class: "soft" }, "Nobody yet."));
  } catch (error) {
    put(place, notice(error.message, "bad"));
  }
}

const glimpse = (person) => el("li", {}, el("a", { href: `/sightings/${person.id}`, title: moment(person.taken) },
  el("img", { src: person.crop, alt: `Person at ${person.camera}, ${day(person.taken)} ${clock(person.taken)}` }),
  el("span", { class: "small" }, el("b", {}, person.camera), el("br"), clock(person.taken))));
