// API tokens: making them, shown once, and revoking them.

import { ask } from "./api.js";
import { $, doing, el, notice, put, refuse, row } from "./dom.js";
import { ago, day } from "./times.js";

const LABELS = ["For", "Acts for", "May", "Until", "Last used", ""];
const dialog = $("#token-dialog"), form = $("#token-form");

async function list(...before) {
  try {
    const tokens = (await ask("/tokens")).filter((token) => !token.revoked);
    put($("#tokens"), ...before, tokens.length ? el("div", { class: "scroll" }, el("table", { class: "stack" },
      el("caption", { class: "visually-hidden" }, "API tokens"),
      el("thead", {}, el("tr", {}, ...LABELS.map((label) => el("th", { scope: "col" }, label || el("span", { class: "visually-hidden" }, "Acts"))))),
      el("tbody", {}, ...tokens.map((token) => row(LABELS, [el("b", {}, token.label), token.owner, token.scopes.join(", ").replaceAll("_", " "), day(token.expires),
        token.last_used ? ago(token.last_used) : "never",
        el("button", { type: "button", class: "small danger", "aria-label": `Revoke: ${token.label}`, onclick: (event) => doing(event.currentTarget, async () => {
          if (!confirm(`Let the token for ${token.label} work no more?`)) return;
          await ask(`/tokens/${encodeURIComponent(token.id)}`, { method: "DELETE" });
          await list();
        }) }, "Revoke")]))))) : el("p", {}, "There are none."));
  } catch (error) {
    put($("#tokens"), notice(error.message, "bad"));
  }
}

$("#add-token").addEventListener("click", async () => {
  form.reset();
  put($("#token-refused"));
  dialog.showModal();
  try {
    put($("#owner"), (await ask("/users")).filter((user) => !user.disabled).map((user) => el("option", {}, user.name)));
  } catch (error) {
    put($("#token-refused"), notice(error.message, "bad"));
  }
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = new FormData(form);
  const body = { label: fields.get("label"), owner: fields.get("owner"), scopes: fields.getAll("scopes"), days: Number(fields.get("days")) };
  if (!body.scopes.length) return refuse($("#token-refused"), "Say what it may do: tick at least one.");
  try {
    const { secret } = await ask("/tokens", { method: "POST", body });
    dialog.close();
    await list(el("div", { class: "notice warn", role: "alert" }, "Copy it now, it is shown this once: ", el("code", {}, secret)));
  } catch (error) {
    refuse($("#token-refused"), error.message);
  }
  return undefined;
});
$("#token-cancel").addEventListener("click", () => dialog.close());
list();
