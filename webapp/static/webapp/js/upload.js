/* Choosing and sending: a place to drop on, the list of the chosen files, the progress of each.

   The files go one after the other, each piece by piece (parcel.js), and then the form with their ids. Words come from
   the page: a template for a row, sentences in [data-say] and, within a row, in [data-state]. */

import { Parcel } from "./parcel.js";

const form = document.querySelector("form[data-upload]");
const input = form.querySelector("#photos");
const camera = form.querySelector("#camera");
const zone = form.querySelector(".drop");
const list = form.querySelector(".chosen");
const row = form.querySelector("template");
const send = form.querySelector("button[type=submit]");
const limit = Number(form.dataset.limit) * 1e6;
const language = document.documentElement.lang;
const megabytes = new Intl.NumberFormat(language, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
const kilobytes = new Intl.NumberFormat(language, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const chosen = new Map(); // file to {item, parcel, id}
let sending = false;

const size = (bytes) => (bytes < 1e6 ? kilobytes.format(Math.ceil(bytes / 1e3)) : megabytes.format(bytes / 1e6));
const isGood = (file, one) => file.size > 0 && file.size <= limit && !one.refused;
const good = () => [...chosen].filter(([file, one]) => isGood(file, one));

function say(what) {
  for (const sentence of form.querySelectorAll("[data-say]")) sentence.hidden = sentence.dataset.say !== what;
}

function show() {
  list.hidden = chosen.size === 0;
  send.hidden = chosen.size === 0;
  send.disabled = sending || good().length === 0;
  form.setAttribute("aria-busy", String(sending));
  zone.hidden = sending;
}

function tell({ item }, state, sentence) {
  for (const note of item.querySelectorAll("[data-state]")) note.hidden = note.dataset.state !== state;
  if (sentence) item.querySelector(`[data-state=${state}]`).textContent = sentence;
  item.querySelector("progress").hidden = !["sending", "paused"].includes(state);
}

function newParcel(file, one) {
  return new Parcel(file, {
    endpoint: form.dataset.tus,
    script: form.dataset.tusScript,
    token: form.elements.csrfmiddlewaretoken.value,
    on: {
      progress(share) {
        tell(one, "sending");
        one.item.querySelector("progress").value = share;
        one.item.querySelector("[data-share]").textContent = percent.format(share);
      },
      paused: () => tell(one, "paused"),
      twin(address) {
        const link = one.item.querySelector("[data-twin]");
        link.hidden = !address;
        if (address) link.href = address;
      },
      refused(sentence, status) {
        if (status === 403 || status === 404) stopAll("refused");
        else if (status === 507) stopAll("full");
        else {
          one.refused = true;
          tell(one, "refused", sentence);
          one.settle();
        }
      },
    },
  });
}

function add(files) {
  if (sending) return;
  say("");
  for (const file of files) {
    const known = [...chosen.keys()].some((other) => other.name === file.name && other.size === file.size);
    if (known) continue;
    const item = row.content.firstElementChild.cloneNode(true);
    item.querySelector("[data-name]").textContent = file.name;
    item.querySelector("[data-size]").textContent = size(file.size);
    item.querySelector("[data-empty]").hidden = file.size > 0;
    item.querySelector("[data-large]").hidden = file.size <= limit;
    const one = { item, settle: () => {} };
    one.parcel = newParcel(file, one);
    const remove = item.querySelector("button");
    remove.querySelector("span").textContent = file.name;
    remove.addEventListener("click", () => leaveOut(file, one));
    chosen.set(file, one);
    list.append(item);
  }
  input.value = camera.value = ""; // the same file may be chosen again after it was left out
  show();
}

function leaveOut(file, one) {
  chosen.delete(file);
  one.item.remove();
  one.parcel.stop();
  one.settle();
  show();
  if (!sending) input.focus();
}

function stopAll(what) {
  sending = false;
  for (const [file, one] of good()) {
    if (!one.id) {
      one.parcel.stopped = true; // what has come stays on the other side, and is gone on with
      one.parcel = newParcel(file, one);
    }
    tell(one, "");
    one.settle();
  }
  show();
  say(what);
}

async function sendAll() {
  sending = true;
  show();
  say("sending");
  for (const [, one] of good()) if (!one.id) tell(one, "waiting");
  for (const [file, one] of good()) {
    if (one.id || !chosen.has(file)) continue;
    await Promise.race([
      one.parcel.send().then((id) => {
        one.id = id;
        tell(one, "sent");
      }),
      new Promise((settled) => (one.settle = settled)),
    ]);
    if (!sending) return;
  }
  if (good().length > 0) await handIn();
  else stopAll("");
}

/* The form as it is, with ids in the place of files. */
async function handIn() {
  const body = new FormData(form);
  body.delete(input.name);
  for (const [, one] of good()) body.append("sent", one.id);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new URL(answer.url);
    if (answer.ok && page.pathname !== new URL(form.action).pathname) {
      sending = false;
      location.assign(page);
    } else if (answer.status === 429) stopAll("often");
    else stopAll(answer.status === 507 || answer.status === 503 ? "full" : "refused");
  } catch {
    stopAll("offline");
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!sending && good().length > 0) sendAll();
});
for (const field of [input, camera]) field.addEventListener("change", () => add(field.files));
addEventListener("paste", (event) => add(event.clipboardData.files));
for (const kind of ["dragenter", "dragover"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
}
for (const kind of ["dragleave", "drop"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    if (kind === "drop" || event.relatedTarget === null) zone.classList.remove("over");
  });
}
addEventListener("drop", (event) => add(event.dataTransfer.files));
addEventListener("beforeunload", (event) => {
  if (sending) event.preventDefault();
});

/* From here on the page is the one for JavaScript: the field becomes a button, the send button waits for a choice. */
for (const part of form.querySelectorAll("[data-plain]")) part.remove();
for (const part of form.querySelectorAll("[data-script]")) part.hidden = false;
input.classList.add("unseen");
input.required = false;
show();
