/* The mask, corrected by hand: strokes over what was found, kept in the photograph's own pixels and sent as such. */

const viewer = document.querySelector(".viewer");
const picture = viewer.querySelector(".picture");
const canvas = picture.querySelector(".correction");
const ring = picture.querySelector(".brush-ring");
const form = document.querySelector("[data-correct]");
const opener = viewer.querySelector("[data-open-correct]");
const found = picture.querySelector(".is-mask");
const thickness = form.querySelector("[data-thickness]");
const [undoButton, redoButton] = ["undo", "redo"].map((name) => form.querySelector(`[data-${name}]`));
const submit = form.querySelector("button:not([type])");
const [width, height] = [Number(form.dataset.width), Number(form.dataset.height)];
const LEAST_STEP = 1.5; // of the screen's pixels between two points of a stroke
const THICKEST = 0.12; // of the photograph's long side

const pen = canvas.getContext("2d", { willReadFrequently: true });
let base = null;
let drawn = [];
let undone = [];
let current = null;

const tool = () => form.elements.tool.value;
const strokeWidth = () => Math.max(1, Math.round(Math.max(width, height) * THICKEST * (thickness.value / 100) ** 2));

/* What was found, as an opaque picture: the stylesheet makes the whole canvas translucent, so that strokes do not pile up. */
async function drawBase() {
  const long = Math.min(1, 2048 / Math.max(width, height));
  canvas.width = Math.round(width * long);
  canvas.height = Math.round(height * long);
  if (found) {
    found.loading = "eager"; // what is not shown would never come
    await found.decode();
    pen.drawImage(found, 0, 0, canvas.width, canvas.height);
    const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
    for (let index = 3; index < pixels.data.length; index += 4) pixels.data[index] = Math.min(255, pixels.data[index] * 2);
    base = pixels;
  } else {
    base = pen.createImageData(canvas.width, canvas.height);
  }
  redraw();
}

function draw(stroke) {
  const scale = canvas.width / width;
  const colour = getComputedStyle(canvas).color;
  pen.globalCompositeOperation = stroke.tool === "eraser" ? "destination-out" : "source-over";
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = stroke.tool === "area" ? 2 : Math.max(1, stroke.width * scale);
  pen.lineCap = pen.lineJoin = "round";
  pen.beginPath();
  for (const [x, y] of stroke.points) pen.lineTo(x * scale, y * scale);
  if (stroke.points.length === 1) pen.lineTo(stroke.points[0][0] * scale + 0.01, stroke.points[0][1] * scale);
  pen.stroke();
  if (stroke.tool === "area" && stroke !== current) pen.fill();
}

function redraw() {
  pen.putImageData(base, 0, 0);
  drawn.forEach(draw);
  if (current) draw(current);
  undoButton.disabled = submit.disabled = drawn.length === 0;
  redoButton.disabled = undone.length === 0;
}

function pointOf(event) {
  const box = canvas.getBoundingClientRect();
  const part = (at, from, length, pixels) => Math.round(((at - from) / length) * pixels * 10) / 10;
  return [part(event.clientX, box.left, box.width, width), part(event.clientY, box.top, box.height, height)];
}

function isStep([x, y]) {
  const [lastX, lastY] = current.points.at(-1);
  return Math.hypot(x - lastX, y - lastY) * (canvas.getBoundingClientRect().width / width) >= LEAST_STEP;
}

function showRing(event) {
  const box = canvas.getBoundingClientRect();
  ring.hidden = event.pointerType === "touch" || tool() === "area";
  ring.style.setProperty("--size", `${(strokeWidth() * box.width) / width}px`);
  ring.style.setProperty("--x", `${event.clientX - box.left}px`);
  ring.style.setProperty("--y", `${event.clientY - box.top}px`);
}

function finish() {
  if (!current) return;
  if (current.tool !== "area" || current.points.length > 2) drawn.push(current);
  current = null;
  undone = [];
  redraw();
}

function undo() {
  if (drawn.length) undone.push(drawn.pop());
  redraw();
}

function redo() {
  if (undone.length) drawn.push(undone.pop());
  redraw();
}

async function open() {
  viewer.querySelector("[name=variant][value=original]").click();
  viewer.classList.add("correcting");
  form.hidden = canvas.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  await drawBase();
  form.querySelector("[name=tool]:checked").focus({ preventScroll: true });
}

function leave() {
  drawn = [];
  undone = [];
  viewer.classList.remove("correcting");
  form.hidden = canvas.hidden = ring.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  opener.focus();
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || !event.isPrimary) return;
  event.preventDefault();
  event.stopPropagation();
  canvas.setPointerCapture(event.pointerId);
  current = { tool: tool(), width: strokeWidth(), points: [pointOf(event)] };
  redraw();
});
canvas.addEventListener("pointermove", (event) => {
  showRing(event);
  if (!current || !event.isPrimary) return;
  const steps = event.getCoalescedEvents?.() ?? [];
  for (const step of steps.length ? steps : [event]) {
    const point = pointOf(step);
    if (isStep(point)) current.points.push(point);
  }
  redraw();
});
canvas.addEventListener("pointerup", finish);
canvas.addEventListener("pointerleave", () => (ring.hidden = true));
canvas.addEventListener("pointercancel", () => {
  current = null; // two fingers took hold of the page
  redraw();
});

const chooseTool = (value) => form.querySelector(`[name=tool][value=${value}]`).click();
const resize = (steps) => (steps > 0 ? thickness.stepUp(steps) : thickness.stepDown(-steps));
const KEYS = {
  b: () => chooseTool("brush"),
  o: () => chooseTool("area"),
  e: () => chooseTool("eraser"),
  "[": () => resize(-1),
  "]": () => resize(1),
};
document.addEventListener("keydown", (event) => {
  if (form.hidden || event.altKey) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") event.shiftKey ? redo() : undo();
    else if (key === "y") redo();
    else return;
  } else if (key in KEYS) KEYS[key]();
  else return;
  event.preventDefault();
});

opener.addEventListener("click", () => (form.hidden ? open() : leave()));
undoButton.addEventListener("click", undo);
redoButton.addEventListener("click", redo);
form.querySelector("[data-leave]").addEventListener("click", leave);
form.addEventListener("submit", () => {
  form.elements.strokes.value = JSON.stringify(drawn);
});
opener.hidden = false;
if (location.hash === "#correct") opener.click(); // so comes who pressed E at the desk
