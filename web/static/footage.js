// Uploading footage, one file after the other, and what becomes of it.

import { Problem, ask, meta, query, sentence } from "./api.js";
import { $, el, notice, put } from "./dom.js";
import { newest } from "./newest.js";
import { cameras, follow } from "./progress.js";
import { length, moment } from "./times.js";

const drop = $("#drop"), files = $("#files"), form = $("#upload");
let queue = Promise.resolve();

function take(list) {
  if (!form.reportValidity()) return;
  const { camera, began } = Object.fromEntries(new FormData(form));
  $("#uploads-section").hidden = false;
  for (const file of list) {
    const bar = el("progress", { max: 1, value: 0, "aria-label": `Upload of ${file.name}` });
    const said = el("p", { class: "small soft" }, "Waits.");
    const card = el("li", { class: "panel" }, el("h3", {}, file.name), el("p", { class: "small soft" }, `${(file.size / 1e6).toFixed(1)} MB, ${camera}`), bar, said);
    $("#uploads").prepend(card);
    queue = queue.then(() => upload(file, { camera, began }, { bar, said, card }));
  }
}

async function upload(file, { camera, began }, { bar, said, card }) {
  try {
    const told = await send(file, query({ camera, began, name: file.name }), (share) => {
      bar.value = share;
      put(said, share < 1 ? `${Math.round(100 * share)} % sent` : "Being checked…");
    });
    const what = told.new ? `${length(told.seconds)} of footage from ${moment(told.began)}` : "All of it is known already";
    const clock = { given: "", container: " (time from the recording)", file: " (time of the file: check it)" }[told.clock] ?? "";
    put(said, what, told.new ? clock : "", ". ", told.new ? "It is watched next." : "");
  } catch (error) {
    bar.remove();
    card.append(notice(error.message, "bad"), el("button", { type: "button", class: "small", onclick: () => { card.remove(); take([file]); } }, "Try again"));
    said.remove();
  }
}

/** fetch tells nothing of how much was sent, so this is the one request that is made the old way. */
function send(file, fields, onshare) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/footage?${fields}`);
    request.setRequestHeader("X-CSRF-Token", meta("csrf-token"));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => onshare(event.loaded / event.total));
    request.addEventListener("load", () => (request.status === 202
      ? resolve(request.response)
      : reject(new Problem(request.status, sentence(request.response?.detail ?? `The answer was ${request.status}`)))));
    request.addEventListener("error", () => reject(new Problem(0, "The connection broke: try again.")));
    request.send(file);
  });
}

$("#choose").addEventListener("click", () => form.reportValidity() && files.click());
files.addEventListener("change", () => { take([...files.files]); files.value = ""; });
for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => { event.preventDefault(); take([...event.dataTransfer.files]); });
form.addEventListener("submit", (event) => event.preventDefault());

const first = new URLSearchParams(location.search).has("first");
$("#first").hidden = !first;

/** On a new site the first people lead on to the first search. */
function follows(told) {
  cameras($("#progress"), told);
  newest(told.counts);
  $("#first").hidden = !first || told.counts.indexed > 0;
  const ready = first && told.counts.indexed > 0;
  if (ready && $("#ready").hidden) requestAnimationFrame(() => $("#ready").scrollIntoView({ block: "nearest" }));
  $("#ready").hidden = !ready;
}

ask("/cameras").then((known) => put($("#cameras"), known.map((camera) => el("option", { value: camera.name }))), () => {});
follow(follows, () => put($("#progress"), notice("The connection was lost; trying again.", "warn")));
