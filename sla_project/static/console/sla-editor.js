// The SLA editor. Everything works as plain forms; this adds dragging, the example while typing, focus and a guard.

(() => {
  const itemForm = document.getElementById("item-form");
  if (!itemForm) return;
  const WITH_REASON = [409, 422]; // these answers carry the reason, and are shown like any other
  let dirty = false;

  const say = (sentence) => document.dispatchEvent(new CustomEvent("announce", { detail: sentence }));
  const touch = () => itemForm.dispatchEvent(new Event("input", { bubbles: true }));

  // --- Order: drag, and what follows a move -------------------------------------------------------------------------

  function sortable() {
    const list = document.querySelector("[data-sortable]");
    if (!list || !window.Sortable) return;
    window.Sortable.create(list, {
      handle: ".item-grip",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      ghostClass: "is-ghost",
      onUpdate: () => {
        const form = document.getElementById("order"); // the hidden fields have moved along: this is the whole order
        window.htmx.ajax("POST", form.action, { source: form, target: "#items", swap: "outerHTML" });
      },
    });
  }

  // A drag has moved the row by now: who sees it there must hear that it is not stored there.
  for (const failure of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(failure, ({ detail }) => {
      const told = WITH_REASON.includes(detail.xhr?.status), notice = document.getElementById("order-failed");
      if (detail.target?.id === "items" && !told && notice) notice.hidden = false;
    });
  }

  let focusNext = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (WITH_REASON.includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    focusNext = event.target.dataset?.then ?? "";
    if (focusNext && dirty) touch(); // a move is no leaving: the shell forgets changes at every submit
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "items") {
      sortable();
      if (event.target.dataset.announce) say(event.target.dataset.announce);
      itemForm.querySelector('[data-purpose="applicable"]').refresh?.(0, false); // who takes the rest depends on the order
      if (focusNext) document.getElementById(focusNext)?.focus();
      focusNext = "";
    }
    if (event.target.id === "moments") {
      touch();
      showPart(event.target.querySelector("[data-focus-part]")?.dataset.focusPart);
    }
  });

  /** Puts the focus into what was just added, or beside what was just removed. */
  function showPart(name) {
    const part = name && document.querySelector(`[data-part="${CSS.escape(name)}"]`);
    if (!part) return;
    const box = part.querySelector("details[open] .action-body") ?? part;
    box.querySelector("input:not([type=hidden]), select, textarea, summary, button")?.focus();
  }

  // --- The example under the times ----------------------------------------------------------------------------------

  for (const kind of ["input", "change"]) {
    itemForm.addEventListener(kind, (event) => {
      dirty = true;
      if (event.target.closest?.("[data-clock]")) document.body.dispatchEvent(new CustomEvent("clock-change"));
    });
  }

  // --- Leaving with changes -----------------------------------------------------------------------------------------

  itemForm.addEventListener("submit", () => { dirty = false; }); // every button of it takes the text along
  if ("unsaved" in itemForm.dataset) touch();

  sortable();
})();
