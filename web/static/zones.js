// Drawing zones and masks over a picture, with a mouse, a finger or the keyboard.

import { el, put, svg } from "./dom.js";

const NEAR = 14; // pixels around the first corner in which a click closes the shape
const STEP = 0.01, LEAP = 0.05; // of the picture's sides, for the arrow keys without and with Shift
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HELP = "Arrow keys move the cross, with Shift faster. Enter sets a corner, C closes the shape, Backspace takes the last corner back.";

const within = (share) => Math.min(1, Math.max(0, Math.round(share * 1000) / 1000));
const said = ([x, y]) => `${Math.round(100 * x)} % from the left, ${Math.round(100 * y)} % from the top`;

/**
 * Let shapes be drawn into `place`, which covers the picture, and listed in `list`; `tell` says what happened.
 * Returns what to call: kind(name), close(), drop(), and shapes() with `zones` and `masks` as the API knows them.
 */
export function drawing(place, list, given, tell) {
  const shapes = [...given.zones.map((corners) => ({ kind: "zone", corners })), ...given.masks.map((corners) => ({ kind: "mask", corners }))];
  let kind = "zone", open = null, pointer = null, cross = null;
  const root = svg("svg", { class: "draw", tabindex: 0, role: "application", "aria-label": `Picture of the camera. ${HELP}` });
  put(place, root);
  const size = () => root.getBoundingClientRect();
  const at = (event) => { const box = size(); return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)]; };
  const pixels = ([x, y]) => { const box = size(); return [x * box.width, y * box.height]; };
  const name = (shape) => `${shape.kind} ${shapes.filter((one) => one.kind === shape.kind).indexOf(shape) + 1}`;
  const points = (corners) => corners.map((corner) => pixels(corner).map((side) => side.toFixed(1)).join(",")).join(" ");

  function draw() {
    put(root, shapes.map((shape) => svg("polygon", { class: shape.kind, points: points(shape.corners) })),
      shapes.flatMap((shape) => shape.corners.map((corner, number) => handle(shape, corner, number))),
      open ? svg("polyline", { class: `open ${open.kind}`, points: points(pointer ? [...open.corners, pointer] : open.corners) }) : null,
      open ? open.corners.map((corner, number) => dot(corner, number === 0 ? "first" : "")) : null,
      cross ? crossed(cross) : null);
    put(list, shapes.length ? shapes.map((shape) => el("li", {}, el("span", { class: `tag ${shape.kind === "zone" ? "good" : "bad"}` }, name(shape)),
      ` ${shape.corners.length} corners `,
      el("button", { type: "button", class: "small danger", "aria-label": `Remove ${name(shape)}`, onclick: () => { shapes.splice(shapes.indexOf(shape), 1); draw(); tell("Removed."); } }, "Remove")))
      : el("li", { class: "soft" }, "Nothing is drawn: people everywhere are kept."));
  }

  const dot = (corner, more) => { const [cx, cy] = pixels(corner); return svg("circle", { class: `corner ${more}`, cx, cy, r: more ? 7 : 5 }); };

  function crossed(corner) {
    const [x, y] = pixels(corner), { width, height } = size();
    return svg("path", { class: "cross", d: `M0 ${y}H${width}M${x} 0V${height}` });
  }

  /** A corner that can be dragged, and moved and removed with keys. */
  function handle(shape, corner, number) {
    const circle = dot(corner, "handle");
    const label = () => `Corner ${number + 1} of ${name(shape)}, ${said(shape.corners[number])}. Arrow keys move it, Delete removes it.`;
    for (const [attribute, value] of [["tabindex", 0], ["role", "button"], ["aria-label", label()]]) circle.setAttribute(attribute, value);
    circle.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      event.preventDefault();
      const move = (moved) => { shape.corners[number] = at(moved); draw(); };
      const end = () => { removeEventListener("pointermove", move); removeEventListener("pointerup", end); };
      addEventListener("pointermove", move); // of the window: the circle is drawn anew under the finger
      addEventListener("pointerup", end);
    });
    circle.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key in ARROWS) {
        event.preventDefault();
        shape.corners[number] = moved(shape.corners[number], event);
      } else if (event.key === "Delete" && shape.corners.length > 3) shape.corners.splice(number, 1);
      else return;
      draw();
      const again = root.querySelectorAll(".handle")[shapes.slice(0, shapes.indexOf(shape)).reduce((sum, one) => sum + one.corners.length, 0) + Math.min(number, shape.corners.length - 1)];
      again.focus();
    });
    return circle;
  }

  const moved = ([x, y], event) => {
    const [right, down] = ARROWS[event.key], step = event.shiftKey ? LEAP : STEP;
    return [within(x + right * step), within(y + down * step)];
  };

  function add(corner) {
    if (open && open.corners.length >= 3 && near(corner, open.corners[0])) return close();
    open ??= { kind, corners: [] };
    open.corners.push(corner);
    tell(`Corner ${open.corners.length}: ${said(corner)}.`);
    return draw();
  }

  const near = (one, other) => { const [a, b] = [pixels(one), pixels(other)]; return Math.hypot(a[0] - b[0], a[1] - b[1]) < NEAR; };

  function close() {
    if (!open) return;
    if (open.corners.length < 3) { tell("A shape needs three corners or more."); return; }
    shapes.push(open);
    tell(`${name(open)} is closed.`);
    open = pointer = null;
    draw();
  }

  function drop() {
    open = pointer = null;
    draw();
  }

  root.addEventListener("pointerdown", (event) => { event.preventDefault(); root.focus({ preventScroll: true }); cross = null; add(at(event)); });
  root.addEventListener("pointermove", (event) => { if (open) { pointer = at(event); draw(); } });
  root.addEventListener("pointerleave", () => { if (open) { pointer = null; draw(); } });
  root.addEventListener("keydown", (event) => {
    if (event.key in ARROWS) cross = cross ? moved(cross, event) : [0.5, 0.5];
    else if (event.key === "Enter" || event.key === " ") add(cross ??= [0.5, 0.5]);
    else if (event.key.toLowerCase() === "c") close();
    else if (event.key === "Backspace" && open) { open.corners.pop(); if (!open.corners.length) open = null; }
    else if (event.key === "Escape" && open) drop();
    else return;
    event.preventDefault();
    if (cross && event.key in ARROWS) tell(said(cross));
    draw();
  });
  const watcher = new ResizeObserver(draw); // also draws the first time
  watcher.observe(root);
  return {
    kind: (wanted) => { kind = wanted; if (open) open.kind = wanted; draw(); },
    close,
    drop,
    isOpen: () => open !== null,
    shapes: () => ({ zones: shapes.filter((shape) => shape.kind === "zone").map((shape) => shape.corners), masks: shapes.filter((shape) => shape.kind === "mask").map((shape) => shape.corners) }),
  };
}
