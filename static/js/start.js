// The first step of the first visit asks only for the languages that are chosen. Without scripts it shows both, and the
// site reads those that it is to offer.
"use strict";

(function () {
  const form = document.querySelector(".setup-form");
  const endings = { "zh-hans": "_zh", en: "_en" };

  function show() {
    const chosen = endings[(form.querySelector("[name=languages]:checked") || {}).value];
    form.querySelectorAll("input[name], textarea[name]").forEach(function (input) {
      const ending = Object.values(endings).find(each => input.name.endsWith(each));
      if (ending) input.closest(".field").hidden = Boolean(chosen) && ending !== chosen;
    });
  }

  form.addEventListener("change", show);
  show();
})();
