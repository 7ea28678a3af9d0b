/* Before and after: the divider follows finger, mouse and arrow keys; space shows the original while it is held. */

import { mapChanges } from "./changes.js";
import { loupe } from "./loupe.js";

const viewer = document.querySelector(".viewer");
const picture = viewer.querySelector(".picture");
const original = picture.querySelector(".is-original");
const between = viewer.querySelector(".between");
const range = between.querySelector("input");
const nameAfter = between.querySelector("[data-after]");
const veil = viewer.querySelector("[name=veil]");
const map = picture.querySelector(".change-map");
const mapWords = viewer.querySelector("[data-map]");
const variants = [...viewer.querySelectorAll("[name=variant]")];
const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });

let at = 50;

const chosen = () => variants.find((variant) => variant.checked);
const flickers = () => viewer.classList.contains("flicker");
const glass = loupe(picture, (image) =>
  image === original && viewer.classList.contains("divided") && !flickers() ? [0, at / 100] : [0, 1],
);

function place(percent) {
  at = Math.min(100, Math.max(0, percent));
  range.value = String(Math.round(at));
  viewer.style.setProperty("--at", `${at}%`);
  glass.draw();
}

function divide() {
  const divided = chosen().value !== "original";
  viewer.classList.toggle("divided", divided);
  range.disabled = !divided;
  nameAfter.textContent = chosen().dataset.name;
  if (!map.hidden) drawMap();
  glass.draw();
}

function choose(number) {
  const variant = variants[number];
  if (!variant) return;
  variant.checked = true;
  divide();
}

function flicker(now) {
  if (flickers() === now) return;
  viewer.classList.toggle("flicker", now);
  glass.draw();
}

function lift() {
  veil.checked = !veil.checked;
  glass.draw();
}

async function drawMap() {
  const other = picture.querySelector(`.is-${chosen().value}`);
  await other.decode();
  const changed = mapChanges(map, original, other);
  mapWords.textContent = mapWords.dataset.map.replace("{share}", share.format(changed));
}

function toggleMap() {
  map.hidden = mapWords.hidden = !map.hidden;
  if (!map.hidden) drawMap();
}

function follow(event) {
  const box = picture.getBoundingClientRect();
  place(((event.clientX - box.left) / box.width) * 100);
}

picture.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  (range.disabled ? chosen() : range).focus({ preventScroll: true });
  if (event.pointerType === "mouse") event.preventDefault();
  if (range.disabled) return;
  picture.setPointerCapture(event.pointerId);
  follow(event);
});
picture.addEventListener("pointermove", (event) => {
  if (glass.open) glass.over(event);
  if (picture.hasPointerCapture(event.pointerId)) follow(event);
});

/* Keys count only while something of the viewer has the focus, so that they never surprise a screen reader's user. */
const KEYS = {
  Space: () => flicker(true),
  KeyL: () => glass.toggle(),
  KeyC: () => toggleMap(),
  KeyM: () => veil && lift(),
  Escape: () => glass.close(),
};
viewer.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.code === "Space" && event.target === veil) return;
  if (event.key >= "1" && event.key <= String(variants.length)) choose(Number(event.key) - 1);
  else if (event.code in KEYS) KEYS[event.code]();
  else return;
  event.preventDefault();
});
viewer.addEventListener("keyup", (event) => {
  if (event.code === "Space") flicker(false);
});
viewer.addEventListener("focusout", () => flicker(false));

range.addEventListener("input", () => place(Number(range.value)));
veil?.addEventListener("change", () => glass.draw());
for (const variant of variants) variant.addEventListener("change", divide);

const [width, height] = [original.getAttribute("width"), original.getAttribute("height")].map(Number);
viewer.style.setProperty("--ratio", String(width / height));
viewer.classList.add("live");
between.hidden = false;
viewer.querySelector(".keys").hidden = false;
place(at);
divide();
