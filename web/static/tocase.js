// Putting a sighting into a case, from wherever it is shown.

import { ask } from "./api.js";
import { $, el, put, refuse, say } from "./dom.js";

const dialog = $("#to-case"), form = $("#to-case-form"), which = $("#which-case");
const NEW = "new";
let sighting = "";

/** Ask which case, and put it in. */
export async function addToCase(identity) {
  sighting = identity;
  form.reset();
  put($("#to-case-refused"));
  put(which, el("option", { value: NEW }, "a new case"));
  dialog.showModal();
  try {
    const open = (await ask("/cases")).filter((one) => !one.closed);
    put(which, ...open.map((one) => el("option", { value: one.id }, one.name)), el("option", { value: NEW }, "a new case"));
  } catch (error) {
    refuse($("#to-case-refused"), error.message);
  }
  named();
}

function named() {
  const fresh = which.value === NEW;
  $("#new-case-field").hidden = !fresh;
  form.elements.name.required = fresh;
}

async function add(event) {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  try {
    const id = fields.case === NEW ? (await ask("/cases", { method: "POST", body: { name: fields.name } })).id : fields.case;
    await ask(`/cases/${id}/entries`, { method: "POST", body: { sighting, note: fields.note } });
  } catch (error) {
    refuse($("#to-case-refused"), error.message);
    return;
  }
  dialog.close();
  say("It is in the case.");
}

which?.addEventListener("change", named);
form?.addEventListener("submit", add);
$("#to-case-cancel")?.addEventListener("click", () => dialog.close());
const here = $("#add-to-case");
here?.addEventListener("click", () => addToCase(location.pathname.split("/").pop()));
