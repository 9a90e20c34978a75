"""The HTTP side of the core: routes, what comes in, what goes out, OpenAPI."""
