// Behaviour of the shell. Everything here is an extra: each page works as plain GET and POST without it.

const announcer = document.getElementById("announcer");

/** Say something once to screen readers, politely. Pages dispatch "announce" with the sentence as detail. */
function announce(sentence) {
  if (announcer) announcer.textContent = sentence;
}
document.addEventListener("announce", (event) => announce(event.detail));

// --- htmx: the CSRF header of every request, and a word when a refresh fails -----------------------------------------

// A strip of tabs that is wider than a phone begins at the open one.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const strip = tab.parentElement;
  const [shown, whole] = [tab.getBoundingClientRect(), strip.getBoundingClientRect()];
  strip.scrollLeft += shown.left - whole.left - (whole.width - shown.width) / 2;
}

document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) event.detail.headers["X-CSRFToken"] = token;
});
for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, ({ detail }) => {
    const signedOut = detail.xhr?.status === 401 && document.getElementById("signed-out");
    if (signedOut) signedOut.hidden = false;
    else announce(announcer?.dataset.failed ?? "");
  });
}

// --- What a reader opened stays open, and the focus on its link, when a part of the page is refreshed ----------------

const opened = new Set();
let focusedLink = null;
document.addEventListener("htmx:beforeSwap", () => {
  focusedLink = document.activeElement?.getAttribute("href");
  opened.clear();
  for (const part of document.querySelectorAll("details[id]")) if (part.open) opened.add(part.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) {
    const part = document.getElementById(id);
    if (part) part.open = true;
  }
  if (focusedLink && document.activeElement === document.body) {
    document.querySelector(`main [href="${CSS.escape(focusedLink)}"]`)?.focus({ preventScroll: true });
  }
});

// --- Theme -----------------------------------------------------------------------------------------------------------

function setTheme(theme) {
  document.documentElement.dataset.bsTheme = theme;
  document.dispatchEvent(new CustomEvent("theme-change", { detail: theme })); // charts read their colours again
}
document.querySelector("[data-theme-toggle]")?.addEventListener("click", () => {
  const theme = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
  setTheme(theme);
  try { localStorage.setItem("theme", theme); } catch { /* the choice then lasts for this page */ }
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
  let chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch { /* as above */ }
  if (!chosen) setTheme(event.matches ? "dark" : "light");
});

// --- Menus made of <details>: close on Escape and on a click elsewhere -----------------------------------------------

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// --- Forms: unsaved changes, confirmation, error summary -------------------------------------------------------------

const changed = new Set();
const sent = new Set(), SENT_MS = 8000;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) changed.add(form);
});
document.addEventListener("submit", (event) => {
  const form = event.target, question = form.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
  else changed.clear();
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) event.preventDefault(); // a double click opens one case, not two
  sent.add(form);
  setTimeout(() => sent.delete(form), SENT_MS); // a page that stays, say after a download, can send again
});
window.addEventListener("pageshow", () => sent.clear());
window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
document.querySelector("[data-focus]")?.focus();

// --- A code is proposed from the name, until somebody types one of their own -----------------------------------------

const LONGEST_CODE = 64;

/** "Gold – Résolution by" → "gold-resolution-by": what the server takes for a code. */
function codeOf(name) {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").slice(0, LONGEST_CODE).replace(/^-+|-+$/g, "");
}
for (const code of document.querySelectorAll('form[data-guard] input[name="code"][required]:not([disabled])')) {
  const name = code.form.elements.namedItem("name");
  let proposed = "";
  name?.addEventListener("input", () => {
    if (code.value !== proposed) return;
    proposed = code.value = codeOf(name.value);
    code.dispatchEvent(new Event("input", { bubbles: true })); // kept like what is typed
  });
}

// --- What is typed outlives a session that ends: they wait in this tab until the console has answered, or its user leaves -

const person = document.body.dataset.person;
const TYPED = ':is(textarea, select, input:not([type="hidden"], [type="password"], [type="file"], [type="checkbox"], [type="radio"]))[name]';
const keptKey = (field) => `typed:${person}:${location.pathname}${location.search}:${field.name}`;
const asServed = (field) => field.defaultValue ?? [...field.options].find((option) => option.defaultSelected)?.value ?? "";

function stored(act) {
  try { return act(sessionStorage); } catch { return null; /* then nothing is kept */ }
}
function forgetSent() {
  stored((kept) => {
    for (const key of Object.keys(kept)) if (key.startsWith("typed:") && JSON.parse(kept[key]).sent) kept.removeItem(key);
  });
}
function bringBack(field) {
  const kept = stored((all) => JSON.parse(all.getItem(keptKey(field))));
  if (!kept || kept.before !== asServed(field)) return;
  field.value = kept.text;
  changed.add(field.form);
  announce(field.form.dataset.back ?? "");
}
if (person) {
  forgetSent();
  document.querySelectorAll(`form[data-back] ${TYPED}`).forEach(bringBack);
  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.(`form[data-back] ${TYPED}`)) return;
    const kept = { text: target.value, before: asServed(target) };
    stored((all) => all.setItem(keptKey(target), JSON.stringify(kept)));
  });
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (defaultPrevented) return;
    if (new URL(target.action).pathname === "/logout/") stored((kept) => kept.clear());
    for (const field of target.querySelectorAll(TYPED)) {
      stored((all) => {
        const kept = JSON.parse(all.getItem(keptKey(field)));
        if (kept) all.setItem(keptKey(field), JSON.stringify({ ...kept, sent: true }));
      });
    }
  });
} else {
  // The page to sign in: what was sent has not arrived.
  stored((kept) => {
    for (const key of Object.keys(kept)) {
      if (key.startsWith("typed:")) kept.setItem(key, JSON.stringify({ ...JSON.parse(kept[key]), sent: false }));
    }
  });
}
