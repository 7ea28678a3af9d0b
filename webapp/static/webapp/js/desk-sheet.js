/* The light table by keys: one cell has the focus, A and R judge it in its place and go on to the next one. */

import { ask, isCommand, keysDialog } from "./desk-swap.js";

const sheet = document.querySelector("[data-sheet]");
const said = document.querySelector("[data-said]");
const dialog = document.querySelector("[data-note-dialog]");
const ticked = document.querySelector("[data-ticked]");
const token = document.querySelector("#selection [name=csrfmiddlewaretoken]").value;
const showKeys = keysDialog();

const cells = () => [...sheet.children];
const linkOf = (cell) => cell.querySelector("a");
const current = () => document.activeElement?.closest?.(".cell") ?? null;
const nameOf = (cell) => cell.querySelector(".cell-name").textContent;

function focus(cell) {
  if (!cell) return;
  linkOf(cell).focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = cells();
  const at = all.indexOf(current());
  const to = at < 0 ? 0 : at + by;
  if (all[to]) return focus(all[to]);
  const leaf = document.querySelector(`.leaf a[rel=${by > 0 ? "next" : "prev"}]`);
  if (leaf) location.assign(leaf.href);
}

/* Up and down by as many cells as stand in a row. */
function row(direction) {
  const all = cells();
  const columns = all.findIndex((cell) => cell.offsetTop > all[0].offsetTop);
  const at = all.indexOf(current());
  const to = at + direction * (columns < 0 ? all.length : columns);
  if (at < 0 || all[to]) focus(all[Math.max(to, 0)]);
}

async function judge(cell, wishes) {
  if (!cell || cell.dataset.version === "0") return;
  const body = new URLSearchParams({
    csrfmiddlewaretoken: token,
    version: cell.dataset.version,
    query: sheet.dataset.query,
    then: "cell",
    ...wishes,
  });
  const answer = await ask(cell.dataset.review, { method: "POST", body });
  if (!answer) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".cell");
  const now = document.getElementById(cell.id); // it may have been judged again meanwhile
  const hadFocus = now.contains(document.activeElement);
  fresh.querySelector("input").checked = now.querySelector("input").checked;
  now.querySelector(".cell-words").replaceWith(fresh.querySelector(".cell-words"));
  now.className = fresh.className;
  for (const name of ["version", "editor", "note"]) now.dataset[name] = fresh.dataset[name];
  if (hadFocus) focus(now);
  said.textContent = `${nameOf(now)}: ${now.querySelector("[data-state]").textContent}`;
}

function decide(state) {
  const cell = current();
  if (!cell) return step(0);
  judge(cell, { state });
  if (state !== "open") step(1);
}

function note() {
  const cell = current();
  if (!cell || cell.dataset.version === "0") return;
  const text = dialog.querySelector("[data-note-text]");
  dialog.querySelector("[data-note-name]").textContent = nameOf(cell);
  text.value = cell.dataset.note;
  dialog.returnValue = "";
  dialog.showModal();
  text.focus();
  dialog.addEventListener(
    "close",
    () => {
      focus(document.getElementById(cell.id));
      if (dialog.returnValue === "keep") judge(cell, { note: text.value });
    },
    { once: true },
  );
}

function tick() {
  current()?.querySelector("input").click();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => row(1),
  ArrowUp: () => row(-1),
  a: () => decide("approved"),
  r: () => decide("rejected"),
  u: () => decide("open"),
  n: note,
  e: () => current()?.dataset.editor && location.assign(current().dataset.editor),
  x: tick,
  "?": showKeys,
};

/* Keys are the light table's own: they count there, and on the page while nothing else has the focus. */
document.addEventListener("keydown", (event) => {
  const isHere = sheet.contains(document.activeElement) || document.activeElement === document.body;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!isHere || !isCommand(event) || !(key in KEYS)) return;
  if (event.repeat && "arunex".includes(key)) return;
  event.preventDefault();
  KEYS[key]();
});

function count() {
  const number = sheet.querySelectorAll("input:checked").length;
  ticked.textContent = number ? String(number) : "";
}
sheet.addEventListener("change", count);
count();

for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;
const asked = location.hash && document.getElementById(location.hash.slice(1))?.closest(".cell");
const hasKeys = matchMedia("(hover: hover)").matches; // on a telephone the page begins at its beginning
if (document.activeElement === document.body && (asked || hasKeys))
  focus(asked || sheet.querySelector(".cell-open") || cells()[0]);
