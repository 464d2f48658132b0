// Erasing people: counted first, then done; and holds, which keep footage from being deleted.

import { ask } from "./api.js";
import { $, doing, el, notice, put, row, say } from "./dom.js";
import { moment } from "./times.js";

const LABELS = ["Camera", "From", "To", "Reason", "Placed", ""];

function wanted() {
  const fields = Object.fromEntries(new FormData($("#erase")));
  const appearances = fields.appearances.split(/\s+/).filter(Boolean);
  const where = appearances.length ? { appearances } : { camera: fields.camera ? [fields.camera] : [], after: fields.after || null, before: fields.before || null };
  return { ...where, reason: fields.reason };
}

const amount = (counted) => `${counted.sightings} sightings, ${counted.shots} shots, ${counted.crops} pictures, ${counted.segments} segments of footage, ${counted.alerts} alerts and ${counted.entries} entries of cases`;

async function count(event) {
  event.preventDefault();
  const body = wanted();
  await doing(event.submitter, async () => {
    const found = await ask("/erasures", { method: "POST", body: { ...body, dry_run: true } });
    const erase = el("button", { type: "button", class: "danger", onclick: (click) => doing(click.currentTarget, async () => {
      if (!confirm(`Erase ${found.number} sightings for good?`)) return;
      done(await ask("/erasures", { method: "POST", body: { ...body, yes: found.number } }));
    }) }, `Erase ${found.number} sightings for good`);
    put($("#outcome"), notice(`This would erase ${amount(found.before)}.`, "warn"), remains(found), found.number || found.before.shots ? erase : null);
  });
}

function done(report) {
  put($("#outcome"), notice(`Erased. Before: ${amount(report.before)}. Counted again: ${amount(report.after)}. Entry ${report.entry} of the audit log says the same.`), remains(report));
}

const remains = (report) => (report.remains.length ? el("ul", {}, ...report.remains.map((words) => el("li", {}, words))) : null);

async function holds() {
  try {
    const all = (await ask("/holds")).filter((hold) => !hold.lifted);
    put($("#holds"), all.length ? el("div", { class: "scroll" }, el("table", { class: "stack" },
      el("caption", { class: "visually-hidden" }, "Holds in force"),
      el("thead", {}, el("tr", {}, ...LABELS.map((label) => el("th", { scope: "col" }, label || el("span", { class: "visually-hidden" }, "Acts"))))),
      el("tbody", {}, ...all.map((hold) => row(LABELS, [hold.camera ?? "every camera", moment(hold.after), moment(hold.before), hold.reason, moment(hold.placed),
        el("button", { type: "button", class: "small", onclick: (event) => doing(event.currentTarget, async () => {
          await ask(`/holds/${hold.id}`, { method: "DELETE" });
          await holds();
        }) }, "Lift")]))))) : el("p", { class: "soft" }, "No hold is in force."));
  } catch (error) {
    put($("#holds"), notice(error.message, "bad"));
  }
}

$("#erase").addEventListener("submit", count);
$("#hold").addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(event.currentTarget));
  await doing(event.submitter, async () => {
    await ask("/holds", { method: "POST", body: { camera: fields.camera || null, after: fields.after || null, before: fields.before || null, reason: fields.reason } });
    say("The hold is placed.");
    await holds();
  });
});
ask("/cameras").then((known) => known.forEach(({ name }) => document.querySelectorAll("select[name=camera]").forEach((list) => list.append(el("option", { value: name }, name)))), () => {});
holds();
