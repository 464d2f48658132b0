// The one way to the server: JSON in and out, problem documents as errors.

const ROOT = "/api/v1";

export class Problem extends Error {
  constructor(status, detail, more = {}) {
    super(detail);
    this.status = status;
    this.more = more;
  }
}

export const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
export const may = (action) => meta("may").split(" ").includes(action);

/** Ask the API. `body` is sent as JSON, or as it is when it is a file. Throws Problem. */
export async function ask(path, more = {}) {
  const response = await send(path, more);
  return response.status === 204 ? null : response.json();
}

/** What is to be edited, and the tag to be given as `match` with the change, so that nobody's edit is lost. */
export async function toEdit(path) {
  const response = await send(path, {});
  return { known: await response.json(), tag: response.headers.get("ETag") };
}

/** Ask for an answer in events: `told` is called with the name and the content of each. Throws Problem. */
export async function listen(path, more, told) {
  const response = await send(path, { ...more, accept: "text/event-stream" });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", ended = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const [, name, data] of events.map((one) => one.match(/^event: (.*)\ndata: (.*)$/)).filter(Boolean)) {
      const content = JSON.parse(data);
      if (name === "problem") throw new Problem(content.status, sentence(content.detail), content);
      ended = name === "end";
      if (!ended) told(name, content);
    }
  }
  if (!ended) throw new Problem(0, "The answer broke off: ask again.");
}

async function send(path, { method = "GET", body, signal, match, accept = "application/json" }) {
  const headers = { Accept: accept };
  if (match) headers["If-Match"] = match;
  if (method !== "GET") headers["X-CSRF-Token"] = meta("csrf-token");
  const raw = body instanceof Blob;
  if (body !== undefined && !raw) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(ROOT + path, { method, headers, signal, body: raw || !body ? body : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "Passerby does not answer: check that it runs and that you are connected.");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401 && meta("csrf-token")) {
    location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
  throw new Problem(response.status, sentence(problem.detail ?? `The answer was ${response.status}.`), problem);
}

/** A query string of what is given; lists repeat their name. */
export function query(fields) {
  const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  return new URLSearchParams(pairs.filter(([, value]) => value !== undefined && value !== null && value !== "")).toString();
}

/** Words of the server as a sentence. */
export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
