// Extras of the pages of business hours and holidays. All of them work without it: the buttons then post the form.

// Nothing to print without a script; the browser's own menu prints the page too.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The preview follows what is typed, so its button is only for those without scripts.
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;

const form = document.querySelector(".hours-form");

function typed(input, value) {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Monday's hours on the other working days, without a round trip. */
form?.querySelector("[data-copy-monday]")?.addEventListener("click", (event) => {
  event.preventDefault();
  const monday = form.elements.mon.value;
  for (const day of ["tue", "wed", "thu", "fri"]) typed(form.elements[day], monday);
  document.dispatchEvent(new CustomEvent("announce", { detail: event.currentTarget.textContent.trim() }));
});

/** What may follow the hours of a day: after an hour's break until five, or else four hours. Nothing after 23:00. */
function nextInterval(text) {
  const last = text.split(",").pop().split(/[-–—]/).pop().trim();
  const match = /^(\d{1,2})(?::(\d{2}))?$/.exec(last);
  if (!match) return "09:00–12:00";
  const begin = Number(match[1]) * 60 + Number(match[2] ?? 0) + 60;
  if (begin >= 23 * 60) return "";
  const end = begin < 16 * 60 ? 17 * 60 : Math.min(begin + 4 * 60, 24 * 60);
  const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  return `${clock(begin)}–${clock(end)}`;
}

// A button beside each day that writes one more interval and selects it, to be typed over.
const days = form?.querySelector("[data-add-interval]");
for (const input of days?.querySelectorAll("[data-hours]") ?? []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-quiet btn-sm hours-add";
  button.textContent = "+";
  const label = `${days.dataset.addInterval}, ${input.labels[0]?.textContent.trim()}`;
  button.setAttribute("aria-label", label);
  button.title = label;
  button.addEventListener("click", () => {
    const earlier = input.value.trim().replace(/,$/, "");
    const added = nextInterval(earlier);
    if (!added) return;
    typed(input, earlier ? `${earlier}, ${added}` : added);
    input.focus();
    input.setSelectionRange(input.value.length - added.length, input.value.length);
  });
  input.after(button);
  input.closest(".hours-day").classList.add("hours-day-more");
}
