"use strict";

// Swagger UI's own layout brings a <main>, a first heading and what the page says above the list already.
function ListOnly() {
  return {
    components: {
      ListOnly: function (props) {
        const make = props.React.createElement;
        const parts = ["SvgAssets", "errors"];
        if (props.specSelectors.loadingStatus() === "success") parts.push("AuthorizeBtnContainer", "operations", "Models");
        return make(
          "div",
          { className: "swagger-ui" },
          parts.map(function (name) {
            return make(props.getComponent(name, name !== "SvgAssets"), { key: name });
          }),
        );
      },
    },
  };
}

// Swagger UI's own words are English alone: the page brings those of its language.
function Words(system) {
  const words = new Map(Object.entries(JSON.parse(document.getElementById("api-docs-words").textContent)));
  const make = system.React.createElement;
  system.React.createElement = function (type, props, ...children) {
    return make.call(this, type, props, ...children.map((each) => (typeof each === "string" && words.get(each.trim())) || each));
  };
  return {};
}

SwaggerUIBundle({
  dom_id: "#api-docs",
  url: document.getElementById("api-docs").dataset.schema,
  // Its links stand inside of buttons, where no keyboard or screen reader finds them.
  deepLinking: false,
  validatorUrl: null,
  plugins: [Words, ListOnly],
  layout: "ListOnly",
});
