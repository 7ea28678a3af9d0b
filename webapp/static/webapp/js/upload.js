/* Choosing and sending: a place to drop on, the list of the chosen files, the progress of each.

   The files go in one request, as the plain form sends them, one after the other in the order of the list; so the bytes
   that have left tell how far each file is. Words come from the page: a template for a row, sentences in [data-say]. */

const form = document.querySelector("form[data-upload]");
const input = form.querySelector("input[type=file]");
const zone = form.querySelector(".drop");
const list = form.querySelector(".chosen");
const row = form.querySelector("template");
const send = form.querySelector("button[type=submit]");
const limit = Number(form.dataset.limit) * 1e6;
const language = document.documentElement.lang;
const megabytes = new Intl.NumberFormat(language, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
const kilobytes = new Intl.NumberFormat(language, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
const chosen = new Map();
let sending = false;

const size = (bytes) => (bytes < 1e6 ? kilobytes.format(Math.ceil(bytes / 1e3)) : megabytes.format(bytes / 1e6));
const good = () => [...chosen].filter(([file]) => file.size > 0 && file.size <= limit);

function say(what) {
  for (const sentence of form.querySelectorAll("[data-say]")) sentence.hidden = sentence.dataset.say !== what;
}

function show() {
  list.hidden = chosen.size === 0;
  send.hidden = chosen.size === 0;
  send.disabled = sending || good().length === 0;
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
    const remove = item.querySelector("button");
    remove.querySelector("span").textContent = file.name;
    remove.addEventListener("click", () => {
      chosen.delete(file);
      item.remove();
      show();
      form.querySelector("label.button").focus();
      input.focus();
    });
    chosen.set(file, item);
    list.append(item);
  }
  input.value = "";
  show();
}

function progress(sent) {
  let before = 0;
  for (const [file, item] of good()) {
    const bar = item.querySelector("progress");
    bar.value = Math.min(1, Math.max(0, (sent - before) / file.size));
    item.querySelector("[data-checking]").hidden = bar.value < 1;
    before += file.size;
  }
}

function busy(now) {
  sending = now;
  form.setAttribute("aria-busy", String(now));
  zone.hidden = now;
  for (const [, item] of chosen) item.querySelector("button").hidden = now;
  for (const [, item] of good()) item.querySelector("progress").hidden = !now;
  if (!now) for (const [, item] of chosen) item.querySelector("[data-checking]").hidden = true;
  show();
}

function failed(what) {
  busy(false);
  say(what);
}

function post() {
  const body = new FormData(form);
  body.delete(input.name);
  for (const [file] of good()) body.append(input.name, file, file.name);
  const bytes = good().reduce((sum, [file]) => sum + file.size, 0);

  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.onprogress = (event) => progress(event.loaded * (bytes / event.total));
  request.onload = () => {
    const page = new URL(request.responseURL, location.href);
    if (request.status < 400 && page.pathname !== new URL(form.action).pathname) {
      sending = false;
      location.assign(page);
    } else if (request.status === 429) failed("often");
    else failed(request.status === 507 || request.status === 503 ? "full" : "refused");
  };
  request.onerror = () => failed("offline");
  busy(true);
  say("sending");
  request.send(body);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!sending && good().length > 0) post();
});
input.addEventListener("change", () => add(input.files));
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
for (const part of form.querySelectorAll("[data-plain]")) part.hidden = true;
for (const part of form.querySelectorAll("[data-script]")) part.hidden = false;
input.classList.add("unseen");
input.required = false;
show();
