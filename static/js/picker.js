/* Pickers of the desk post what is typed, under the token of their form. */
(function () {
  "use strict";
  function begin() {
    var token = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (token && window.django && window.django.jQuery) {
      window.django.jQuery.ajaxSetup({ headers: { "X-CSRFToken": token.value } });
    }
  }
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", begin); } else { begin(); }
})();
