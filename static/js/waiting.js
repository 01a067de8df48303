/* Waiting for me: one box ticks all that can be struck off. Works without. */
(function () {
  "use strict";
  var form = document.getElementById("waiting");
  var all = document.getElementById("tick-all");
  if (!form || !all) { return; }
  all.hidden = false;
  all.checked = true;
  all.addEventListener("change", function () {
    Array.prototype.forEach.call(form.querySelectorAll("input[name=case]:not(:disabled)"), function (box) {
      box.checked = all.checked;
    });
  });
})();
