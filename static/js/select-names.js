// A search box of the stock admin (select2) has no name of its own: it takes that of its field.
"use strict";
window.addEventListener("load", () => {
  document.querySelectorAll("select.admin-autocomplete").forEach((select) => {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = select.parentElement.querySelector(".select2-selection");
    if (!label || !box) return;
    box.removeAttribute("aria-labelledby");
    box.setAttribute("aria-label", label.textContent.trim().replace(/[:：]$/, ""));
    const words = box.querySelector(".select2-selection__rendered");
    if (words) words.removeAttribute("role");
  });
});
