// A person as an answer shows them: the picture with the parts lit, where and when, and why.

import { may } from "./api.js";
import { el } from "./dom.js";
import { day, span } from "./times.js";

const SEEN = 0.6; // agreement from which a phrase counts as seen, as MATCHES_FROM of the command line
const FULL = 0.6; // similarity with a part at which it is shown in full
const BANDS = { head: "head", "upper body": "upper", "lower body": "lower", feet: "feet" };

export const isSeen = (reason) => reason.agreement >= SEEN;
export const percent = (share) => `${Math.round(100 * share)} %`;

const depth = (similarity) => Math.min(1, Math.max(0.08, similarity / FULL));

/** How a phrase agrees with each part of the body and the whole, as cells and in words. */
function cells(parts) {
  const told = Object.entries(parts).map(([part, similarity]) => `${part} ${similarity.toFixed(2)}`).join(", ");
  return el("span", { class: "cells", title: told }, el("span", { class: "visually-hidden" }, `: ${told}`),
    ...Object.values(parts).map((similarity) => {
      const cell = el("i", { "aria-hidden": "true" });
      cell.style.opacity = depth(similarity);
      return cell;
    }));
}

/** The bands of a picture that light up for a phrase: the best part at rest, each part while it is looked at. */
function bands(reason, seen) {
  const parts = { [reason.part]: reason.similarity, ...reason.parts };
  return Object.entries(parts).filter(([part]) => part in BANDS).map(([part, similarity]) => {
    const band = el("span", { class: `band ${BANDS[part]} ${seen} ${part === reason.part ? "best" : ""}`, "aria-hidden": "true" });
    band.style.setProperty("--depth", depth(similarity));
    return band;
  });
}

/** What stands before a phrase that does not agree: a bag is not seen, that there is none is not sure. */
const doubt = (reason) => (reason.phrase.startsWith("no ") ? "not sure" : "not seen");

/** A picture on which the parts of the reasons can be lit, and the list of phrases that lights them. */
export function explained(picture, reasons) {
  const lit = el("span", { class: "lit" }, picture);
  const phrases = reasons.map((reason) => {
    const seen = isSeen(reason) ? "tick" : "cross";
    const own = bands(reason, seen);
    lit.append(...own);
    const button = el("button", { type: "button", class: `phrase ${seen}`, "aria-pressed": "false" },
      el("span", { class: "mark", "aria-hidden": "true" }, seen === "tick" ? "✓" : "✗"),
      el("span", { class: "words" }, seen === "tick" ? reason.phrase : `${doubt(reason)}: ${reason.phrase}`),
      el("span", { class: "part" }, `${reason.part in BANDS ? reason.part : "whole picture"} · ${percent(reason.agreement)}`),
      cells(reason.parts));
    const light = (on) => {
      lit.classList.toggle("one", on);
      own.forEach((band) => band.classList.toggle("on", on));
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

/** The other times that somebody of the same looks was in view. */
function again(match) {
  if (!match.also.length) return null;
  const rows = match.also.map((one) => el("li", {},
    el("a", { href: `/sightings/${one.id}` }, el("img", { src: one.shots[0].crop, alt: "", loading: "lazy" }),
      el("span", {}, el("b", {}, one.camera), " ", day(one.began), el("br"), span(one.began, one.ended), el("br"), `${percent(one.likeness)} alike`))));
  return el("details", { class: "again" },
    el("summary", {}, `Seen ${match.also.length} more ${match.also.length === 1 ? "time" : "times"}, by looks`),
    el("p", { class: "small soft" }, "They look the same; nobody has confirmed that they are."),
    el("ul", {}, ...rows));
}

const card = (id) => `person-${id}`;
const words = (match) => `Person ${match.rank ? `${match.rank} ` : ""}at ${match.camera}, ${day(match.taken)} ${span(match.began, match.ended)}`;

/** Somebody who is near at the first look, until the answer says more; the picture is kept for it. */
export function glimpse(near) {
  return el("li", { class: "nearby", id: card(near.id) },
    el("span", { class: "picture" }, el("span", { class: "lit" }, el("img", { src: near.crop, alt: words(near) }))),
    el("div", { class: "about" }, el("div", { class: "where" }, el("b", {}, near.camera), day(near.began), el("br"), span(near.began, near.ended))));
}

/** One answer as an item of the wall; `onsimilar`, `onlike` and `onunlike` are called with it. */
export function person(match, { onsimilar, onlike, onunlike, asked = "" }) {
  const picture = document.querySelector(`#${CSS.escape(card(match.id))} .picture img`) ?? el("img", { src: match.crop, loading: "lazy" });
  picture.alt = words(match);
  const { lit, phrases } = explained(picture, match.reasons);
  const page = `/sightings/${match.id}${asked ? `?${new URLSearchParams({ q: asked })}` : ""}`;
  const remember = () => sessionStorage.setItem(`reasons ${match.id}`, JSON.stringify(match.reasons));
  return el("li", { class: "person", id: card(match.id) },
    may("view_media") ? el("a", { class: "picture", href: page, onclick: remember }, lit) : el("span", { class: "picture" }, lit),
    el("div", { class: "about" },
      el("header", {},
        el("span", { class: "sure" }, match.probability === null ? `No. ${match.rank}` : percent(match.probability)),
        match.probability === null ? null : el("span", { class: "rank" }, `No. ${match.rank}`)),
      match.description ? el("div", { class: "small" }, `“${match.description}”`) : null,
      el("div", { class: "where" }, el("b", {}, match.camera), day(match.began), el("br"), span(match.began, match.ended)),
      phrases,
      again(match),
      el("div", { class: "buttons" },
        el("a", { class: "button small", href: page, onclick: remember }, "Open"),
        el("button", { type: "button", class: "small", onclick: () => onsimilar(match) }, "Find similar"),
        el("button", { type: "button", class: "small", "aria-label": `More like person ${match.rank}`, title: "This is right: show more like this", onclick: () => onlike(match) }, "More like this"),
        el("button", { type: "button", class: "small", "aria-label": `Not person ${match.rank}`, title: "This is wrong: show fewer like this", onclick: () => onunlike(match) }, "Not this"))));
}
