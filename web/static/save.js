// Leading from what is asked to a saved search.

import { $ } from "./dom.js";

$("#save-search")?.addEventListener("click", (event) => {
  const asked = new URLSearchParams(location.search).get("q") ?? $("#q").value.trim();
  event.currentTarget.href = `/alerts?${new URLSearchParams({ q: asked })}`;
});
