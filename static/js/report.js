// The form of a report: what is typed is kept in the browser at once, and saved on the server after a pause, or when
// the page is left.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  // Not saved as a draft, but attached when the form is sent: this browser alone holds them until then.
  const EVIDENCE = ["url", "url_title", "document_number", "document_title"];
  // So many sendings without an answer are remembered.
  const MOST = 20;
  const kept = window.kept;

  function plain(text) {
    return String(text || "").replace(/\r\n/g, "\n").trim();
  }

  const done = document.getElementById("report-submitted");
  if (done) {
    const entry = kept.read(done.dataset.store);
    const shown = JSON.parse(document.getElementById("report-shown").textContent);
    if (entry && Object.keys(shown).every((name) => plain(entry.values[name]) === shown[name])) {
      kept.discard(done.dataset.store);
    }
  }

  const form = document.getElementById("report-form");
  if (!form) return;
  const state = document.getElementById("draft-state");
  const key = form.dataset.store;
  // What the draft keeps.
  const NAMES = form.dataset.fields.split(",");

  function typed(from = form) {
    const data = new FormData(from);
    return Object.fromEntries([...NAMES, ...EVIDENCE].map((name) => [name, String(data.get(name) || "")]));
  }

  function differ(one, other, names = NAMES) {
    return names.some((name) => one[name] !== other[name]);
  }

  // Of each field what the page was shown first, and what it sent and had no answer to.
  function known() {
    try {
      return JSON.parse(form.elements.known.value || "{}");
    } catch (broken) {
      return {};
    }
  }

  function setKnown(values) {
    form.elements.known.value = JSON.stringify(values);
  }

  function rememberUnanswered(values) {
    const all = known();
    for (const name of NAMES) {
      const seen = all[name] || [];
      const text = plain(values[name]);
      if (!seen.includes(text)) all[name] = [...seen.slice(0, 1), ...seen.slice(1).slice(1 - MOST), text];
    }
    setKnown(all);
  }

  function keep() {
    const values = typed();
    const files = form.querySelector("[type=file]").files.length > 0;
    const isOurs = isUnsaved || files || differ(values, saved) || differ(values, given, EVIDENCE);
    if (isOurs) kept.write(key, { values, known: known(), files });
    else kept.discard(key);
  }

  function put(name, value) {
    const field = form.elements[name];
    field.value = value;
    if (!(field instanceof Element)) return;
    const fold = field.closest("details");
    if (fold && value) fold.open = true;
    field.dispatchEvent(new Event("input"));
  }

  // What this browser holds and the server does not, beside what the server holds.
  function showVersions(names) {
    const box = document.getElementById("restored");
    const rows = document.getElementById("restored-versions");
    for (const [name, theirs, mine] of names) {
      const heading = document.createElement("h3");
      heading.textContent = form.querySelector(`.field-${name} .field-label`).firstChild.textContent.trim();
      const pair = document.createElement("div");
      pair.className = "versions";
      for (const [label, text] of [[rows.dataset.server, theirs], [rows.dataset.browser, mine]]) {
        const side = document.createElement("div");
        const head = document.createElement("p");
        head.className = "quiet small";
        head.textContent = label;
        const words = document.createElement("p");
        words.className = "typed";
        words.textContent = text ? labelOf(name, text) : "—";
        if (/[\u4e00-\u9fff]/.test(words.textContent)) {
          words.lang = "zh-Hans";
        }
        side.append(head, words);
        pair.append(side);
      }
      rows.append(heading, pair);
    }
    box.hidden = false;
  }

  // What the reader sees of a value: beside radio buttons stands a label.
  function labelOf(name, value) {
    const field = form.elements[name];
    const choice = field instanceof RadioNodeList && Array.from(field).find((each) => each.value === value);
    return choice ? choice.parentElement.textContent.trim() : value;
  }

  function restore(entry) {
    const before = entry.known || {};
    const all = known();
    const restored = [];
    const now = typed();
    for (const name of NAMES) {
      const [mine, theirs, seen] = [entry.values[name] || "", given[name], before[name] || []];
      // What was sent when the page was left may reach the server after this page did.
      all[name] = [plain(theirs), ...seen.slice(1)];
      const isTheirsNew = !seen.includes(plain(theirs));
      if (plain(mine) === plain(theirs) || (isTheirsNew && seen[0] === plain(mine))) continue;
      // A field typed in by now holds the newer words.
      if (now[name] !== theirs) continue;
      put(name, mine);
      // Where both have changed it the server asks which.
      if (isTheirsNew) all[name] = seen;
      restored.push([name, theirs, mine]);
    }
    setKnown(all);
    for (const name of EVIDENCE) {
      if (!entry.values[name] || now[name]) continue;
      put(name, entry.values[name]);
      restored.push([name, given[name], entry.values[name]]);
    }
    document.getElementById("files-again").hidden = !entry.files;
    if (restored.length) showVersions(restored);
    else kept.discard(key);
  }

  // What the server gave, which may be less than the fields hold: quick hands type while the scripts are loading.
  const untouched = form.cloneNode(true);
  untouched.reset();
  const given = typed(untouched);
  let saved = given;
  // What a refused form came back with is nowhere else.
  let isUnsaved = "refused" in form.dataset;
  const entry = kept.read(key);
  if (entry && entry.values && !isUnsaved) {
    restore(entry);
  }
  if (differ(typed(), saved)) window.setTimeout(() => window.htmx && window.htmx.trigger(state, "save"), 0);

  let sent = given;
  let busy = false;
  let waiting = null;
  let isSent = false;

  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  const useServers = document.getElementById("restored-drop");
  if (useServers) {
    useServers.addEventListener("click", function () {
      [...NAMES, ...EVIDENCE].forEach((name) => put(name, given[name]));
      document.getElementById("restored").hidden = true;
      keep();
      window.htmx.trigger(state, "save");
    });
  }

  state.addEventListener("htmx:configRequest", function (event) {
    // What is on its way to be submitted needs no saving, and would come too late for it.
    if (isSent || !differ(typed(), saved)) event.preventDefault();
    else sent = typed();
  });
  state.addEventListener("htmx:beforeRequest", function () {
    busy = true;
  });
  state.addEventListener("htmx:beforeSwap", function (event) {
    // Refusals come with their sentence.
    if ([409, 422].includes(event.detail.xhr.status)) event.detail.shouldSwap = true;
  });
  state.addEventListener("htmx:afterRequest", function (event) {
    const status = event.detail.xhr.status;
    busy = false;
    if (event.detail.successful) {
      takeOver();
    } else {
      if (status === 0 || status >= 500) rememberUnanswered(sent);
      explain(status);
    }
    keep();
    // Only now does the form carry the version that its submission needs.
    if (waiting) window.setTimeout(() => form.requestSubmit(waiting), 0);
  });

  // The server has what was sent, and may have more: what another tab wrote into other fields.
  function takeOver() {
    const now = typed();
    saved = Object.assign({}, sent);
    isUnsaved = false;
    for (const [name, [text]] of Object.entries(known())) {
      if (text === plain(sent[name]) || now[name] !== sent[name]) continue;
      put(name, text);
      saved[name] = text;
    }
  }

  function explain(status) {
    if ([409, 422].includes(status)) return;
    const isLoggedOut = status === 401;
    const isRefused = status === 403;
    const line = document.createElement("span");
    line.className = "state-fault";
    if (isLoggedOut) line.textContent = state.dataset.lost;
    else line.textContent = isRefused ? state.dataset.refused : state.dataset.failed;
    state.replaceChildren(line);
    if (isLoggedOut || isRefused) {
      const link = document.createElement("a");
      // The buttons are named so too: the property would be theirs.
      link.href = form.getAttribute("action");
      link.textContent = isLoggedOut ? state.dataset.logIn : state.dataset.openAgain;
      state.append(" ", link);
    }
  }

  // Without a pause, and though the page goes away meanwhile.
  function saveNow() {
    const body = new FormData(form);
    for (const name of Array.from(body.keys())) {
      if (!state.getAttribute("hx-params").split(",").includes(name)) body.delete(name);
    }
    return window.fetch(state.getAttribute("hx-post"), { method: "POST", body, keepalive: true });
  }

  window.addEventListener("pagehide", function () {
    if (isSent || kept.isGone() || !differ(typed(), saved)) return;
    saveNow().catch(() => null);
    rememberUnanswered(typed());
    keep();
  });
  kept.savers.push(async function () {
    if (!differ(typed(), saved)) return true;
    const now = typed();
    const answer = await saveNow().catch(() => null);
    if (answer && answer.ok) saved = now;
    else explain(answer ? answer.status : 0);
    return Boolean(answer && answer.ok);
  });

  document.addEventListener("submit", function (event) {
    // Whatever else is done on this page with the report decides what becomes of it.
    if (event.target === form || event.defaultPrevented || !("endsDraft" in event.target.dataset)) return;
    isSent = true;
    // Once the draft is thrown away, words that were never saved go with it.
    if (event.target.dataset.endsDraft === "discard") kept.markSent(key, event.target);
  });
  form.addEventListener("submit", function (event) {
    if (busy) {
      waiting = event.submitter;
      event.preventDefault();
    } else if (isSent) {
      event.preventDefault();
    } else {
      isSent = true;
      keep();
      kept.markSent(key, form);
    }
  });
  // Back from another page, the form can be sent again.
  window.addEventListener("pageshow", function () {
    isSent = false;
    waiting = null;
  });
});
