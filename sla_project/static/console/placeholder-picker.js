// Buttons with `data-insert` write their text where the cursor was: in the subject or the body of a mail.

(() => {
  const texts = [...document.querySelectorAll("#id_subject, #id_body")];
  let last = texts.at(-1);
  for (const text of texts) text.addEventListener("focus", () => { last = text; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-insert]");
    if (!button || !last) return;
    last.focus();
    last.setRangeText(button.dataset.insert, last.selectionStart, last.selectionEnd, "end");
    last.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
