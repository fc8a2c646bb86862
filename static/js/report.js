// The form of a report: what cannot be saved on the server is kept in the browser until it can.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const NAMES = ["status", "effective_on", "what_was_done", "problem", "next_step"];
  const MARKS = ["version", "against_status"];

  // Private windows may refuse to keep anything; the form works without.
  function store(action, key, value) {
    try {
      return window.localStorage[action](key, value);
    } catch (refused) {
      return null;
    }
  }

  const done = document.getElementById("report-submitted");
  if (done) {
    const kept = JSON.parse(store("getItem", done.dataset.store) || "null");
    const shown = JSON.parse(document.getElementById("report-shown").textContent);
    if (kept && Object.keys(shown).every((name) => (kept[name] || "").trim() === shown[name])) {
      store("removeItem", done.dataset.store);
    }
  }

  const form = document.getElementById("report-form");
  if (!form) return;
  const state = document.getElementById("draft-state");
  const key = form.dataset.store;

  function typed(names, from = form) {
    const data = new FormData(from);
    return Object.fromEntries(names.map((name) => [name, String(data.get(name) || "")]));
  }

  function keep() {
    store("setItem", key, JSON.stringify(typed(NAMES.concat(MARKS))));
  }

  function restore(kept) {
    for (const [name, value] of Object.entries(kept)) {
      const field = form.elements[name];
      // A field typed in by now holds the newer words.
      if (!field || typed([name])[name] !== given[name]) continue;
      field.value = value;
      if (field instanceof Element) field.dispatchEvent(new Event("input"));
    }
    document.getElementById("restored").hidden = false;
  }

  // What the server gave, which may be less than the fields hold: quick hands type while the scripts are loading.
  const untouched = form.cloneNode(true);
  untouched.reset();
  const given = typed(NAMES.concat(MARKS), untouched);
  let saved = JSON.stringify(typed(NAMES, untouched));
  const kept = JSON.parse(store("getItem", key) || "null");
  if (kept && "kept" in form.dataset) {
    // The server brought back something newer.
    store("removeItem", key);
  } else if (kept && !("refused" in form.dataset)) {
    const text = JSON.stringify(Object.fromEntries(NAMES.map((name) => [name, kept[name] || ""])));
    if (text === saved) {
      store("removeItem", key);
    } else {
      restore(kept);
    }
  }
  if (JSON.stringify(typed(NAMES)) !== saved) {
    window.setTimeout(() => window.htmx && window.htmx.trigger(state, "save"), 0);
  }

  let sent = "";
  let busy = false;
  let waiting = null;
  let isSent = false;

  state.addEventListener("htmx:configRequest", function (event) {
    sent = JSON.stringify(typed(NAMES));
    // What is on its way to be submitted needs no saving, and would come too late for it.
    if (isSent || sent === saved) event.preventDefault();
  });
  state.addEventListener("htmx:beforeRequest", function () {
    busy = true;
  });
  state.addEventListener("htmx:beforeSwap", function (event) {
    // Refusals come with their sentence.
    if ([409, 422].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
  });
  state.addEventListener("htmx:afterRequest", function (event) {
    busy = false;
    if (event.detail.successful) {
      saved = sent;
      store("removeItem", key);
    } else {
      keep();
      explain(event.detail.xhr.status);
    }
    // Only now does the form carry the version that its submission needs.
    if (waiting) window.setTimeout(() => form.requestSubmit(waiting), 0);
  });

  function explain(status) {
    if ([409, 422].includes(status)) return;
    const isLoggedOut = status === 401 || status === 403;
    const line = document.createElement("span");
    line.className = "state-fault";
    line.textContent = isLoggedOut ? state.dataset.lost : state.dataset.failed;
    state.replaceChildren(line);
    if (isLoggedOut) {
      const link = document.createElement("a");
      // The buttons are named so too: the property would be theirs.
      link.href = form.getAttribute("action");
      link.textContent = state.dataset.logIn;
      state.append(" ", link);
    }
  }

  form.addEventListener("submit", function (event) {
    if (busy) {
      waiting = event.submitter;
      event.preventDefault();
    } else if (isSent) {
      event.preventDefault();
    } else {
      isSent = true;
    }
  });
  // Back from another page, the form can be sent again.
  window.addEventListener("pageshow", function () {
    isSent = false;
    waiting = null;
  });
});
