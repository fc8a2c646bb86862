"use strict";

// Swagger UI goes from the first heading to the third: this names the part in between.
function OperationsHeading(system) {
  return {
    wrapComponents: {
      InfoContainer: function (Info) {
        return function (props) {
          const make = system.React.createElement;
          return make("div", { role: "banner" }, make(Info, props), make("h2", { className: "endpoints" }, "Endpoints"));
        };
      },
    },
  };
}

SwaggerUIBundle({
  dom_id: "#api-docs",
  url: document.getElementById("api-docs").dataset.schema,
  // Its links stand inside of buttons, where no keyboard or screen reader finds them.
  deepLinking: false,
  validatorUrl: null,
  plugins: [OperationsHeading],
});
