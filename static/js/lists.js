// Lists change without a reload: htmx puts the new page's body in place of the old one's.
"use strict";
document.addEventListener("htmx:beforeSwap", function (event) {
  // A refusal comes with its sentence, in the frame of the page.
  if (event.detail.xhr.status >= 400) event.detail.shouldSwap = true;
});

document.addEventListener("htmx:sendError", function (event) {
  // The browser's own page says best that the server cannot be reached.
  window.location.assign(event.detail.pathInfo.finalRequestPath);
});

document.addEventListener("htmx:afterSettle", function () {
  const count = document.getElementById("count");
  const said = document.getElementById("list-said");
  if (!count) return;
  // What was pressed may be gone (a filter that was dropped): its place is where the answer begins.
  if (document.activeElement === document.body) count.focus();
  else if (said) said.textContent = count.textContent;
});
