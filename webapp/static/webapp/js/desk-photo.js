/* One photograph of the light table by keys; the next one comes into the same page. */

import { ask, isCommand, keysDialog, send, show } from "./desk-swap.js";

const REGION = "[data-desk]";
const region = () => document.querySelector(REGION);
const showKeys = keysDialog();
let busy = false;

async function alone(work) {
  if (busy) return; // a key that is held must not judge the next photograph unseen
  busy = true;
  try {
    await work();
  } finally {
    busy = false;
  }
}

const go = (address) =>
  alone(async () => {
    if (await show(await ask(address), REGION)) fetchAhead();
  });

const judge = (form, submitter) =>
  alone(async () => {
    if (await show(await send(form, submitter), REGION)) fetchAhead();
  });

/* The pictures of the next one, so that they are there when it is. */
async function fetchAhead() {
  const next = region().querySelector("a[rel=next]");
  if (!next) return;
  try {
    const answer = await fetch(next.href, { credentials: "same-origin", priority: "low" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const picture of page.querySelectorAll(".desk-stage img")) new Image().src = picture.getAttribute("src");
  } catch {
    /* it will be asked for anew when it is wanted */
  }
}

const follow = (selector) => {
  const link = region().querySelector(selector);
  if (link) go(link.href);
};
const press = (key) => region().querySelector(`[data-key=${key}]`)?.click();

const KEYS = {
  j: () => follow("a[rel=next]"),
  k: () => follow("a[rel=prev]"),
  ArrowRight: () => follow("a[rel=next]"),
  ArrowLeft: () => follow("a[rel=prev]"),
  a: () => press("a"),
  r: () => press("r"),
  u: () => press("u"),
  n: () => region().querySelector("#note")?.focus(),
  e: () => region().dataset.editor && location.assign(region().dataset.editor),
  1: () => follow("[data-kind='1']"),
  2: () => follow("[data-kind='2']"),
  3: () => follow("[data-kind='3']"),
  "?": showKeys,
  Escape: () => location.assign(region().querySelector("[data-sheet-link]").href),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.id === "note") {
    region().querySelector("h1").focus();
    event.preventDefault();
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!isCommand(event) || event.repeat || !(key in KEYS)) return;
  event.preventDefault();
  KEYS[key]();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.href);
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-review]")) return;
  event.preventDefault();
  judge(event.target, event.submitter);
});
addEventListener("popstate", () => location.reload());

fetchAhead();
