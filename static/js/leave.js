// Asks before a page is left on which somebody typed: by a link, by the switch of language, by the browser's own ways.
// What is sent asks nothing. Only typed texts count: what was chosen is chosen again in a moment.
(function () {
  "use strict";
  var TYPED = "form[method=post] textarea, form[method=post] input:not([type]), form[method=post] input[type=text], " +
    "form[method=post] input[type=tel], form[method=post] input[type=email], form[method=post] input[type=url], form[method=post] input[type=number]";
  var sent = null;

  function waits(control) {
    if (control.form === sent || control.readOnly || control.disabled || control.closest("[data-leaves]")) { return false; }
    // A form that came back refused holds what was typed as if it had always been there.
    var refused = control.form.querySelector("[aria-invalid=true], .errorlist");
    return control.value.trim() !== "" && (control.value !== control.defaultValue || Boolean(refused));
  }

  document.addEventListener("submit", function (event) { sent = event.target; });
  document.addEventListener("input", function (event) {
    // Typed into after a sending that did not lead away.
    if ((event.target.form || event.target) === sent) { sent = null; }
  });
  window.addEventListener("beforeunload", function (event) {
    if (!Array.prototype.some.call(document.querySelectorAll(TYPED), waits)) { return; }
    event.preventDefault();
    event.returnValue = "";
  });
})();
