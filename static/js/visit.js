// The visit screen: stepper, count of answers, one send at a time, and whatever is no page of this form keeps it.
// Without this file the same form works by itself.
(function () {
  "use strict";
  var form = document.getElementById("visit-form");
  if (!form) { return; }

  // A page that lay in the phone since yesterday was not opened for the visit of now. Who touches it first after a while
  // begins when they do: the server says what time that is, the phone's own clock may be a day off.
  var LAY = 20 * 60 * 1000;
  var shown = Date.now();
  var asking = false;
  function begin() {
    if (!window.fetch || Date.now() - shown < LAY) {
      begun();
    } else if (!asking) {
      asking = true;
      fetch(form.action, { credentials: "same-origin" }).then(function (answer) { return answer.text(); }).then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        var fresh = page.querySelector("#visit-form [name=opened_at]");
        if (!fresh) { return; }
        form.querySelector("[name=opened_at]").value = fresh.value;
        document.querySelector("[data-begins]").textContent = page.querySelector("[data-begins]").textContent;
        begun();
      }).catch(function () { /* no signal: the next touch asks again */ }).then(function () { asking = false; });
    }
  }
  function begun() {
    form.removeEventListener("click", begin);
    form.removeEventListener("input", begin);
  }
  form.addEventListener("click", begin);
  form.addEventListener("input", begin);

  document.querySelectorAll("[data-stepper]").forEach(function (stepper) {
    var input = stepper.querySelector("input");
    stepper.addEventListener("click", function (event) {
      var button = event.target.closest("[data-step]");
      if (!button) { return; }
      var next = Number(input.value || 0) + Number(button.dataset.step);
      input.value = Math.min(99, Math.max(1, next));
    });
  });

  function countAnswers() {
    var place = document.querySelector("[data-answered]");
    if (!place) { return; }
    var all = 0;
    var done = 0;
    var same = document.getElementById("as-last");
    document.querySelectorAll("[data-questions] .question").forEach(function (question) {
      all += 1;
      var chosen = question.querySelector("input:checked");
      var typed = question.querySelector("input.control, select");
      var before = same && same.checked && question.hasAttribute("data-last");
      if (chosen || (typed && typed.value) || before) { done += 1; }
    });
    place.textContent = all ? place.dataset.words.replace("{done}", done).replace("{all}", all) : "";
  }
  form.addEventListener("input", countAnswers);
  countAnswers();

  document.querySelectorAll("textarea.one-line").forEach(function (area) {
    function grow() {
      area.setAttribute("rows", Math.min(4, Math.max(1, Math.ceil(area.scrollHeight / 28) - 1)));
    }
    area.addEventListener("input", grow);
  });

  function say(id, sentence) {
    ["retry", "refused", "other-hand", "signed-out"].forEach(function (each) {
      document.getElementById(each).classList.toggle("is-shown", each === id);
    });
    if (sentence) { document.querySelector("#" + id + " [data-sentence]").textContent = sentence; }
    if (id) { document.getElementById(id).scrollIntoView({ block: "center" }); }
  }

  function fault(place, sentence) {
    var error = new Error(place);
    error.place = place;
    error.sentence = sentence;
    return error;
  }

  // Whatever came instead of the form (too long, not allowed, gone) says why, and takes nothing away that was typed.
  function instead(answer, page) {
    if (answer.redirected && new URL(answer.url).pathname.indexOf("/sign-in/") === 0) { return fault("signed-out"); }
    var words = page.querySelector("main p") || page.querySelector("h1") || page.querySelector("title");
    return fault("refused", words ? words.textContent.trim() : String(answer.status));
  }

  function show(answer, text) {
    var page = new DOMParser().parseFromString(text, "text/html");
    var same = page.getElementById("visit-form");
    var ours = same && same.getAttribute("action") === form.getAttribute("action");
    // This door's own page with the reasons takes the place of this one; and so does what was kept for review.
    if (!ours && !page.querySelector("[data-instead-of-form]")) {
      throw instead(answer, page);
    }
    document.open();
    document.write(text);
    document.close();
    window.scrollTo(0, 0);
  }

  // After a new sign-in the form's token is an old one: take the new one, and send the same form again. Not for
  // somebody else: what one person typed is neither sent nor counted under another's name.
  function renewed() {
    return fetch(form.action, { credentials: "same-origin" }).then(function (answer) {
      return answer.text().then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        var fresh = page.getElementById("visit-form");
        if (!fresh) { throw instead(answer, page); }
        if (fresh.querySelector("[name=of_officer]").value !== form.querySelector("[name=of_officer]").value) { throw fault("other-hand"); }
        form.querySelector("[name=csrfmiddlewaretoken]").value = fresh.querySelector("[name=csrfmiddlewaretoken]").value;
      });
    });
  }

  function send(button, again) {
    var body = new FormData(form);
    if (button && button.name) { body.append(button.name, button.value); }
    var asked = { method: "POST", body: body, credentials: "same-origin", headers: { "X-Requested-With": "fetch" } };
    return fetch(form.action, asked).then(function (answer) {
      if (answer.status >= 500) { throw fault("retry"); }
      if (answer.status === 403 && !again) {
        return renewed().then(function () { return send(button, true); });
      }
      if (answer.status === 201) {
        // Saved: a real step to the next page, so that address, page and the way back belong together.
        location.assign(answer.headers.get("Location"));
        return null;
      }
      return answer.text().then(function (text) { show(answer, text); });
    });
  }

  form.addEventListener("submit", function (event) {
    var button = event.submitter || form.pressed;
    if (!window.fetch) { return; }
    event.preventDefault();
    if (form.dataset.sending) { return; }
    form.dataset.sending = "1";
    if (button) { button.setAttribute("aria-busy", "true"); }
    say("");
    send(button, false).catch(function (error) {
      delete form.dataset.sending;
      if (button) { button.removeAttribute("aria-busy"); }
      say(error.place || "retry", error.sentence);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
  });
  // Chromium 80 does not say which button sent the form.
  form.addEventListener("click", function (event) {
    form.pressed = event.target.closest("button");
  });
})();
