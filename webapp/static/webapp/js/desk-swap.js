/* The next page without a full reload: the server draws it whole, and the one region that differs is put in its place. */

const failed = () => document.querySelector("[data-failed]");

/* Keys count while nobody writes, and no dialogue is open. */
export function isCommand(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return false;
  return !event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select");
}

export async function send(form, submitter) {
  const body = new FormData(form, submitter);
  return ask(form.action, { method: "POST", body });
}

export async function ask(address, options = {}) {
  failed().hidden = true;
  try {
    const answer = await fetch(address, { credentials: "same-origin", ...options });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  } catch {
    failed().hidden = false;
    return null;
  }
}

/* Puts the region that `selector` names into this page; a page without one is gone to as a whole. */
export async function show(answer, selector, { push = true } = {}) {
  if (!answer) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = fresh.querySelector(selector);
  if (!next) {
    location.assign(answer.url);
    return false;
  }
  document.querySelector(selector).replaceWith(document.adoptNode(next));
  document.title = fresh.title;
  for (const old of document.querySelectorAll("main > .notice-frame")) old.remove();
  if (push) history.pushState({}, "", answer.url);
  next.querySelector("h1")?.focus({ preventScroll: true });
  return true;
}

export function keysDialog(opener) {
  const dialog = document.querySelector("[data-keys]");
  opener?.addEventListener("click", () => dialog.showModal());
  return () => dialog.showModal();
}
