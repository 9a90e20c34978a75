"""Renditions that are made when somebody first asks for them, and kept."""

import time
from collections.abc import Mapping

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.faces import Face, Rendition
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.api import waits
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.tables import find
from chalicelib.processing.conversion import boards, recipes, requests
from chalicelib.processing.conversion.models import Conversion, sort_key
from chalicelib.processing.conversion.recipes import Recipe
from chalicelib.tenants import accounts

WAIT_SECONDS = 10.0
"""How long a request waits for its rendition; most pictures are made within two seconds."""

SHORT_WAIT_SECONDS = 3.0
"""How long, where three requests of the member wait already."""

BUILT_IN: Mapping[str, frozenset[str]] = {
    "image": frozenset({"web", "optimised"}),
    "video": frozenset({"master", "hevc", "optimised"}),
}
"""What Reef knows how to make of each kind of media, whether or not it does so by itself."""

_POLL_SECONDS = (0.1, 1.0)
_NOT_YET = "This rendition is being made; ask again in a few seconds."


def rendition(actor: Actor, asset: AssetMetadata, face: Face, name: str) -> Rendition:
    """Return a rendition of a version, made now where nobody has asked for it before.

    Of twenty who ask at once the first has it made, and the others wait for the same.

    Raises:
        NotFound: neither Reef nor the tenant has a rendition of this name.
        NotReady: it is still being made, or cannot be.
    """
    recipe = _recipe(asset, face, name)
    content = contents.get(asset.tenant_id, str(face.sha256))
    if content is None or content.state == "deleting":
        raise NotReady("The version's bytes are just being removed.")
    made = _made(content, name, recipe)
    if made is not None:
        return made
    key = sort_key(name, recipe.id if recipe else "")
    if key not in (content.conversions or ()):
        requests.ask(content, name, clock.now(), recipe)
    with waits.place(actor, WAIT_SECONDS) as granted:
        seconds = WAIT_SECONDS if granted else min(WAIT_SECONDS, SHORT_WAIT_SECONDS)
        return _waited_for(content, name, recipe, seconds)


def _recipe(asset: AssetMetadata, face: Face, name: str) -> Recipe | None:
    if name in BUILT_IN.get(face.kind, ()) or _is_slides(face, name):
        return None
    definition = accounts.settings_of(asset.tenant_id).renditions.get(name)
    if definition is None:
        raise NotFound("There is no such rendition.")
    return recipes.recipe_for(definition, asset.focal_point)


def _is_slides(face: Face, name: str) -> bool:
    return name == "slides" and boards.has_slides(face.content_type, face.technical)


def _made(content: Content, name: str, recipe: Recipe | None) -> Rendition | None:
    for one in content.converted or ():
        if one.name == name and (recipe is None or one.recipe == recipe.id):
            return one
    return None


def _waited_for(content: Content, name: str, recipe: Recipe | None, seconds: float) -> Rendition:
    deadline = time.monotonic() + seconds
    pause, longest = _POLL_SECONDS
    key = sort_key(name, recipe.id if recipe else "")
    while True:
        conversion = find(Conversion, content.pk, key)
        if conversion is None:
            raise NotReady("The version's bytes are just being removed.")
        if conversion.task.error is not None:
            raise NotReady(f"This rendition cannot be made. {conversion.task.error.message}")
        if conversion.task.status == "completed":
            fresh = contents.get(content.tenant_id, content.sha256)
            made = _made(fresh, name, recipe) if fresh is not None else None
            if made is not None:
                return made
        if time.monotonic() >= deadline:
            raise NotReady(_NOT_YET)
        time.sleep(pause)  # DynamoDB has nothing to wait on
        pause = min(longest, pause * 1.5)
