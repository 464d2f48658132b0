// How far the footage is, as the server tells of it while it changes.

import { el, put } from "./dom.js";
import { length } from "./times.js";

export const STATES = {
  queued: ["waits to be watched", ""],
  watching: ["being watched", "now"],
  watched: ["waits to be indexed", ""],
  indexing: ["being indexed", "now"],
  indexed: ["searchable", "good"],
  quarantined: ["set aside", "bad"],
};

export const tag = (state) => el("span", { class: `tag ${STATES[state]?.[1] ?? ""}` }, STATES[state]?.[0] ?? state);
export const part = (job) => (job.live ? "" : ` ${length(job.start)} – ${length(job.end)}`);

const AGAIN = 5000; // milliseconds

/** Call `ontold` with every Progress that comes, and `onlost` when the server refuses to tell; then ask again. */
export function follow(ontold, onlost) {
  const events = new EventSource("/api/v1/jobs/events");
  events.addEventListener("progress", (event) => ontold(JSON.parse(event.data)));
  events.addEventListener("error", () => {
    if (events.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
    onlost();
    setTimeout(() => follow(ontold, onlost), AGAIN);
  });
  addEventListener("pagehide", () => events.close());
}

export function counts(place, told) {
  put(place, Object.entries(STATES).map(([state, [words]]) =>
    el("div", { class: `count ${state === "quarantined" && told[state] ? "bad" : ""}` },
      el("b", {}, String(told[state] ?? 0)), el("span", {}, words))));
}

/** A bar of how much is searchable, and what of each camera is not yet. */
export function cameras(place, { counts: told, cameras: lags, working }) {
  const all = Object.values(told).reduce((sum, number) => sum + number, 0);
  const done = (told.indexed ?? 0) + (told.quarantined ?? 0);
  if (!all) return put(place, el("p", { class: "soft" }, "No footage yet."));
  if (done === all) return put(place, el("p", { class: "soft" }, "Everything that came in is searchable."));
  const words = `${done} of ${all} chunks of footage are done`;
  const lines = lags.map((lag) => {
    const now = working.filter((job) => job.camera === lag.camera);
    return el("li", { class: "panel" },
      el("div", { class: "title-row" }, el("h3", {}, lag.camera), el("span", { class: "tag now" }, `${lag.chunks} to go`)),
      now.map((job) => el("p", { class: "small" }, tag(job.state), ` ${job.source}${part(job)}`)),
      el("p", { class: "small soft" }, `${now.length ? "" : `Waits for ${length(lag.waits_s)}. `}The oldest of it was taken ${length(lag.lag_s)} ago.`));
  });
  return put(place, el("progress", { max: all, value: done, "aria-label": words }), el("p", { class: "small soft" }, words), el("ul", { class: "cards" }, ...lines));
}
