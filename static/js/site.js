// Loaded in the head, before the page is drawn: the class tells the style sheet that what is folded can be opened.
"use strict";
document.documentElement.classList.add("js");

// The body of a page, at its start and when another has taken its place.
function start() {
  function toggle(button, target) {
    if (!target) return;
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", target.id);
    if (button.tagName === "A") button.setAttribute("role", "button");
    function flip(event) {
      event.preventDefault();
      const open = target.classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
    }
    button.addEventListener("click", flip);
    button.addEventListener("keydown", function (event) {
      if (event.key === " " && button.tagName === "A") flip(event);
    });
  }

  document.querySelectorAll("[data-toggle]").forEach(function (button) {
    toggle(button, document.getElementById(button.dataset.toggle));
  });

  // A day is sent when it is whole. Keys in the field change it part by part, so they wait for Enter or for leaving it.
  document.querySelectorAll(".as-of input[type=date]").forEach(function (field) {
    let typing = false;
    function send() {
      if (field.value !== field.defaultValue && field.form.reportValidity()) field.form.submit();
    }
    field.addEventListener("keydown", function () {
      typing = true;
    });
    field.addEventListener("pointerdown", function () {
      typing = false;
    });
    field.addEventListener("change", function () {
      if (!typing) send();
    });
    field.addEventListener("blur", send);
  });

  // The day of choice has a field of its own, shown when it is wanted; arrow keys in the list wait as those above.
  document.querySelectorAll(".as-of select").forEach(function (list) {
    const field = list.form.elements.compare_day;
    let typing = false;
    function reveal() {
      field.hidden = list.value !== "day";
      field.required = !field.hidden;
    }
    function send() {
      if (!list.selectedOptions[0].defaultSelected && list.value !== "day") list.form.submit();
    }
    list.addEventListener("keydown", function () {
      typing = true;
    });
    list.addEventListener("pointerdown", function () {
      typing = false;
    });
    list.addEventListener("change", function () {
      reveal();
      if (list.value === "day") field.focus();
      else if (!typing) send();
    });
    list.addEventListener("blur", send);
    reveal();
  });

  document.querySelectorAll("[data-counter-for]").forEach(function (counter) {
    const field = document.getElementById(counter.dataset.counterFor);
    if (!field) return;
    function count() {
      const length = Array.from(field.value.trim()).length;
      counter.textContent = length + " / " + field.dataset.max;
      counter.classList.toggle("state-fault", length > Number(field.dataset.max));
      // Of a few words nobody asks how many more there may be.
      counter.hidden = length * 4 < Number(field.dataset.max);
    }
    field.addEventListener("input", count);
    count();
  });

  const summary = document.querySelector(".box-error[tabindex]");
  if (summary && !summary.closest(".specimen")) summary.focus();
}

document.addEventListener("DOMContentLoaded", start);
document.addEventListener("htmx:afterSwap", function (event) {
  if (event.detail.target === document.body) start();
});

// Ctrl+K goes to the search, also from a field. Not a key alone: who dictates, or slips, would be led there by a word.
document.addEventListener("keydown", function (event) {
  if (event.key.toLowerCase() !== "k" || event.ctrlKey === event.metaKey || event.altKey || event.shiftKey) return;
  // Its own page has a larger one; of the two in the head, a width shows one.
  const boxes = [document.querySelector("main input[name=q]"), ...document.querySelectorAll("[data-search]")];
  const box = boxes.find((each) => each && each.offsetParent !== null);
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// The second press of a double click would be answered with a refusal, and a comment would stand there twice.
// For a second only: by then the first has been answered, or was stopped by hand.
document.addEventListener("submit", function (event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.id === "report-form") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 1000);
});
