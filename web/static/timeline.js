// When the people of an answer were seen, one lane for each camera.

import { put, svg } from "./dom.js";
import { percent } from "./card.js";
import { minute, short, span } from "./times.js";

const BAR = 11, GAP = 3, PAD = 9, TOP = 4, BOTTOM = 24, SHORTEST = 7; // pixels

/** Draw into `place`; `onpick` is called with the match whose bar was chosen. Drawn anew when the width changes. */
export function timeline(place, matches, onpick) {
  const draw = () => put(place, drawn(place.clientWidth, matches, onpick));
  place.watcher?.disconnect();
  place.watcher = new ResizeObserver(draw);
  place.watcher.observe(place);
}

function drawn(width, matches, onpick) {
  const cameras = [...new Set(matches.map((match) => match.camera))].sort();
  const began = Math.min(...matches.map((match) => Date.parse(match.began)));
  const ended = Math.max(...matches.map((match) => Date.parse(match.ended)));
  const margin = Math.max(1000, (ended - began) * 0.03);
  const [from, to] = [began - margin, ended + margin];
  const left = Math.min(130, width * 0.28);
  const x = (time) => left + ((time - from) / (to - from)) * (width - left - 8);
  const lanes = cameras.map((camera) => stacked(matches.filter((match) => match.camera === camera), x));
  const heights = lanes.map((rows) => rows.length * (BAR + GAP) - GAP + 2 * PAD);
  const height = TOP + heights.reduce((sum, one) => sum + one, 0) + BOTTOM;
  const root = svg("svg", { class: "timeline", width, height, role: "group", "aria-label": "When and where the people were seen" });
  const ticks = Math.max(2, Math.floor((width - left) / 130));
  for (let at = 0; at <= ticks; at++) {
    const time = from + ((to - from) * at) / ticks;
    const place = x(time);
    const anchor = at === 0 ? "start" : at === ticks ? "end" : "middle";
    root.append(
      svg("line", { class: "tick", x1: place, x2: place, y1: TOP, y2: height - BOTTOM }),
      svg("text", { x: place, y: height - 7, "text-anchor": anchor }, label(time, to - from)));
  }
  let top = TOP;
  cameras.forEach((camera, at) => {
    const bottom = top + heights[at];
    root.append(
      svg("line", { class: "lane", x1: 0, x2: width - 8, y1: bottom, y2: bottom }),
      svg("text", { x: 0, y: (top + bottom) / 2 + 4 }, camera.length > left / 7 ? `${camera.slice(0, left / 7 - 1)}…` : camera));
    lanes[at].forEach((bars, line) => bars.forEach(({ match, start, end }) => {
      const sure = match.probability ?? 0.7;
      const words = `${match.camera}, ${span(match.began, match.ended)}${match.probability === null ? "" : `, ${percent(match.probability)}`}`;
      const link = svg("a", { href: `#person-${match.id}`, "aria-label": `No. ${match.rank}: ${words}`, onclick: (event) => { event.preventDefault(); onpick(match); } },
        svg("title", {}, words),
        svg("rect", { class: "bar", x: start, y: top + PAD + line * (BAR + GAP), width: end - start, height: BAR, rx: 4, "fill-opacity": 0.35 + 0.6 * sure }));
      root.append(link);
    }));
    top = bottom;
  });
  return root;
}

/** The bars of one camera in as few lines as keep them apart. */
function stacked(matches, x) {
  const lines = [];
  for (const match of [...matches].sort((one, other) => Date.parse(one.began) - Date.parse(other.began))) {
    const start = x(Date.parse(match.began));
    const end = Math.max(start + SHORTEST, x(Date.parse(match.ended)));
    const line = lines.find((bars) => bars.at(-1).end + 1 < start) ?? lines[lines.push([]) - 1];
    line.push({ match, start, end });
  }
  return lines;
}

function label(time, whole) {
  const at = new Date(time).toISOString();
  if (whole > 20 * 3600e3) return short(at);
  return whole > 600e3 ? minute(at) : span(at, at);
}
