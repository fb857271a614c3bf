"use strict";
// A key answers, unless a field is being typed in or a modifier belongs to the browser.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select")) return;
  const button = document.querySelector(
    `#answers button[aria-keyshortcuts="${CSS.escape(event.key.toLowerCase())}"]`,
  );
  if (button) {
    event.preventDefault();
    button.click();
  }
});
