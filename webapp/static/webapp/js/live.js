/* Keeps one region of the page as the server would draw it now: words, numbers and states come from there alone.

   <div data-live="SECONDS" [data-status="status.json"]> ... </div>
   With a status the small document is asked, and the page only when it differs; a terminal state loads the page anew.
   Without it, the page itself is asked. A region that comes back without data-live is finished. */

const TERMINAL = new Set(["done", "failed", "cancelled"]);
const SLOWEST_S = 60;

const region = () => document.querySelector("[data-live]");
const offline = document.querySelector("[data-offline]");
let said = "";
let misses = 0;

async function ask(address) {
  const answer = await fetch(address, { credentials: "same-origin", cache: "no-store" });
  if (answer.status === 404) return location.reload();
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

async function redraw() {
  const answer = await ask(location.href);
  if (!answer) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const old = region();
  const focused = document.activeElement?.id;
  for (const part of old.querySelectorAll("[data-part]")) {
    const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  if (!fresh.querySelector("[data-live]")) old.removeAttribute("data-live");
}

async function look(live) {
  if (!live.dataset.status) return redraw();
  const answer = await ask(live.dataset.status);
  if (!answer) return;
  const status = await answer.json();
  if (TERMINAL.has(status.state)) return location.reload();
  const now = [status.state, status.stage, status.place].join();
  if (now !== said) await redraw(); // the first time too: the work may have begun since the page was drawn
  said = now;
  const bar = live.querySelector("progress");
  if (bar) bar.value = status.progress ?? 0;
}

async function round() {
  const live = region();
  if (!live) return;
  try {
    if (!document.hidden) await look(live);
    misses = 0;
  } catch {
    misses += 1;
  }
  if (offline) offline.hidden = misses < 2;
  setTimeout(round, Math.min(SLOWEST_S, Number(live.dataset.live) * 2 ** misses) * 1000);
}

round();
