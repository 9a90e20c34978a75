/**
 * Shows the API's own description by Swagger UI.
 *
 * Swagger UI writes the words of that description into the page as HTML, after it has cleaned them.
 * The page's policy asks for a trusted type there, which this hands out: what comes in is nothing
 * but the deployment's own OpenAPI document.
 */

if (window.trustedTypes) {
  window.trustedTypes.createPolicy("default", { createHTML: (text) => text });
}

window.SwaggerUIBundle({
  url: "/api/v3/openapi.json",
  dom_id: "#reference",
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 2,
  syntaxHighlight: false,
  validatorUrl: null,
});
