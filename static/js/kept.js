// What is typed stays in this browser until the server has it: of each person by themselves, and gone when they log out.
"use strict";
window.kept = (function () {
  const user = document.currentScript.dataset.user;
  const EVERYBODYS = "kept:";
  const PREFIX = EVERYBODYS + user + ":";
  const LEFT = "kept:left";
  const DAYS = 30;
  // What is to be saved before the person logs out: functions that promise whether it was.
  const savers = [];
  let isGone = false;

  // Private windows may refuse to keep anything; forms work without.
  function store(area, action, key, value) {
    try {
      return window[area][action](key, value);
    } catch (refused) {
      return null;
    }
  }

  function parse(text) {
    try {
      return JSON.parse(text || "null");
    } catch (broken) {
      return null;
    }
  }

  function read(name) {
    return parse(store("localStorage", "getItem", PREFIX + name));
  }

  function write(name, entry) {
    if (isGone) return;
    const whole = Object.assign({ at: Date.now() }, entry);
    store("localStorage", "setItem", PREFIX + name, JSON.stringify(whole));
  }

  function discard(name) {
    store("localStorage", "removeItem", PREFIX + name);
  }

  function keys(area, prefix) {
    try {
      return Object.keys(window[area]).filter((key) => key.startsWith(prefix));
    } catch (refused) {
      return [];
    }
  }

  // It is on its way to the server, under the id of the form that carries it.
  function markSent(name, form) {
    const entry = read(name);
    if (entry && form.elements.form_id) write(name, Object.assign(entry, { sent: form.elements.form_id.value }));
  }

  function leave() {
    isGone = true;
    for (const area of ["localStorage", "sessionStorage"]) {
      keys(area, PREFIX).forEach((key) => store(area, "removeItem", key));
    }
    // Other tabs stop keeping, too.
    store("localStorage", "setItem", LEFT, user);
    store("localStorage", "removeItem", LEFT);
  }

  window.addEventListener("storage", function (event) {
    if (event.key === LEFT && event.newValue === user) isGone = true;
  });

  // The server tells the id of the form that it has done.
  function sweep() {
    const found = document.cookie.match(/(?:^|; )(?:__Host-)?pilotzone_done=([\w-]+)/);
    const before = Date.now() - DAYS * 24 * 3600 * 1000;
    // Also of those who do not come back to this browser.
    keys("localStorage", EVERYBODYS).forEach(function (key) {
      const entry = parse(store("localStorage", "getItem", key));
      const isDone = entry && found && key.startsWith(PREFIX) && entry.sent === found[1];
      if (!entry || !(entry.at > before) || isDone) store("localStorage", "removeItem", key);
    });
    keys("sessionStorage", PREFIX + "id:").forEach(function (key) {
      if (found && store("sessionStorage", "getItem", key) === found[1]) store("sessionStorage", "removeItem", key);
    });
  }

  // An id of its own for each form, and the one that it was sent with as long as nobody said that it was done.
  function name(form) {
    return PREFIX + "id:" + form.getAttribute("action") + "#" + (form.dataset.keep || form.id);
  }

  function identify(form) {
    const number = () => Math.floor(Math.random() * 2 ** 32).toString(36);
    const made = window.crypto ? Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)) : [];
    form.elements.form_id.value =
      store("sessionStorage", "getItem", name(form)) || made.join("") || number() + number() + number();
  }

  // What is typed and chosen in a form with data-keep, and ticks with data-keep-tick: these of this tab alone. The box
  // that confirms what cannot be undone is ticked anew each time.
  const NOT_KEPT = "button, [type=hidden], [type=checkbox], [type=file], [type=password], [type=submit]";

  function names(form) {
    const fields = Array.from(form.elements).filter((field) => field.name && !field.matches(NOT_KEPT));
    return Array.from(new Set(fields.map((field) => field.name)));
  }

  function entryName(form, name) {
    return form.dataset.keep + ":" + name;
  }

  // What the server gave: the fields may hold more already, typed while the scripts were loading.
  function given(form) {
    const untouched = form.cloneNode(true);
    untouched.reset();
    return Object.fromEntries(names(untouched).map((name) => [name, untouched.elements[name].value]));
  }

  function put(form, name, value) {
    const field = form.elements[name];
    // A choice that is offered no more stays as it is.
    if (field instanceof HTMLSelectElement && !Array.from(field.options).some((each) => each.value === value)) return;
    field.value = value;
    if (!(field instanceof Element)) return;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const folded = field.closest("details");
    if (folded) folded.open = true;
  }

  function restoreWords(form) {
    const before = given(form);
    const isRefused = "refused" in form.dataset;
    const isText = (name) => form.elements[name].type === "textarea";
    const restored = names(form).filter(function (name) {
      const [entry, now] = [read(entryName(form, name)), form.elements[name].value];
      // Words that were refused, and what has been typed by now, are newer.
      if (!entry || !entry.value || now !== before[name] || now === entry.value) return false;
      if (isRefused || (isText(name) && now)) return false;
      put(form, name, entry.value);
      return true;
    });
    form.addEventListener("input", function (event) {
      const name = event.target.name;
      if (!(name in before)) return;
      const value = form.elements[name].value;
      // What a refused form came back with is nowhere else.
      const isOurs = value !== before[name] || isRefused || isText(name);
      if (value && isOurs) write(entryName(form, name), { value });
      else discard(entryName(form, name));
    });
    const notice = form.querySelector("[data-kept-notice]");
    if (!notice || !restored.length) return;
    notice.hidden = false;
    notice.querySelector("button").addEventListener("click", function () {
      names(form).forEach((name) => put(form, name, before[name]));
      names(form).forEach((name) => discard(entryName(form, name)));
      notice.hidden = true;
    });
  }

  function tickKey(box) {
    return PREFIX + "tick:" + box.dataset.keepTick;
  }

  function restoreTick(box) {
    const ticked = store("sessionStorage", "getItem", tickKey(box));
    if (ticked !== null) box.checked = ticked === "yes";
    box.addEventListener("change", function () {
      if (!isGone) store("sessionStorage", "setItem", tickKey(box), box.checked ? "yes" : "no");
    });
  }

  function dropTicks(boxes) {
    boxes.forEach((box) => store("sessionStorage", "removeItem", tickKey(box)));
  }

  function start() {
    document.querySelectorAll("form [name=form_id]").forEach((field) => identify(field.form));
    document.querySelectorAll("form[data-keep]").forEach(restoreWords);
    document.querySelectorAll("[data-keep-tick]").forEach(restoreTick);
    // Tick all, or none: the page that follows says which.
    document.querySelectorAll("[data-drops-ticks]").forEach(function (link) {
      link.addEventListener("click", () => dropTicks(document.querySelectorAll("[data-keep-tick]")));
    });
  }

  function sent(event) {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.elements.form_id) store("sessionStorage", "setItem", name(form), form.elements.form_id.value);
    if (form.dataset.keep) names(form).forEach((name) => markSent(entryName(form, name), form));
    // What was ticked, and what is decided in its own row, is dealt with.
    dropTicks(Array.from(form.elements).filter((box) => box.dataset.keepTick && box.checked));
    const row = (event.submitter || form).closest("tr, article");
    if (row) dropTicks(row.querySelectorAll("[data-keep-tick]"));
  }

  function leaving(event) {
    const form = event.target;
    if (event.defaultPrevented || !("logsOut" in form.dataset)) return;
    if (savers.length && !form.dataset.tried) {
      // What cannot be saved is said; whoever presses once more goes without.
      event.preventDefault();
      form.dataset.tried = "yes";
      Promise.all(savers.map((save) => save())).then(function (saved) {
        if (!saved.every(Boolean)) return;
        leave();
        form.submit();
      });
    } else {
      leave();
    }
  }

  sweep();
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target === document.body) start();
  });
  document.addEventListener("submit", leaving);
  document.addEventListener("submit", sent);
  return { read, write, discard, markSent, savers, isGone: () => isGone };
})();
