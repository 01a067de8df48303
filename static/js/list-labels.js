// On a phone a list of the desk is cards (admin.css): each value then says its column's name.
"use strict";
(function () {
  const table = document.getElementById("result_list");
  if (!table) return;
  const names = Array.from(table.querySelectorAll("thead th"), (cell) => (cell.querySelector(".text") || cell).textContent.trim());
  table.querySelectorAll("tbody tr").forEach((row) => {
    Array.from(row.cells).forEach((cell, n) => {
      if (cell.tagName === "TD" && !cell.classList.contains("action-checkbox")) cell.dataset.label = names[n] || "";
      if (/^[-–—]?$/.test(cell.textContent.trim()) && !cell.querySelector("img, input, svg, a")) cell.classList.add("nothing");
    });
  });
  table.classList.add("labelled");
})();
