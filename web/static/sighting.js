// One sighting: its pictures, why it was found, the frame and the clip around it.

import { ask, query } from "./api.js";
import { explained } from "./card.js";
import { $, busy, doing, el, empty, notice, put } from "./dom.js";
import { day, moment, span } from "./times.js";

const identity = location.pathname.split("/").pop();
const asked = new URLSearchParams(location.search).get("q") ?? "";

async function load() {
  put($("#state"), busy("Loading…"));
  if (asked) $("#back").href = `/?${query({ q: asked })}`;
  $("#similar").href = `/?${query({ like: identity })}`;
  try {
    const sighting = await ask(`/sightings/${encodeURIComponent(identity)}`);
    put($("#state"));
    $("#sighting").hidden = false;
    show(sighting);
    $("#unblur")?.addEventListener("submit", (event) => {
      event.preventDefault();
      doing(event.submitter, unblur);
    });
  } catch (error) {
    put($("#state"), [404, 422].includes(error.status)
      ? empty("There is no such sighting", "It may have been erased, or its retention has ended.", el("a", { class: "button", href: "/" }, "Search"))
      : notice(error.message, "bad"));
  }
}

async function unblur() {
  const reason = $("#reason").value.trim();
  if (!reason) return;
  const sighting = await ask(`/sightings/${encodeURIComponent(identity)}?${query({ reason })}`);
  put($("#unblur"), notice(`Faces are shown. Written down as: “${reason}”`, "warn"));
  show(sighting);
}

function show(sighting) {
  document.title = `${sighting.camera}, ${moment(sighting.taken)} · Passerby`;
  put($("#heading"), `${sighting.camera}, ${day(sighting.taken)}`);
  const large = el("img", { src: sighting.crop, alt: `The person, ${moment(sighting.taken)}` });
  const reasons = JSON.parse(sessionStorage.getItem(`reasons ${sighting.id}`) ?? "[]");
  const { lit, phrases } = explained(large, reasons);
  put($("#large"), lit);
  put($("#why"), reasons.length ? [el("h2", {}, "Why"), asked ? el("p", { class: "soft" }, `“${asked}”`) : null, phrases] : null);
  put($("#shots"), sighting.shots.map((shot, at) =>
    el("button", { type: "button", "aria-label": `Shot ${at + 1}, ${moment(shot.taken)}`, "aria-pressed": String(shot.id === sighting.id), onclick: (event) => choose(event.currentTarget, shot, large) },
      el("img", { src: shot.crop, alt: "" }))));
  put($("#facts"), facts(sighting));
  clip(sighting);
  frame(sighting);
}

function choose(button, shot, large) {
  large.src = shot.crop;
  large.alt = `The person, ${moment(shot.taken)}`;
  for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
}

function facts(sighting) {
  const pairs = [
    ["Camera", sighting.camera],
    ["In view", `${day(sighting.began)}, ${span(sighting.began, sighting.ended)}`],
    ["Picture taken", moment(sighting.taken)],
    ["Person", `number ${sighting.track} of this footage, ${sighting.shots.length} ${sighting.shots.length === 1 ? "shot" : "shots"}`],
    ["Detector", `${Math.round(100 * sighting.score)} % sure that it is a person`],
    ["Sighting", el("span", { class: "mono" }, sighting.id)],
  ];
  return pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
}

/** The clip is cut when it is asked for, which takes seconds; so it is asked for by a click. */
function clip(sighting) {
  const play = () => {
    const waiting = busy("Cutting the clip…");
    const video = el("video", { controls: true, autoplay: true, muted: true, playsinline: true, src: sighting.clip, "aria-label": "Clip around the sighting" });
    video.addEventListener("loadeddata", () => waiting.remove());
    video.addEventListener("error", async () => put($("#clip"), notice(await gone(sighting.clip), "warn")));
    put($("#clip"), waiting, video);
  };
  put($("#clip"), el("p", { class: "soft" }, `${span(sighting.clip_from, sighting.clip_to)}, cut from the recording.`),
    el("button", { type: "button", onclick: play }, "Play the clip"));
}

function frame(sighting) {
  const waiting = busy("Fetching the frame…");
  const image = el("img", { src: sighting.frame, alt: "The frame, with a box around the person" });
  image.addEventListener("load", () => waiting.remove());
  image.addEventListener("error", async () => put($("#frame"), notice(await gone(sighting.frame), "warn")));
  put($("#frame"), waiting, image);
}

/** Why a picture or clip did not come, in the server's words. */
async function gone(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  const problem = response.ok ? {} : await response.json().catch(() => ({}));
  return problem.detail ? `Not available: ${problem.detail}.` : "Your browser cannot show it.";
}

load();
