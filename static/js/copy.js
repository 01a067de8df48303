// Copies a text area with one tap; without scripts the text is selected by hand.
const button = document.querySelector("[data-copy]");
const said = document.querySelector("[data-copied]");
const field = button && document.getElementById(button.dataset.copy);

async function copy() {
  field.focus();
  field.select();
  let done = false;
  // The clipboard needs https or this machine; the older command works on any page.
  if (navigator.clipboard && window.isSecureContext) {
    done = await navigator.clipboard.writeText(field.value).then(() => true, () => false);
  }
  if (done || document.execCommand("copy")) {
    said.hidden = false;
  }
}

if (field) {
  button.hidden = false;
  button.addEventListener("click", copy);
}
