// A paper round typed back: Enter goes to the next line, each line is asked about as it is left, lines grow as needed.
// Without this file the same form works: what is wrong is said when it is saved.
(function () {
  "use strict";
  var form = document.getElementById("keyed-form");
  if (!form || !window.fetch) { return; }
  var body = document.getElementById("keyed-lines");
  var most = Number(form.dataset.most);
  var dirty = false;

  function lines() { return Array.prototype.slice.call(body.querySelectorAll("tr.line")); }
  function boxes(line) { return Array.prototype.slice.call(line.querySelectorAll("[data-field]")); }
  function box(line, name) { return line.querySelector('[data-field="' + name + '"]'); }
  function blank(line) { return boxes(line).every(function (each) { return !each.value.trim(); }); }
  function saying(line) { return line.nextElementSibling.querySelector("[data-say]"); }
  function typed(line) { return boxes(line).map(function (each) { return each.value; }).join("|"); }

  // The server tells lines apart by this number, so that the same line sent twice is stored once.
  function number() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var hex = Array.prototype.map.call(bytes, function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  }

  function addLine() {
    var all = lines();
    var last = all[all.length - 1];
    var next = Number(last.dataset.line) + 1;
    if (all.length >= most) { return null; }
    var line = last.cloneNode(true);
    var say = last.nextElementSibling.cloneNode(true);
    line.dataset.line = next;
    line.className = "line";
    line.querySelector("th").firstChild.nodeValue = next + 1;
    var id = line.querySelector("input[type=hidden]");
    id.name = "id-" + next;
    id.value = number();
    boxes(line).forEach(function (each) {
      each.name = each.dataset.field + "-" + next;
      each.value = "";
      each.removeAttribute("aria-invalid");
      each.setAttribute("aria-label", each.getAttribute("aria-label").replace(/^\d+/, next + 1));
    });
    say.querySelector("[data-say]").id = "say-" + next;
    say.querySelector("[data-say]").textContent = "";
    delete line.dataset.asked;
    body.appendChild(line);
    body.appendChild(say);
    form.elements.lines.value = next + 1;
    return line;
  }

  function tally() {
    var place = form.querySelector("[data-tally]");
    var used = lines().filter(function (line) { return !blank(line); });
    var bad = used.filter(function (line) { return line.classList.contains("is-bad"); });
    place.textContent = used.length ? place.dataset.words.replace("{typed}", used.length).replace("{bad}", bad.length) : "";
  }

  function show(line, answer) {
    var errors = answer.errors || {};
    var wrong = Object.keys(errors);
    var words = [];
    wrong.forEach(function (name) { if (words.indexOf(errors[name]) < 0) { words.push(errors[name]); } });
    boxes(line).forEach(function (each) {
      if (errors[each.dataset.field]) {
        each.setAttribute("aria-invalid", "true");
        each.setAttribute("aria-describedby", saying(line).id);
      } else {
        each.removeAttribute("aria-invalid");
        each.removeAttribute("aria-describedby");
      }
    });
    line.classList.toggle("is-bad", wrong.length > 0);
    line.classList.toggle("is-good", wrong.length === 0);
    saying(line).textContent = [answer.door, answer.hint].concat(words).filter(Boolean).join("  ");
    tally();
  }

  function ask(line) {
    if (blank(line)) {
      line.className = "line";
      saying(line).textContent = "";
      delete line.dataset.asked;
      tally();
      return;
    }
    var now = typed(line);
    if (line.dataset.asked === now) { return; }
    line.dataset.asked = now;
    var data = new FormData();
    Array.prototype.forEach.call(form.elements, function (each) {
      var own = line.contains(each);
      if (!each.name || each.name === "save" || each.name === "more") { return; }
      if (!own && body.contains(each)) { return; }
      if (each.type === "checkbox" && !each.checked) { return; }
      data.append(each.name, each.value);
    });
    data.append("line", line.dataset.line);
    lines().forEach(function (other) { if (other !== line && box(other, "code").value) { data.append("other", box(other, "code").value); } });
    fetch(form.dataset.check, { method: "POST", body: data, credentials: "same-origin" })
      .then(function (answer) {
        var json = (answer.headers.get("Content-Type") || "").indexOf("json") > 0;
        if (!json) { throw new Error(String(answer.status)); }
        return answer.json();
      })
      .then(function (answer) {
        if (typed(line) !== now) { return; }
        if (answer.head) { delete line.dataset.asked; return; }
        show(line, answer);
      })
      // No answer: saving says what is wrong, as it does without this file.
      .catch(function () { delete line.dataset.asked; });
  }

  function goTo(line, name) {
    var target = line && box(line, name);
    if (target) { target.focus(); target.select(); }
  }

  body.addEventListener("keydown", function (event) {
    var line = event.target.closest("tr.line");
    if (!line || event.isComposing) { return; }
    var all = lines();
    var at = all.indexOf(line);
    if (event.key === "Enter" && !event.ctrlKey) {
      event.preventDefault();
      goTo(all[at + 1] || addLine(), "code");
    } else if (event.key === "ArrowDown" && event.target.dataset.field !== "finding") {
      event.preventDefault();
      goTo(all[at + 1], event.target.dataset.field);
    } else if (event.key === "ArrowUp" && event.target.dataset.field !== "finding") {
      event.preventDefault();
      goTo(all[at - 1], event.target.dataset.field);
    }
  });
  body.addEventListener("focusout", function (event) {
    var line = event.target.closest("tr.line");
    if (line && !(event.relatedTarget && line.contains(event.relatedTarget))) { ask(line); }
  });
  body.addEventListener("input", function () { dirty = true; tally(); });

  form.addEventListener("submit", function (event) {
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "1";
    dirty = false;
  });
  window.addEventListener("pageshow", function () { delete form.dataset.sending; });
  window.addEventListener("beforeunload", function (event) {
    if (dirty) { event.preventDefault(); event.returnValue = ""; }
  });

  var bad = body.querySelector(".is-bad [aria-invalid]");
  if (bad) { bad.focus(); bad.scrollIntoView({ block: "center" }); }
  tally();
})();
