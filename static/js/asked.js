// Fields that are asked only with some choices: `data-hidden-for` names those of the field `data-asked-by` that hide
// them. What holds something, or is at fault, stays in sight, so that nothing unseen is sent.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  function isHeld(part) {
    const fields = Array.from(part.querySelectorAll("input, select, textarea"));
    return Boolean(part.querySelector(".field-error")) || fields.some((each) => each.value.trim());
  }

  document.querySelectorAll("[data-asked-by]").forEach(function (part) {
    const form = part.closest("form");
    function show() {
      const chosen = form.elements[part.dataset.askedBy].value;
      part.hidden = part.dataset.hiddenFor.split(" ").includes(chosen) && !isHeld(part);
    }
    form.addEventListener("change", show);
    // Scripts put words in as well, and their events do not bubble.
    form.addEventListener("input", show, true);
    show();
  });

  // On a narrow screen what stands beside the form would stand below it.
  if (window.matchMedia("(max-width: 639px)").matches) {
    document.querySelectorAll("details[data-folds-when-narrow]").forEach((each) => each.removeAttribute("open"));
  }
});
