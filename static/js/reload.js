/* A page that waits for the worker looks again by itself. */
(function () {
  "use strict";
  var waiting = document.querySelector("[data-reload]");
  if (waiting) { window.setTimeout(function () { window.location.reload(); }, 1000 * Number(waiting.getAttribute("data-reload"))); }
})();
