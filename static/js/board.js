/* The share-out board: a choice shows the board again; a community's box ticks its buildings. Works without. */
(function () {
  "use strict";
  var form = document.getElementById("board");
  if (!form) { return; }
  form.addEventListener("change", function (event) {
    if (event.target.hasAttribute("data-resend")) { form.submit(); return; }
    // Boxes do not ask again one by one; the numbers are of the choice before, so they can't be confirmed any more.
    form.classList.add("is-changed");
  });
  Array.prototype.forEach.call(form.querySelectorAll(".board-area"), function (area) {
    var all = area.querySelector(".board-all");
    var picks = Array.prototype.slice.call(area.querySelectorAll("input[name=pick]"));
    function look() {
      var ticked = picks.filter(function (pick) { return pick.checked; }).length;
      all.checked = ticked === picks.length;
      all.indeterminate = ticked > 0 && ticked < picks.length;
    }
    all.hidden = false;
    all.addEventListener("change", function () {
      picks.forEach(function (pick) { pick.checked = all.checked; });
    });
    area.addEventListener("change", look);
    look();
  });
})();
