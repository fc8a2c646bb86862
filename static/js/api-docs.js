"use strict";

SwaggerUIBundle({
  dom_id: "#api-docs",
  url: document.getElementById("api-docs").dataset.schema,
  deepLinking: true,
  validatorUrl: null,
});
