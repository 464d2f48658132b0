// A person as an answer shows them: the picture with the parts lit, where and when, and why.

import { may } from "./api.js";
import { el } from "./dom.js";
import { day, span } from "./times.js";

const SEEN = 0.5; // agreement from which a phrase counts as seen
const BANDS = { head: "head", "upper body": "upper", "lower body": "lower", feet: "feet" };

export const isSeen = (reason) => reason.agreement >= SEEN;
export const percent = (share) => `${Math.round(100 * share)} %`;

/** A picture on which the parts of the reasons can be lit, and the list of phrases that lights them. */
export function explained(picture, reasons) {
  const lit = el("span", { class: "lit" }, picture);
  const phrases = reasons.map((reason) => {
    const seen = isSeen(reason) ? "tick" : "cross";
    const band = el("span", { class: `band ${BANDS[reason.part] ?? "whole"} ${seen}`, "aria-hidden": "true" });
    lit.append(band);
    const button = el("button", { type: "button", class: `phrase ${seen}`, "aria-pressed": "false" },
      el("span", { class: "mark", "aria-hidden": "true" }, seen === "tick" ? "✓" : "✗"),
      el("span", { class: "words" }, reason.phrase, el("span", { class: "visually-hidden" }, seen === "tick" ? ", seen" : ", not seen")),
      el("span", { class: "part" }, `${reason.part in BANDS ? reason.part : "whole picture"} · ${percent(reason.agreement)}`));
    const light = (on) => {
      lit.classList.toggle("one", on);
      band.classList.toggle("on", on);
    };
    const leave = () => button.getAttribute("aria-pressed") === "true" || light(false);
    button.addEventListener("mouseenter", () => light(true));
    button.addEventListener("mouseleave", leave);
    button.addEventListener("focus", () => light(true));
    button.addEventListener("blur", () => { button.setAttribute("aria-pressed", "false"); light(false); });
    button.addEventListener("click", () => button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true")));
    return el("li", {}, button);
  });
  return { lit, phrases: el("ul", { class: "phrases", "aria-label": "Why" }, ...phrases) };
}

/** One answer as an item of the wall; `onsimilar` is called with it. */
export function person(match, { onsimilar, asked = "" }) {
  const alt = `Person ${match.rank} at ${match.camera}, ${day(match.taken)} ${span(match.began, match.ended)}`;
  const { lit, phrases } = explained(el("img", { src: match.crop, alt, loading: "lazy" }), match.reasons);
  const page = `/sightings/${match.id}${asked ? `?${new URLSearchParams({ q: asked })}` : ""}`;
  const remember = () => sessionStorage.setItem(`reasons ${match.id}`, JSON.stringify(match.reasons));
  return el("li", { class: "person", id: `person-${match.id}` },
    may("view_media") ? el("a", { class: "picture", href: page, onclick: remember }, lit) : el("span", { class: "picture" }, lit),
    el("div", { class: "about" },
      el("header", {},
        el("span", { class: "sure" }, match.probability === null ? `No. ${match.rank}` : percent(match.probability)),
        match.probability === null ? null : el("span", { class: "rank" }, `No. ${match.rank}`)),
      el("div", { class: "where" }, el("b", {}, match.camera), day(match.began), el("br"), span(match.began, match.ended)),
      phrases,
      el("div", { class: "buttons" },
        el("a", { class: "button small", href: page, onclick: remember }, "Open"),
        el("button", { type: "button", class: "small", onclick: () => onsimilar(match) }, "Find similar"))));
}
