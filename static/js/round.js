// "Nobody in" and "Undo" without leaving the list: the same form is sent, and the page that comes back replaces
// the parts that changed. Where no answer comes, a line at the foot says so and the button stays to be pressed again;
// without this file the form just posts.
(function () {
  "use strict";
  var parts = ["round-head", "round-body", "snack-place"];
  var clock = 0;

  function countDown() {
    clearInterval(clock);
    var place = document.querySelector("[data-seconds]");
    if (!place) { return; }
    var left = Number(place.dataset.seconds);
    say(place, left);
    clock = setInterval(function () {
      left -= 1;
      if (left < 1) {
        clearInterval(clock);
        document.getElementById("snack-place").textContent = "";
        return;
      }
      say(place, left);
    }, 1000);
  }

  function say(place, left) {
    place.textContent = place.dataset.words.replace("{n}", left);
  }

  // Nothing was written, or nobody knows: the server takes the same press twice for one.
  function unsent(button) {
    var place = document.getElementById("snack-place");
    var snack = button.closest(".snack");
    if (!snack) {
      clearInterval(clock);
      place.textContent = "";
      snack = place.appendChild(document.createElement("div"));
      snack.className = "snack snack-unsent";
      snack.appendChild(document.createElement("span")).className = "text";
    }
    var words = snack.querySelector(".text");
    words.setAttribute("role", "alert");
    words.textContent = place.dataset.unsent;
  }

  function send(form, button) {
    var body = new FormData(form);
    if (button.name) { body.append(button.name, button.value); }
    button.setAttribute("aria-busy", "true");
    var answered = false;
    fetch(button.getAttribute("formaction") || form.action, { method: "POST", body: body, credentials: "same-origin" })
      .then(function (answer) {
        answered = true;
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.text();
      })
      .then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html");
        if (!fresh.getElementById("round-body")) { throw new Error("another page"); }
        parts.forEach(function (id) {
          document.getElementById(id).replaceWith(document.importNode(fresh.getElementById(id), true));
        });
        countDown();
      })
      .catch(function () {
        button.removeAttribute("aria-busy");
        // The plain form shows whatever the server has to say.
        if (answered) { plain(form, button); } else { unsent(button); }
      });
  }

  function plain(form, button) {
    var field = document.createElement("input");
    field.type = "hidden";
    field.name = button.name;
    field.value = button.value;
    if (button.name) { form.appendChild(field); }
    form.action = button.getAttribute("formaction") || form.action;
    form.submit();
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest(".out, .snack button");
    if (!button || button.getAttribute("aria-busy")) { return; }
    event.preventDefault();
    send(button.form, button);
  });
  countDown();
})();
