// Times as people read them, on the clock of the site.

import { meta } from "./api.js";

const zone = meta("time-zone") || undefined;
const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
const DAY = format({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const CLOCK = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const BOTH = format({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" });
const MINUTE = format({ hour: "2-digit", minute: "2-digit" });
const SHORT = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

export const day = (iso) => DAY.format(new Date(iso));
export const clock = (iso) => CLOCK.format(new Date(iso));
export const moment = (iso) => (iso ? BOTH.format(new Date(iso)) : "–");
export const minute = (iso) => MINUTE.format(new Date(iso));
export const short = (iso) => SHORT.format(new Date(iso));

/** "16:04:11 – 16:04:19", or the one time when they are the same. */
export function span(began, ended) {
  return clock(began) === clock(ended) ? clock(began) : `${clock(began)} – ${clock(ended)}`;
}

/** "8 s", "3 min", "2 h", "5 days". */
export function length(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

export const ago = (iso) => `${length(Math.max(0, (Date.now() - new Date(iso)) / 1000))} ago`;
