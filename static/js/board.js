/* The share-out board: a choice shows the board again; a community's box ticks its buildings. Works without. */
(function () {
  "use strict";
  var form = document.getElementById("board");
  if (!form) { return; }
  var KEPT = "board-focus";
  // By pointer a choice shows the board again at once. By keys each arrow is a choice on the way to another: the board
  // waits for Enter, or for the button that then shows itself. Either way the focus comes back to where it was.
  var byKeys = false;
  document.addEventListener("keydown", function () { byKeys = true; }, true);
  document.addEventListener("pointerdown", function () { byKeys = false; }, true);
  function resend(control) {
    try { sessionStorage.setItem(KEPT, control.id); } catch (error) { /* a browser that keeps nothing */ }
    form.requestSubmit();
  }
  try {
    var kept = document.getElementById(sessionStorage.getItem(KEPT) || "");
    sessionStorage.removeItem(KEPT);
    if (kept && kept.name === "way") { kept = form.querySelector("[name=way]:checked"); }
    if (kept) { kept.focus({ preventScroll: true }); }
  } catch (error) { /* the same */ }
  form.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || !event.target.hasAttribute("data-resend")) { return; }
    event.preventDefault();
    resend(event.target);
  });
  form.addEventListener("change", function (event) {
    if (event.target.hasAttribute("data-resend") && !byKeys) { resend(event.target); return; }
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
