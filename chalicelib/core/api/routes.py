"""What anybody may ask of the API itself: whether it answers, and how."""

from typing import Any

import msgspec

from chalicelib.core.api import openapi, reference, routing
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.replies import Html
from chalicelib.core.api.routing import Routes

api = Routes[None](
    __name__,
    audience=Audience.ANYONE,
    tags={
        "health": "Whether the API answers.",
        "docs": "This document as a page.",
        "openapi.json": "This document.",
    },
)


class Health(msgspec.Struct):
    """Whether the API answers.

    Attributes:
        status: always `ok`; an API that cannot answer says nothing at all.
    """

    status: str


@api.get("/health")
def show_health() -> Health:
    """Say that the API is up."""
    return Health("ok")


@api.get("/docs")
def show_reference() -> Html:
    """Show this document as a page."""
    return reference.page()


@api.get("/openapi.json")
def show_openapi() -> dict[str, Any]:
    """Return this document."""
    return openapi.document(routing.groups())
