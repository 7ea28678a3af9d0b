/* The mask, corrected by hand: strokes over what was found, kept in the photograph's own pixels and sent as such. One
   finger, a pen or the mouse draws; two fingers, or space held down, move the picture. */

import { frame, isWhole } from "./deep.js";
import { History } from "./history.js";
import { Sheet } from "./sheet.js";
import { draw as drawView, known, lookCloser, moving, stage, view, viewer } from "./viewer.js";

const { OpenSeadragon } = window;
const canvas = stage.querySelector(".correction");
const ring = stage.querySelector(".brush-ring");
const form = document.querySelector("[data-correct]");
const opener = viewer.querySelector("[data-open-correct]");
const thickness = form.querySelector("[data-thickness]");
const [undoButton, redoButton] = ["undo", "redo"].map((name) => form.querySelector(`[data-${name}]`));
const submit = form.querySelector("button:not([type])");
const [width, height] = [Number(form.dataset.width), Number(form.dataset.height)];
const LEAST_STEP = 1.5; // of the screen's pixels between two points of a stroke
const THICKEST = 0.12; // of what is seen of the photograph's long side
const OUTLINES = ["area", "retry", "protect"];

const { osd } = view;
const history = new History(JSON.parse(form.dataset.kept));
const sheet = new Sheet(canvas, known.mask, () => redraw());
let current = null;
let carrying = false;

const tool = () => form.elements.tool.value;
const isOpen = () => !form.hidden;

/* The brush is as thick on the screen at every scale; so a closer look makes a finer brush. */
function strokeWidth() {
  const scale = frame(view).width / width;
  const seen = Math.min(Math.max(width, height), Math.max(stage.clientWidth, stage.clientHeight) / scale);
  return Math.max(1, Math.round(seen * THICKEST * (thickness.value / 100) ** 2));
}

function redraw() {
  if (!isOpen()) return;
  sheet.draw(frame(view), width, history.drawn, current);
  undoButton.disabled = history.drawn.length === 0;
  redoButton.disabled = history.undone.length === 0;
  submit.disabled = !history.changed;
}

/* Of the photograph, from one of the stage. */
function pointOf(x, y) {
  const item = view.items.get("original");
  const point = item.viewerElementToImageCoordinates(new OpenSeadragon.Point(x, y));
  return [point.x, point.y].map((at) => Math.round(at * 10) / 10);
}

function isStep([x, y]) {
  const [lastX, lastY] = current.points.at(-1);
  return Math.hypot(x - lastX, y - lastY) * (frame(view).width / width) >= LEAST_STEP;
}

function showRing(event) {
  const box = stage.getBoundingClientRect();
  ring.hidden = !isOpen() || carrying || event.pointerType === "touch" || OUTLINES.includes(tool());
  ring.style.setProperty("--size", `${(strokeWidth() * frame(view).width) / width}px`);
  ring.style.setProperty("--x", `${event.clientX - box.left}px`);
  ring.style.setProperty("--y", `${event.clientY - box.top}px`);
}

function begin({ position }) {
  if (!isOpen() || carrying) return;
  current = { tool: tool(), width: strokeWidth(), points: [pointOf(position.x, position.y)] };
  redraw();
}

function goOn(event) {
  if (!isOpen() || carrying) return;
  event.preventDefaultAction = true;
  if (!current) return;
  const box = stage.getBoundingClientRect();
  const steps = event.originalEvent.getCoalescedEvents?.() ?? [];
  for (const step of steps.length ? steps : [event.originalEvent]) {
    const point = pointOf(step.clientX - box.left, step.clientY - box.top);
    if (isStep(point)) current.points.push(point);
  }
  redraw();
}

function finish() {
  if (!current) return;
  if (!OUTLINES.includes(current.tool) || current.points.length > 2) history.add(current);
  current = null;
  redraw();
}

/* A second finger has come: the picture is meant, not the mask. */
function letGo() {
  current = null;
  redraw();
}

function carry(now) {
  carrying = now;
  viewer.classList.toggle("carrying", now);
}

const undo = () => (history.undo(), redraw());
const redo = () => (history.redo(), redraw());

async function open() {
  viewer.querySelector("[name=variant][value=original]").click();
  viewer.classList.add("correcting");
  form.hidden = canvas.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  await moving.resized();
  if (stage.getBoundingClientRect().top < 0) viewer.scrollIntoView();
  drawView();
  if (known.mask) lookCloser("mask");
  redraw();
  form.querySelector("[name=tool]:checked").focus({ preventScroll: true });
}

function leave() {
  history.clear();
  viewer.classList.remove("correcting");
  form.hidden = canvas.hidden = ring.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  moving.resized().then(drawView);
  opener.focus();
}

osd.addHandler("canvas-press", begin);
osd.addHandler("canvas-drag", goOn);
osd.addHandler("canvas-drag-end", (event) => (event.preventDefaultAction = isOpen() && !carrying));
osd.addHandler("canvas-release", finish);
osd.addHandler("canvas-pinch", letGo);
osd.addHandler("canvas-double-click", (event) => (event.preventDefaultAction = isOpen()));
osd.addHandler("update-viewport", redraw);
stage.addEventListener("pointermove", showRing, { capture: true });
stage.addEventListener("pointerleave", () => (ring.hidden = true));

const chooseTool = (value) => form.querySelector(`[name=tool][value=${value}]`).click();
const resize = (steps) => (steps > 0 ? thickness.stepUp(steps) : thickness.stepDown(-steps));
const KEYS = {
  b: () => chooseTool("brush"),
  o: () => chooseTool("area"),
  e: () => chooseTool("eraser"),
  r: () => chooseTool("retry"),
  p: () => chooseTool("protect"),
  "[": () => resize(-1),
  "]": () => resize(1),
};
document.addEventListener("keydown", (event) => {
  if (!isOpen() || event.altKey) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") event.shiftKey ? redo() : undo();
    else if (key === "y") redo();
    else return;
  } else if (key === " " && !event.target.matches("button, input, summary, a")) carry(true);
  else if (key in KEYS) KEYS[key]();
  else return;
  event.preventDefault();
});
document.addEventListener("keyup", (event) => event.key === " " && carry(false));
window.addEventListener("blur", () => carry(false));

opener.addEventListener("click", () => (isOpen() ? leave() : open()));
undoButton.addEventListener("click", undo);
redoButton.addEventListener("click", redo);
form.querySelector("[data-leave]").addEventListener("click", leave);
form.addEventListener("submit", () => {
  form.elements.strokes.value = JSON.stringify(history.drawn);
});
opener.hidden = false;
if (location.hash === "#correct") opener.click(); // so comes who pressed E at the desk
