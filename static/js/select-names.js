// A search box of the stock admin (select2) has no name of its own: it takes that of its field, once it is there.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const waiting = new Set(document.querySelectorAll("select.admin-autocomplete"));
  if (!waiting.size) return;
  const name = () => {
    waiting.forEach((select) => {
      const label = document.querySelector(`label[for="${select.id}"]`);
      const box = select.parentElement.querySelector(".select2-selection");
      const words = box && box.querySelector(".select2-selection__rendered");
      if (!label || !words) return;
      const text = label.textContent.trim().replace(/[:：]$/, "");
      box.removeAttribute("aria-labelledby");
      box.setAttribute("aria-label", text);
      words.setAttribute("aria-label", text);
      waiting.delete(select);
    });
    return !waiting.size;
  };
  if (name()) return;
  const watch = new MutationObserver(() => name() && watch.disconnect());
  watch.observe(document.body, { childList: true, subtree: true });
});
