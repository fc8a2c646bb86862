// Shows below a field what it held when the form was opened, as soon as it holds something else.
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const valueOf = (field) => (field.type === "checkbox" ? String(field.checked) : field.value);

  document.querySelectorAll(".editable").forEach(function (place) {
    // A form that came back shows it already, and what its fields hold is not what they held at first.
    if (place.classList.contains("editable-changed")) return;
    const fields = Array.from(place.querySelectorAll("input, select, textarea"));
    const before = fields.map(valueOf);
    function compare() {
      const isChanged = fields.some((field, i) => valueOf(field) !== before[i]);
      place.classList.toggle("editable-changed", isChanged);
      place.querySelector(".was").hidden = !isChanged;
    }
    place.addEventListener("input", compare);
  });
});
