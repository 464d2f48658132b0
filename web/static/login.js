// Logging in, and on a new site the first account.

import { ask } from "./api.js";
import { $, notice, put } from "./dom.js";

const form = $("#door");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, password, again, token } = Object.fromEntries(new FormData(form));
  if (again !== undefined && again !== password) return refuse("The two passwords differ: type them again.");
  const button = $("button", form);
  button.disabled = true;
  try {
    if (token !== undefined) await ask("/setup", { method: "POST", body: { token: token.trim(), name, password } });
    await ask("/session", { method: "POST", body: { name, password } });
    location.assign(token === undefined ? wanted() : "/footage?first");
  } catch (error) {
    refuse(error.message);
  } finally {
    button.disabled = false;
  }
});

/** Where to go on: only to a page of this site. */
function wanted() {
  const next = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
  return next.origin === location.origin ? next.pathname + next.search : "/";
}

function refuse(words) {
  put($("#refused"), notice(words, "bad"));
  $("#password").focus();
}

// The token is in the fragment of the address, which browsers send nowhere.
if ($("#token")) $("#token").value = decodeURIComponent(location.hash.slice(1));
