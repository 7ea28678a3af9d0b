/* Colours at places: taps, kept in the photograph's own pixels and sent as such; a cross for the arrow keys; undo. */

const form = document.querySelector("[data-colours]");
const picture = form.querySelector("[data-tap-picture]");
const shown = picture.querySelector("img");
const marks = picture.querySelector("svg");
const list = form.querySelector("[data-taps-list]");
const template = form.querySelector("template[data-tap]");
const status = form.querySelector("[data-cross-words]");
const undoButton = form.querySelector("[data-undo]");
const full = form.querySelector("[data-full]");
const strength = form.elements.saturation;
const [width, height, most, madeAt] = ["width", "height", "most", "madeAt"].map((name) => Number(form.dataset[name]));
const SVG = "http://www.w3.org/2000/svg";
const RADIUS = Math.max(width, height) / 55;
const STEP = 0.01; // of the picture's side, for each press of an arrow key; five of them with Shift

let taps = JSON.parse(form.dataset.taps);
const before = [];
let cross = { x: Math.floor(width / 2), y: Math.floor(height / 2) };

const palette = () => [...form.querySelectorAll("[name=colour]")];
const chosenColour = () => (form.elements.colour.value === "own" ? form.elements.own.value : form.elements.colour.value);
const nameOf = (rgb) => palette().find((radio) => radio.value === rgb)?.dataset.name ?? rgb;

function placeWords({ x, y }) {
  const words = { across: Math.round((100 * x) / width), down: Math.round((100 * y) / height) };
  return status.dataset.crossWords.replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

function drawn(name, attributes, ...inside) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inside);
  return node;
}

function drawMarks() {
  const crossPath = `M${cross.x - 3 * RADIUS} ${cross.y}h${6 * RADIUS}M${cross.x} ${cross.y - 3 * RADIUS}v${6 * RADIUS}`;
  marks.replaceChildren(
    ...taps.flatMap(({ x, y, rgb }, index) => [
      drawn("circle", { cx: x, cy: y, r: RADIUS, fill: rgb }),
      drawn("text", { x: x + 1.4 * RADIUS, y: y - RADIUS, "font-size": 2.2 * RADIUS }, String(index + 1)),
    ]),
    drawn("path", { class: "cross cross-edge", d: crossPath }),
    drawn("path", { class: "cross", d: crossPath }),
  );
}

function listItem(tap, index) {
  const item = template.content.cloneNode(true);
  const name = nameOf(tap.rgb);
  item.querySelector("rect").setAttribute("fill", tap.rgb);
  item.querySelector("[data-name]").textContent = name;
  item.querySelector("[data-place]").textContent = placeWords(tap);
  const remove = item.querySelector("[data-remove]");
  remove.lastElementChild.textContent = ` ${name}`;
  remove.addEventListener("click", () => {
    change(taps.filter((_, other) => other !== index));
    (list.querySelectorAll("[data-remove]")[Math.min(index, taps.length - 1)] ?? picture).focus();
  });
  return item;
}

function show() {
  drawMarks();
  list.replaceChildren(...taps.map(listItem));
  undoButton.disabled = before.length === 0;
  full.hidden = taps.length < most;
}

function change(next) {
  before.push(taps);
  taps = next;
  show();
}

function undo() {
  if (!before.length) return;
  taps = before.pop();
  show();
}

/* Of two at one place the later one counts. */
function give({ x, y }) {
  const others = taps.filter((tap) => tap.x !== x || tap.y !== y);
  if (others.length >= most) return;
  change([...others, { x, y, rgb: chosenColour() }]);
  status.textContent = `${nameOf(chosenColour())}: ${placeWords({ x, y })}`;
}

const within = (value, length) => Math.min(length - 1, Math.max(0, Math.floor(value)));

function moveCross(right, down, steps) {
  const side = Math.max(width, height) * STEP * steps;
  cross = { x: within(cross.x + right * side, width), y: within(cross.y + down * side, height) };
  drawMarks();
  status.textContent = placeWords(cross);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

picture.addEventListener("click", (event) => {
  const box = shown.getBoundingClientRect();
  cross = {
    x: within(((event.clientX - box.left) / box.width) * width, width),
    y: within(((event.clientY - box.top) / box.height) * height, height),
  };
  give(cross);
});
picture.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key in ARROWS) moveCross(...ARROWS[event.key], event.shiftKey ? 5 : 1);
  else if (event.key === "Enter" || event.key === " ") give(cross);
  else return;
  event.preventDefault();
});
form.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  undo();
  event.preventDefault();
});
undoButton.addEventListener("click", undo);
form.elements.own.addEventListener("input", () => (form.querySelector("[name=colour][value=own]").checked = true));

function showStrength() {
  form.querySelector("[data-strength]").textContent = `${strength.value} %`;
  const factor = madeAt ? strength.value / madeAt : 1; // from grey nothing can be made stronger
  document.documentElement.style.setProperty("--more-colour", factor === 1 ? "none" : `saturate(${factor})`);
}
strength.addEventListener("input", showStrength);

/* Another opinion is looked at where the photograph stands, before it is asked for. */
const usual = { address: shown.src, variant: form.querySelector("[name=variant]:checked")?.value };
for (const radio of form.querySelectorAll("[name=variant]"))
  radio.addEventListener("change", () => {
    shown.src = radio.value === usual.variant ? usual.address : radio.parentElement.querySelector("img").src;
  });

form.addEventListener("submit", () => {
  form.elements.hints.value = JSON.stringify(taps);
});

for (const part of form.querySelectorAll("[data-plain]")) part.hidden = true;
for (const part of form.querySelectorAll("[data-scripted]")) part.hidden = false;
picture.tabIndex = 0;
picture.setAttribute("role", "application");
picture.setAttribute("aria-label", picture.dataset.label);
show();
showStrength();
