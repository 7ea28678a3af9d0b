/* Before and after: which picture is seen, up to where, and from how close. The divider follows finger, mouse and arrow
   keys; space shows the original while it is held; what is under the eye stays there when pictures are changed. */

import { ChangeMap } from "./changes.js";
import { frame, imageScale, isWhole, openDeep, renew, show, Source } from "./deep.js";
import { Loupe } from "./loupe.js";
import { wireMoving } from "./moving.js";

const viewer = document.querySelector(".viewer");
const stage = viewer.querySelector(".stage");
const picture = stage.querySelector(".picture");
const divider = stage.querySelector(".divider");
const between = viewer.querySelector(".between");
const range = between.querySelector("input");
const nameAfter = between.querySelector("[data-after]");
const veil = viewer.querySelector("[name=veil]");
const mapWords = viewer.querySelector("[data-map]");
const coming = viewer.querySelector("[data-coming]");
const variants = [...viewer.querySelectorAll("[name=variant]")];
const images = [...picture.querySelectorAll("img")];
const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
const NUDGE = 1;

const first = images[0];
await first.decode();
const [width, height] = ["width", "height"].map((side) => Number(first.getAttribute(side)));
const preview = { width: first.naturalWidth, height: first.naturalHeight };
const source = (image) => new Source(image.dataset.kind, width, height, { ...preview, url: image.src });
const known = Object.fromEntries(images.map((image) => [image.dataset.kind, source(image)]));
const others = Object.values(known).filter(({ kind }) => kind !== "original" && kind !== "mask");
const maps = Object.fromEntries([known.original, ...others].map((one) => [one.kind, new ChangeMap(known.original, one)]));
const sources = [...others, known.original, ...Object.values(maps), ...(known.mask ? [known.mask] : [])];
const asks = Object.fromEntries(images.map((image) => [image.dataset.kind, image.dataset.tiles]));

viewer.style.setProperty("--ratio", String(width / height));
viewer.classList.add("opening"); // the stage gets its size before it is measured
const view = await openDeep(stage.querySelector(".deep"), sources);
const { osd } = view;
osd.canvas.append(divider); // so that a wheel over it is one over the picture
const glass = new Loupe(stage, view, sources);

let at = 50; // of what is seen of the photograph, in per cent
let mapped = false;
let flickers = false;
let box = frame(view);

const chosen = () => variants.find((variant) => variant.checked).value;
const divided = () => chosen() !== "original" && !viewer.classList.contains("correcting");

/* Of the photograph on the screen, what lies within the stage: from which x to which. */
function seen() {
  const left = Math.max(0, box.left);
  return { left, width: Math.min(stage.clientWidth, box.left + box.width) - left };
}

const dividerX = () => seen().left + (at / 100) * seen().width;

/* Kind to the share of its width that is seen. */
function shown() {
  if (viewer.classList.contains("correcting")) return new Map([["original", 1]]);
  if (mapped) return new Map([[maps[chosen()].kind, 1]]);
  const kinds = new Map([[chosen(), 1]]);
  if (divided()) kinds.set("original", Math.min(1, Math.max(0, (dividerX() - box.left) / box.width)));
  if (flickers) kinds.set("original", 1);
  if (veil?.checked) kinds.set("mask", 1);
  return kinds;
}

const looksClose = () => Math.max(imageScale(view), glass.scale) > preview.width / width;
const isSeen = (kind) => (shown().get(kind) ?? 0) > 0 || (mapped && [chosen(), "original"].includes(kind));

/* Tiles are asked for where the previews are too coarse for what is looked at. */
async function lookCloser(kind) {
  const one = known[kind];
  if (preview.width === width || one.status || !looksClose() || !isSeen(kind)) return;
  await one.ask(asks[kind], () => looksClose() && (isSeen(kind) || kind === "mask"));
  for (const map of Object.values(maps)) map.follow();
  for (const one of [view, glass.lens]) if (one) renew(one);
  draw();
}

function draw() {
  box = frame(view);
  for (const side of ["left", "top", "width", "height"]) picture.style[side] = `${box[side]}px`;
  stage.style.setProperty("--divider", `${dividerX()}px`);
  stage.style.setProperty("--upper", `${Math.max(0, box.top)}px`);
  stage.style.setProperty("--lower", `${Math.max(0, stage.clientHeight - box.top - box.height)}px`);
  const kinds = shown();
  show(view, kinds);
  glass.draw(kinds);
  Object.keys(known).forEach(lookCloser);
  coming.hidden = !Object.values(known).some((one) => one.status === "making");
  viewer.classList.toggle("whole", isWhole(view));
}

function place(percent) {
  at = Math.min(100, Math.max(0, percent));
  range.value = String(Math.round(at));
  draw();
}

function divide() {
  viewer.classList.toggle("divided", divided());
  range.disabled = !divided();
  nameAfter.textContent = variants.find((variant) => variant.checked).dataset.name;
  sayMap();
  draw();
}

function choose(number) {
  variants[number].checked = true;
  divide();
}

function flicker(now) {
  if (flickers === now) return;
  flickers = now;
  viewer.classList.toggle("flicker", now);
  draw();
}

function lift() {
  veil.checked = !veil.checked;
  draw();
}

async function sayMap() {
  viewer.classList.toggle("mapped", mapped);
  mapWords.hidden = !mapped;
  if (mapped) mapWords.textContent = mapWords.dataset.map.replace("{share}", share.format(await maps[chosen()].share));
}

function toggleMap() {
  mapped = !mapped;
  sayMap();
  draw();
}

const follow = (x) => place(((x - seen().left) / seen().width) * 100);
const stageX = (event) => event.clientX - stage.getBoundingClientRect().left;

/* Where the whole is seen nothing can be moved about, so that the divider follows a finger put anywhere. */
const leads = () => divided() && isWhole(view) && !mapped;
osd.addHandler("canvas-press", (event) => leads() && follow(event.position.x));
osd.addHandler("canvas-drag", (event) => {
  if (!leads()) return;
  event.preventDefaultAction = true;
  follow(event.position.x);
});
divider.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  event.stopPropagation();
  osd.canvas.focus({ preventScroll: true });
  divider.setPointerCapture(event.pointerId);
});
divider.addEventListener("pointermove", (event) => {
  if (divider.hasPointerCapture(event.pointerId)) follow(stageX(event));
});
stage.addEventListener("pointermove", (event) => glass.open && glass.over(event), { capture: true });

const moving = wireMoving(viewer, view, { nudge: (steps) => divided() && place(at + steps * NUDGE) });

/* Keys count only while something of the viewer has the focus, so that they never surprise a screen reader's user. */
const KEYS = {
  Space: () => flicker(true),
  KeyL: () => glass.toggle().then(draw),
  KeyC: () => toggleMap(),
  KeyM: () => veil && lift(),
};
viewer.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || viewer.classList.contains("correcting")) return;
  if (event.code === "Space" && (event.target === veil || event.target.matches("button"))) return;
  if (event.code === "Escape" && glass.open) glass.close();
  else if (event.key >= "1" && event.key <= String(variants.length)) choose(Number(event.key) - 1);
  else if (event.code in KEYS) event.repeat || KEYS[event.code]();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
});
viewer.addEventListener("keyup", (event) => event.code === "Space" && flicker(false));
viewer.addEventListener("focusout", () => flicker(false));
moving.listenForKeys();

range.addEventListener("input", () => place(Number(range.value)));
veil?.addEventListener("change", draw);
for (const variant of variants) variant.addEventListener("change", divide);
osd.addHandler("viewport-change", draw);
osd.addHandler("animation-finish", draw);
osd.addHandler("resize", () => requestAnimationFrame(draw));

between.hidden = false;
viewer.querySelector(".keys").hidden = false;
divide();
viewer.classList.replace("opening", "live");
moving.home(true);
moving.tell();
place(at);

/* For the editor of the mask, which draws over the same view. */
export { draw, known, lookCloser, moving, stage, view, viewer };
