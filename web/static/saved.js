// Saved searches: what they ask, whom they tell, and changing them.

import { ask } from "./api.js";
import { $, busy, doing, el, empty, notice, put, refuse, row, say } from "./dom.js";
import { moment } from "./times.js";

const LABELS = ["Name", "Looks for", "Tells", "Quiet", ""];
const dialog = $("#dialog"), form = $("#form");
let changed = null; // the one in the dialog; null: a new one

async function list() {
  try {
    const saved = await ask("/saved");
    const chosen = $("#of").value;
    put($("#of"), el("option", { value: "" }, "of every saved search"),
      ...saved.map((one) => el("option", { value: one.id, selected: one.id === chosen }, `of “${one.name}”`)));
    put($("#saved"), saved.length ? el("div", { class: "scroll" }, el("table", { class: "stack" },
      el("caption", { class: "visually-hidden" }, "Saved searches"),
      el("thead", {}, el("tr", {}, ...LABELS.map((label) => el("th", { scope: "col" }, label || el("span", { class: "visually-hidden" }, "Acts"))))),
      el("tbody", {}, ...saved.map((one) => row(LABELS, cells(one)))))) : nothing());
  } catch (error) {
    put($("#saved"), notice(error.message, "bad"));
  }
}

const nothing = () => empty("No saved search yet", "Save a question, and be told when somebody comes who fits it.",
  el("button", { type: "button", onclick: () => open() }, "Save a search"));

const host = (address) => address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");

function cells(one) {
  const path = `/saved/${one.id}`;
  const sure = one.min_probability === null ? "" : `, ${Math.round(100 * one.min_probability)} % sure`;
  const act = (words, what, kind = "") => el("button", { type: "button", class: `small ${kind}`, "aria-label": `${words}: ${one.name}`,
    onclick: (event) => doing(event.currentTarget, async () => { await what(); await list(); }) }, words);
  return [
    el("div", {}, el("b", {}, one.name), " ", one.paused ? el("span", { class: "tag warn" }, "paused") : null, el("br"), el("small", {}, `${one.owner}, since ${moment(one.since)}`)),
    el("div", {}, one.q, el("br"), el("small", {}, `on ${one.cameras.join(", ") || "every camera"}${sure}`)),
    host(one.webhook) || "nobody",
    one.quiet || "never",
    el("div", { class: "buttons" },
      one.webhook ? act("Test", () => ask(`${path}/test`, { method: "POST" }).then(({ host: took }) => say(`${took} took it.`))) : null,
      act("Change", () => open(one)),
      act(one.paused ? "Resume" : "Pause", () => ask(path, { method: "PATCH", body: { paused: !one.paused } })),
      one.webhook ? act("New secret", () => renew(one)) : null,
      act("Remove", () => remove(one), "danger"))];
}

async function renew(one) {
  if (!confirm(`Make a new secret for “${one.name}”? The old one signs no more.`)) return;
  secret(await ask(`/saved/${one.id}/secret`, { method: "POST" }));
}

async function remove(one) {
  if (!confirm(`Forget “${one.name}” and its alerts?`)) return;
  await ask(`/saved/${one.id}`, { method: "DELETE" });
  put($("#secret"));
}

const secret = (made) => put($("#secret"), el("div", { class: "notice warn", role: "alert" },
  "What is told is signed with this secret. Copy it now, it is shown this once: ", el("code", {}, made.secret)));

async function open(one = null, q = "") {
  changed = one;
  form.reset();
  put($("#refused"));
  put($("#dialog-heading"), one ? `Change ${one.name}` : "Save a search");
  const { elements } = form;
  elements.q.value = one?.q ?? q;
  elements.name.value = one?.name ?? q.slice(0, 60);
  elements.least.value = one && one.min_probability !== null ? Math.round(100 * one.min_probability) : "";
  elements.webhook.value = one?.webhook ?? "";
  elements.quiet.value = one?.quiet ?? "";
  dialog.showModal();
}

async function save(event) {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(form));
  const body = { name: fields.name, min_probability: fields.least === "" ? null : fields.least / 100, webhook: fields.webhook.trim(), quiet: fields.quiet.trim() };
  if (fields.q !== changed?.q) body.q = fields.q;
  try {
    const made = await ask(changed ? `/saved/${changed.id}` : "/saved", { method: changed ? "PATCH" : "POST", body });
    dialog.close();
    put($("#secret"), (made.notices ?? []).map((words) => notice(words, "warn")));
    if (!changed && body.webhook) secret(made);
    say(changed ? `${body.name} is changed.` : "Saved. It looks at who comes from now on.");
  } catch (error) {
    refuse($("#refused"), error.message);
    return;
  }
  await list();
}

form.addEventListener("submit", save);
$("#add").addEventListener("click", () => open());
$("#cancel").addEventListener("click", () => dialog.close());
put($("#saved"), busy("Loading…"));
list();
const asked = new URLSearchParams(location.search).get("q");
if (asked) {
  history.replaceState(null, "", "/alerts");
  open(null, asked);
}
