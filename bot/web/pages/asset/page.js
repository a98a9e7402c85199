// Small conveniences: the pages work without them.
"use strict";

for (const field of document.querySelectorAll("[data-submits]")) field.addEventListener("change", () => field.form.requestSubmit());
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.ask && !window.confirm(form.dataset.ask)) { event.preventDefault(); return; }
    const buttons = form.querySelectorAll("button");
    setTimeout(() => { for (const button of buttons) button.disabled = true; }, 0);
    setTimeout(() => { for (const button of buttons) button.disabled = false; }, 4000); // a file leaves the page where it is
  });
}
