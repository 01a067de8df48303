// On a phone a table of the desk is cards (admin.css): each value then says its column's name.
"use strict";
(function () {
  document.querySelectorAll("#result_list, table.as-cards").forEach((table) => {
    const names = Array.from(table.querySelectorAll("thead th"), (cell) => (cell.querySelector(".text") || cell).textContent.trim());
    table.querySelectorAll("tbody tr").forEach((row) => {
      Array.from(row.cells).forEach((cell, n) => {
        if (cell.tagName === "TD" && !cell.matches(".action-checkbox, .empty")) cell.dataset.label = names[n] || "";
        if (/^[-–—]?$/.test(cell.textContent.trim()) && !cell.querySelector("img, input, svg, a")) cell.classList.add("nothing");
      });
    });
    table.classList.add("labelled");
    if (table.id === "result_list") table.parentElement.classList.add("holds-cards");
  });
})();
