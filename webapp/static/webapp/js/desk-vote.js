/* Votes by the keys 1, 2 and 0; the next pair comes into the same page. */

import { ask, isCommand, send, show } from "./desk-swap.js";

const REGION = "[data-vote]";
const region = () => document.querySelector(REGION);
let busy = false;

async function alone(work) {
  if (busy) return; // a key that is held must not vote on a pair that nobody has seen
  busy = true;
  try {
    await show(await work(), REGION, { push: false });
    region().setAttribute("aria-busy", "true");
    await Promise.allSettled([...region().querySelectorAll("img")].map((picture) => picture.decode()));
  } finally {
    region().removeAttribute("aria-busy");
    busy = false;
  }
}

document.addEventListener("keydown", (event) => {
  if (!isCommand(event) || event.repeat) return;
  if (event.key === "Escape") return region().querySelector("[data-leave]")?.click();
  const button = ["0", "1", "2"].includes(event.key) && region().querySelector(`[data-key="${event.key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches(".vote-choices")) return;
  event.preventDefault();
  alone(() => send(event.target, event.submitter));
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-go]");
  if (!link) return;
  event.preventDefault();
  alone(() => ask(link.href));
});
