// "Why this number?": the explanation's own page, shown as a panel over this one. Without this, its link opens it.
"use strict";

document.addEventListener("DOMContentLoaded", function () {
  if (!window.HTMLDialogElement) return;
  let panel = null;
  let opener = null;

  function close() {
    panel.close();
  }

  function make() {
    panel = document.createElement("dialog");
    panel.className = "panel";
    panel.setAttribute("aria-labelledby", "explanation-title");
    // Esc closes a dialog by itself; a press beside the panel falls on the dialog and on nothing in it.
    panel.addEventListener("click", function (event) {
      if (event.target === panel) close();
    });
    panel.addEventListener("close", function () {
      panel.textContent = "";
      // Browsers of the day do this by themselves; older ones leave the focus nowhere.
      opener.focus();
    });
    document.body.appendChild(panel);
  }

  function show(article) {
    const isOpen = panel !== null && panel.open;
    if (!panel) make();
    panel.textContent = "";
    panel.appendChild(document.importNode(article, true));
    const button = panel.querySelector("[data-close]");
    button.hidden = false;
    button.addEventListener("click", close);
    if (!isOpen) panel.showModal();
    panel.scrollTop = 0;
    panel.querySelector("h1").focus();
  }

  function open(link) {
    // The page's own language, which `?lang=` may have set for it alone.
    const address = new URL(link.href);
    address.searchParams.set("lang", document.documentElement.lang.toLowerCase());
    fetch(address, { credentials: "same-origin" })
      .then(function (answer) {
        return answer.text();
      })
      .then(function (text) {
        const article = new DOMParser().parseFromString(text, "text/html").querySelector("main .explanation");
        // A refusal, or the log-in page: shown as the page that it is.
        if (!article) throw new Error("no explanation");
        show(article);
      })
      .catch(function () {
        window.location.href = link.href;
      });
  }

  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-why]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!link.closest("dialog")) opener = link;
    open(link);
  });
});
