// Cameras: what they are, what they see now with zones and masks drawn, and changing them.

import { ask } from "./api.js";
import { $, busy, doing, el, empty, notice, put, refuse, say, svg } from "./dom.js";

const dialog = $("#dialog"), form = $("#form");
let changed = null; // the name of the camera in the dialog; null: a new one

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
      fixed ? null : el("button", { type: "button", class: "small", onclick: () => edit(name, plan) }, "Change"),
      fixed ? null : el("button", { type: "button", class: "small danger", onclick: (event) => remove(name, event.currentTarget) }, "Remove")) : null);
}

async function test(name, plan, place) {
  put(place, busy("Asking the camera…"));
  const response = await fetch(`/api/v1/cameras/${encodeURIComponent(name)}/frame`);
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    put(place, notice(problem.detail ?? "The camera does not answer.", "bad"));
    return;
  }
  const address = URL.createObjectURL(await response.blob());
  const shapes = (polygons, kind) => polygons.map((corners) => svg("polygon", { class: kind, points: corners.map((corner) => corner.join(",")).join(" ") }));
  put(place, el("img", { src: address, alt: `What ${name} sees now`, onload: () => URL.revokeObjectURL(address) }),
    svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, shapes(plan.zones, "zone"), shapes(plan.masks, "mask")));
}

function edit(name, plan) {
  changed = name;
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
    else await ask(`/cameras/${encodeURIComponent(changed)}`, { method: "PATCH", body });
  } catch (error) {
    refuse($("#refused"), error.message);
    return;
  }
  dialog.close();
  say("Saved. A recorder that runs picks it up within seconds.");
  await list();
}

const number = (some, noun) => `${some.length} ${noun}${some.length === 1 ? "" : "s"}`;

const polygons = (text) => text.split("\n").filter((line) => line.trim())
  .map((line) => line.trim().split(/\s+/).map((corner) => corner.split(",").map(Number)));

async function remove(name, button) {
  if (!confirm(`Forget the camera ${name}? Its footage and its people stay.`)) return;
  await doing(button, () => ask(`/cameras/${encodeURIComponent(name)}`, { method: "DELETE" }));
  await list();
}

form.addEventListener("submit", save);
$("#add").addEventListener("click", () => edit(null, null));
$("#cancel").addEventListener("click", () => dialog.close());
list();
