// What every page has: the menu on narrow screens, and logging out.

import { ask } from "./api.js";
import { $, doing } from "./dom.js";

const menu = $("#menu-button");
menu?.addEventListener("click", () => {
  const open = $("#menu").classList.toggle("open");
  menu.setAttribute("aria-expanded", String(open));
});

$("#log-out")?.addEventListener("click", (event) =>
  doing(event.currentTarget, async () => {
    await ask("/session", { method: "DELETE" });
    location.assign("/login");
  }));
