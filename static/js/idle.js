// A session ends after a pause. Shortly before that the page says so; after it, it hides what it shows and leads to the
// log-in. What was typed is kept by kept.js, and stays.
"use strict";
(function () {
  const data = document.currentScript.dataset;
  const LIMIT = Number(data.minutes) * 60 * 1000;
  const WARN_BEFORE = 2 * 60 * 1000;
  // The server notes a step of a person once a minute, too.
  const TELL_AFTER = 60 * 1000;
  const LOOK_EVERY = 5 * 1000;
  // A step in one tab is one in the others, too.
  const tabs = new BroadcastChannel("idle:" + data.user);
  let last = Date.now();

  // The server has heard of the person at this moment.
  function note(moment) {
    last = moment;
    tabs.postMessage(moment);
  }

  tabs.addEventListener("message", function (event) {
    last = Math.max(last, event.data);
    look();
  });

  let telling = false;

  function tell() {
    const moment = Date.now();
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    if (telling || !token) return;
    telling = true;
    window
      .fetch(data.address, { method: "POST", headers: { "X-CSRFToken": token.value }, credentials: "same-origin" })
      .then(function (answer) {
        if (answer.ok) note(moment);
        else if (answer.status === 401) end();
      })
      .catch(() => null)
      .then(function () {
        telling = false;
        look();
      });
  }

  function dialog() {
    return document.getElementById("idle");
  }

  function show(isOver) {
    const box = dialog();
    box.hidden = false;
    box.classList.toggle("idle-over", isOver);
    box.querySelector("[data-idle-warning]").hidden = isOver;
    box.querySelector("[data-idle-over]").hidden = !isOver;
    if (isOver) {
      const link = box.querySelector("[data-idle-over] a");
      link.href = link.dataset.address + "?next=" + encodeURIComponent(window.location.pathname + window.location.search);
    }
    const target = box.querySelector(isOver ? "[data-idle-over] a" : "[data-idle-stay]");
    if (document.activeElement !== target) target.focus();
  }

  let back = null;

  function hide() {
    const box = dialog();
    if (box.hidden) return;
    box.hidden = true;
    if (back) back.focus();
    back = null;
  }

  let isOver = false;

  function end() {
    isOver = true;
    show(true);
  }

  function look() {
    if (!dialog()) return;
    const pause = Date.now() - last;
    if (isOver || pause >= LIMIT) {
      end();
    } else if (pause >= LIMIT - WARN_BEFORE) {
      if (dialog().hidden) back = document.activeElement;
      const left = Math.ceil((LIMIT - pause) / 1000);
      dialog().querySelector("[data-idle-left]").textContent =
        Math.floor(left / 60) + ":" + String(left % 60).padStart(2, "0");
      if (dialog().hidden) show(false);
    } else {
      hide();
    }
  }

  // Typing and pressing in a page are steps of a person, though the server hears nothing of them.
  function step(event) {
    if (isOver || !event.isTrusted || !dialog() || !dialog().hidden) return;
    if (Date.now() - last >= TELL_AFTER) tell();
  }

  document.addEventListener("DOMContentLoaded", function () {
    note(Date.now());
    document.addEventListener("click", function (event) {
      if (event.target.closest("[data-idle-stay]")) tell();
    });
    for (const kind of ["input", "keydown", "pointerdown"]) document.addEventListener(kind, step);
    // Nothing behind the box can be reached with the keyboard.
    document.addEventListener("focusin", function (event) {
      const box = dialog();
      if (box && !box.hidden && !box.contains(event.target)) show(isOver);
    });
    window.setInterval(look, LOOK_EVERY);
    document.addEventListener("visibilitychange", look);
  });
})();
