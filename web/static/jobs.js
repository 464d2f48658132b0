// Chunks of footage on their way, those that were set aside, and the duties of every night.

import { ask, may, query } from "./api.js";
import { $, busy, doing, el, empty, notice, put, row, say } from "./dom.js";
import { newest } from "./newest.js";
import { cameras, counts, follow, part, tag } from "./progress.js";
import { ago, moment } from "./times.js";

const settle = (job, act) => (event) =>
  doing(event.currentTarget, async () => {
    await ask(`/jobs/${encodeURIComponent(job.id)}/${act}`, { method: "POST" });
    say(act === "retry" ? `${job.source} waits to be tried again.` : `${job.source} is forgotten.`);
    await lists();
  });

const where = (job) => [el("b", {}, job.camera), el("br"), el("span", { class: "small mono" }, job.source), el("span", { class: "small soft" }, part(job))];
const cell = (...children) => el("div", {}, ...children);

function table(caption, labels, rows) {
  return el("div", { class: "scroll" }, el("table", { class: "stack" }, el("caption", { class: "visually-hidden" }, caption),
    el("thead", {}, el("tr", {}, ...labels.map((label) => el("th", { scope: "col" }, label || el("span", { class: "visually-hidden" }, "Acts"))))),
    el("tbody", {}, ...rows.map((cells) => row(labels, cells)))));
}

async function lists() {
  try {
    const [aside, recent] = await Promise.all([
      ask(`/jobs?${query({ state: "quarantined", limit: 100 })}`), ask(`/jobs?${query({ limit: 20 })}`)]);
    put($("#aside"), aside.jobs.length
      ? table("Footage that was set aside", ["Footage", "Reason", "Tries", ""], aside.jobs.map((job) => [
        cell(...where(job)), cell(job.reason, el("br"), el("span", { class: "small soft" }, ago(job.since))), String(job.attempts),
        may("manage_jobs") ? cell(el("button", { type: "button", class: "small", onclick: settle(job, "retry") }, "Try again"), " ",
          el("button", { type: "button", class: "small danger", onclick: settle(job, "drop") }, "Forget")) : cell()]))
      : el("p", {}, "Nothing is set aside."));
    put($("#recent"), recent.jobs.length
      ? table("Chunks that changed last", ["Footage", "State", "Taken", "Changed"], recent.jobs.map((job) => [
        cell(...where(job)), tag(job.state), moment(job.began), job.since ? ago(job.since) : "–"]))
      : empty("No footage yet", "Add a recording, or a camera.", el("a", { class: "button", href: "/footage" }, "Add footage")));
  } catch (error) {
    put($("#recent"), notice(error.message, "bad"));
  }
}

async function duties() {
  try {
    const due = await ask("/schedule");
    put($("#duties"), table("Duties of every night", ["Duty", "Next", "Last", "What came of it", ""], due.map((duty) => [
      el("b", {}, duty.name), moment(duty.next), duty.last ? ago(duty.last) : "never",
      duty.last && !duty.finished ? el("span", { class: "tag now" }, "goes on") : duty.result || "–",
      may("manage_jobs") ? el("button", { type: "button", class: "small", "aria-label": `Do ${duty.name} now`, onclick: (event) => doing(event.currentTarget, async () => {
        await ask(`/schedule/${encodeURIComponent(duty.name)}`, { method: "POST" });
        say(`${duty.name} is being done.`);
        await duties();
      }) }, "Do it now") : cell()])));
  } catch (error) {
    put($("#duties"), notice(error.message, "bad"));
  }
}

let before = null; // the counts that were told last
follow((told) => {
  counts($("#counts"), told.counts);
  cameras($("#progress"), told);
  newest(told.counts);
  const now = JSON.stringify(told.counts);
  if (before !== null && now !== before) lists();
  before = now;
}, () => put($("#progress"), notice("The connection was lost; trying again.", "warn")));
put($("#recent"), busy("Loading…"));
lists();
duties();
