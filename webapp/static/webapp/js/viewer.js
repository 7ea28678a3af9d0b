/* Before and after: the divider follows finger, mouse and arrow keys; space shows the original while it is held. */

const viewer = document.querySelector(".viewer");
const picture = viewer.querySelector(".picture");
const original = picture.querySelector(".is-original");
const between = viewer.querySelector(".between");
const range = between.querySelector("input");
const nameAfter = between.querySelector("[data-after]");
const veil = viewer.querySelector("[name=veil]");
const variants = [...viewer.querySelectorAll("[name=variant]")];

const chosen = () => variants.find((variant) => variant.checked);

function place(percent) {
  range.value = String(Math.round(Math.min(100, Math.max(0, percent)) * 10) / 10);
  viewer.style.setProperty("--at", `${range.value}%`);
}

function divide() {
  const divided = chosen().value !== "original";
  viewer.classList.toggle("divided", divided);
  range.disabled = !divided;
  nameAfter.textContent = chosen().dataset.name;
}

function choose(number) {
  const variant = variants[number];
  if (!variant) return;
  variant.checked = true;
  divide();
}

function follow(event) {
  const box = picture.getBoundingClientRect();
  place(((event.clientX - box.left) / box.width) * 100);
}

picture.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || range.disabled) return;
  picture.setPointerCapture(event.pointerId);
  follow(event);
  range.focus({ preventScroll: true });
  if (event.pointerType === "mouse") event.preventDefault();
});
picture.addEventListener("pointermove", (event) => {
  if (picture.hasPointerCapture(event.pointerId)) follow(event);
});

/* Keys count only while something of the viewer has the focus, so that they never surprise a screen reader's user. */
viewer.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === " " && event.target !== veil) viewer.classList.add("flicker");
  else if (event.key >= "1" && event.key <= "9") choose(Number(event.key) - 1);
  else if (event.code === "KeyM" && veil) veil.checked = !veil.checked;
  else return;
  event.preventDefault();
});
viewer.addEventListener("keyup", (event) => {
  if (event.key === " ") viewer.classList.remove("flicker");
});
viewer.addEventListener("focusout", () => viewer.classList.remove("flicker"));

range.addEventListener("input", () => place(Number(range.value)));
for (const variant of variants) variant.addEventListener("change", divide);

const [width, height] = [original.getAttribute("width"), original.getAttribute("height")].map(Number);
viewer.style.setProperty("--ratio", String(width / height));
viewer.classList.add("live");
between.hidden = false;
place(50);
divide();
