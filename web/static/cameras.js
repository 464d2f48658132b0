// Cameras: what they are, what they see now with zones and masks drawn, and changing them.

import { ask, toEdit } from "./api.js";
import { $, busy, doing, el, empty, notice, put, refuse, say, svg } from "./dom.js";
import { drawing } from "./zones.js";

const dialog = $("#dialog"), form = $("#form"), board = $("#board");
let changed = null; // the camera in the dialog and the tag of what was seen of it; null: a new one
let drawn = null; // what is being drawn, and on which camera

async function list() {
  put($("#list"), busy("Loading…"));
  try {
    const cameras = await ask("/cameras");
    put($("#list"), cameras.length
      ? el("ul", { class: "cards" }, ...cameras.map(shown))
      : empty("No cameras yet", "Add the address of a stream, or drop a recording on the page for footage.",
        el("a", { class: "button", href: "/footage" }, "Add footage")));
  } catch (error) {
    put($("#list"), notice(error.message, "bad"));
  }
}

function shown(camera) {
  const { name, plan, people } = camera;
  const place = el("div", { class: "seen" });
  const facts = !plan
    ? [["Footage", "brought in as files"]]
    : [["Address", el("span", { class: "mono" }, plan.url)], ["Hours", plan.hours || "always"],
      ["Kept for", plan.retention_days ? `${plan.retention_days} days` : "ever"], ["Watched", `${plan.batch ? "at night, " : ""}${plan.fps ?? "usual"} frames a second`],
      ["Zones", `${number(plan.zones, "zone")}, ${number(plan.masks, "mask")}`]];
  const fixed = plan?.source === "file";
  return el("li", { class: "panel" },
    plan ? place : null,
    el("div", { class: "title-row" }, el("h2", {}, name),
      plan ? el("span", { class: `tag ${plan.enabled ? "good" : ""}` }, plan.enabled ? "recorded" : "off") : null,
      el("span", { class: "small soft" }, `${people} shots of people`)),
    el("dl", { class: "facts small" }, facts.flatMap(([term, value]) => [el("dt", {}, term), el("dd", {}, value)])),
    fixed ? el("p", { class: "small soft" }, "Stands in cameras.toml and is changed there.") : null,
    plan ? el("div", { class: "buttons" },
      el("button", { type: "button", class: "small", onclick: (event) => doing(event.currentTarget, () => test(name, plan, place)) }, "Test"),
      fixed ? null : el("button", { type: "button", class: "small", onclick: (event) => doing(event.currentTarget, () => draw(name)) }, "Draw zones"),
      fixed ? null : el("button", { type: "button", class: "small", onclick: (event) => doing(event.currentTarget, () => edit(name)) }, "Change"),
      fixed ? null : el("button", { type: "button", class: "small danger", onclick: (event) => remove(name, event.currentTarget) }, "Remove")) : null);
}

/** What the camera sees now, or its reason for showing nothing. */
async function frame(name, place) {
  put(place, busy("Asking the camera…"));
  const response = await fetch(`/api/v1/cameras/${encodeURIComponent(name)}/frame`, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    put(place, notice(problem.detail ?? "The camera does not answer.", "bad"));
    return;
  }
  const address = URL.createObjectURL(await response.blob());
  put(place, el("img", { src: address, alt: `What ${name} sees now`, onload: () => URL.revokeObjectURL(address) }));
}

async function test(name, plan, place) {
  await frame(name, place);
  if (!$("img", place)) return;
  const shapes = (polygons, kind) => polygons.map((corners) => svg("polygon", { class: kind, points: corners.map((corner) => corner.join(",")).join(" ") }));
  place.append(svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, shapes(plan.zones, "zone"), shapes(plan.masks, "mask")));
}

async function draw(name) {
  const { known, tag } = await toEdit(path(name));
  put($("#board-refused"));
  put($("#board-heading"), `What of ${name} counts`);
  put($("#board-frame"));
  board.showModal();
  $("#as-zone").checked = true;
  drawn = { name, tag, hand: drawing($("#board-shapes"), $("#board-list"), known.plan, (words) => put($("#board-said"), words)) };
  await frame(name, $("#board-frame"));
  $("#board-frame img")?.addEventListener("load", ({ target }) => {
    const share = target.naturalWidth / target.naturalHeight; // the board takes the shape of the picture
    Object.assign($(".board").style, { aspectRatio: share, maxWidth: `${48 * share}vh` });
  });
}

async function keep(event) {
  event.preventDefault();
  const { name, tag, hand } = drawn;
  if (hand.isOpen()) return refuse($("#board-refused"), "A shape is still open: close it or drop it first.");
  try {
    await ask(path(name), { method: "PATCH", body: hand.shapes(), match: tag });
  } catch (error) {
    return refuse($("#board-refused"), error.message);
  }
  board.close();
  say("Saved. Footage that comes from now on is watched with it.");
  return list();
}

async function edit(name) {
  changed = name === null ? null : { name, ...(await toEdit(path(name))) };
  const plan = changed?.known.plan;
  form.reset();
  put($("#refused"));
  put($("#dialog-heading"), name === null ? "Add a camera" : `Change ${name}`);
  const { elements } = form;
  elements.name.value = name ?? "";
  elements.name.disabled = name !== null;
  elements.url.required = name === null;
  elements.url.placeholder = plan ? `${plan.url} (stays unless you write another)` : "rtsp://user:password@192.0.2.7/stream";
  if (plan) {
    for (const field of ["fps", "hours", "retention_days"]) elements[field].value = plan[field] ?? "";
    for (const field of ["zones", "masks"]) elements[field].value = plan[field].map((corners) => corners.map((corner) => corner.join(",")).join(" ")).join("\n");
    for (const field of ["batch", "enabled"]) elements[field].checked = plan[field];
  }
  dialog.showModal();
}

async function save(event) {
  event.preventDefault();
  const { elements } = form;
  const figure = (field) => (elements[field].value === "" ? null : Number(elements[field].value));
  const body = { fps: figure("fps"), retention_days: figure("retention_days"), hours: elements.hours.value.trim(),
    zones: polygons(elements.zones.value), masks: polygons(elements.masks.value), batch: elements.batch.checked, enabled: elements.enabled.checked };
  if (elements.url.value.trim()) body.url = elements.url.value.trim();
  try {
    if (changed === null) await ask("/cameras", { method: "POST", body: { ...body, name: elements.name.value.trim() } });
    else await ask(path(changed.name), { method: "PATCH", body, match: changed.tag });
  } catch (error) {
    refuse($("#refused"), error.message);
    return;
  }
  dialog.close();
  say("Saved. A recorder that runs picks it up within seconds.");
  await list();
}

const path = (name) => `/cameras/${encodeURIComponent(name)}`;

const number = (some, noun) => `${some.length} ${noun}${some.length === 1 ? "" : "s"}`;

const polygons = (text) => text.split("\n").filter((line) => line.trim())
  .map((line) => line.trim().split(/\s+/).map((corner) => corner.split(",").map(Number)));

async function remove(name, button) {
  if (!confirm(`Forget the camera ${name}? Its footage and its people stay.`)) return;
  await doing(button, () => ask(path(name), { method: "DELETE" }));
  await list();
}

form.addEventListener("submit", save);
$("#add").addEventListener("click", () => edit(null));
$("#board-form").addEventListener("submit", keep);
for (const kind of ["zone", "mask"]) $(`#as-${kind}`).addEventListener("change", () => drawn.hand.kind(kind));
$("#board-close").addEventListener("click", () => drawn.hand.close());
$("#board-drop").addEventListener("click", () => drawn.hand.drop());
$("#board-cancel").addEventListener("click", () => board.close());
$("#first").hidden = !new URLSearchParams(location.search).has("first");
$("#cancel").addEventListener("click", () => dialog.close());
list();
