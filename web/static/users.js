// Accounts: making them, and changing one thing at a time.

import { ask } from "./api.js";
import { $, busy, doing, el, notice, put, refuse, row, say } from "./dom.js";
import { day } from "./times.js";

const LABELS = ["Name", "Role", "Cameras", "Since", ""];
const HEADINGS = { add: () => "Add a user", cameras: (name) => `Cameras of ${name}`, password: (name) => `New password of ${name}` };
const dialog = $("#dialog"), form = $("#form");
const roles = [...form.elements.role.options].map((option) => option.value);
let doingWhat = { act: "add", user: null };

async function list() {
  put($("#list"), busy("Loading…"));
  try {
    const users = await ask("/users");
    put($("#list"), el("div", { class: "scroll" }, el("table", { class: "stack" },
      el("caption", { class: "visually-hidden" }, "Accounts"),
      el("thead", {}, el("tr", {}, ...LABELS.map((label) => el("th", { scope: "col" }, label || el("span", { class: "visually-hidden" }, "Acts"))))),
      el("tbody", {}, ...users.map((user) => row(LABELS, cells(user)))))));
  } catch (error) {
    put($("#list"), notice(error.message, "bad"));
  }
}

const path = (user) => `/users/${encodeURIComponent(user.name)}`;

const change = (user, body) => async (event) => {
  await doing(event.currentTarget, () => ask(path(user), { method: "PATCH", body }).then(() => say(`${user.name} is changed.`)));
  await list();
};

function cells(user) {
  const role = el("select", { "aria-label": `Role of ${user.name}`, onchange: (event) => change(user, { role: event.currentTarget.value })(event) },
    ...roles.map((one) => el("option", { selected: one === user.role }, one)));
  const small = (words, act, kind = "") => el("button", { type: "button", class: `small ${kind}`, "aria-label": `${words}: ${user.name}`, onclick: act }, words);
  return [
    el("div", {}, el("b", {}, user.name), " ", user.disabled ? el("span", { class: "tag bad" }, "disabled") : null), role,
    user.cameras ? user.cameras.join(", ") || "none" : "all", day(user.created),
    el("div", { class: "buttons" }, small("Cameras", () => open("cameras", user)), small("Password", () => open("password", user)),
      small(user.disabled ? "Enable" : "Disable", change(user, { disabled: !user.disabled }), user.disabled ? "" : "danger"))];
}

/** One form for three acts; fields that an act does not need are hidden and not asked for. */
async function open(act, user = null) {
  doingWhat = { act, user };
  form.reset();
  put($("#refused"));
  put($("#dialog-heading"), HEADINGS[act](user?.name));
  show("name", act === "add");
  show("role", act === "add");
  show("password", act !== "cameras");
  $("#cameras-field").hidden = act === "password";
  $("#all").checked = !user?.cameras;
  $("#cameras").hidden = $("#all").checked;
  dialog.showModal();
  try {
    put($("#cameras"), (await ask("/cameras")).map(({ name }, at) => el("div", { class: "check" },
      el("input", { type: "checkbox", name: "camera", value: name, id: `camera-${at}`, checked: user?.cameras?.includes(name) }), el("label", { for: `camera-${at}` }, name))));
  } catch (error) {
    put($("#refused"), notice(error.message, "bad"));
  }
}

function show(field, wanted) {
  $(`#${field}-field`).hidden = !wanted;
  form.elements[field].required = wanted;
}

async function save(event) {
  event.preventDefault();
  const fields = new FormData(form);
  const cameras = $("#all").checked ? null : fields.getAll("camera");
  const { act, user } = doingWhat;
  const body = { add: { name: fields.get("name"), password: fields.get("password"), role: fields.get("role"), cameras },
    cameras: { cameras }, password: { password: fields.get("password") } }[act];
  try {
    await ask(user ? path(user) : "/users", { method: user ? "PATCH" : "POST", body });
  } catch (error) {
    refuse($("#refused"), error.message);
    return;
  }
  dialog.close();
  say(user ? `${user.name} is changed, and logged out everywhere.` : "The account is made.");
  await list();
}

form.addEventListener("submit", save);
$("#all").addEventListener("change", () => { $("#cameras").hidden = $("#all").checked; });
$("#add").addEventListener("click", () => open("add"));
$("#cancel").addEventListener("click", () => dialog.close());
list();
