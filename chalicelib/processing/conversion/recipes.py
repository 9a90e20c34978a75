"""What a rendition of the tenant's own is made by: its definition, and what crops keep."""

import hashlib

import msgspec

from chalicelib.core.settings import RenditionDefinition

Point = tuple[float, float]
"""A place in a picture, from its upper left corner: shares of its width and of its height."""

CENTRE: Point = (0.5, 0.5)


class Recipe(msgspec.Struct, frozen=True):
    """How a rendition is made: as it was defined, around which point."""

    definition: RenditionDefinition
    focal_point: Point = CENTRE

    @property
    def id(self) -> str:
        """What tells it from any other: the same definition and point make the same picture."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]


def recipe_for(definition: RenditionDefinition, focal_point: dict[str, float] | None) -> Recipe:
    """Return how a definition is applied to an asset; only what crops looks at its focal point."""
    if definition.fit == "crop" and focal_point is not None:
        return Recipe(definition, (focal_point["x"], focal_point["y"]))
    return Recipe(definition)
