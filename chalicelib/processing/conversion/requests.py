"""Asking for renditions: each is made once of a content, however many ask for it."""

from datetime import datetime, timedelta

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.preflight import BOARDS_SHOW
from chalicelib.assets.tasks import Task
from chalicelib.core import clock, queues
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, change, put, transact, update
from chalicelib.processing.conversion import boards
from chalicelib.processing.conversion.models import Conversion, sort_key
from chalicelib.processing.conversion.recipes import Recipe

STUCK_AFTER = timedelta(minutes=5)
"""When the sweeper sends on what was asked for and has not begun."""

_SHOWN_AT_ONCE = (3840, 2160)


def wanted(content: Content) -> list[str]:
    """Return which renditions every content of this kind gets by itself.

    A film gets a `master`, a picture that not every board shows, or that is larger than any screen,
    a `web` form, and a PDF `slides`: a film of its pages.
    """
    if boards.has_slides(content.content_type, content.technical):
        return ["slides"]
    if content.kind == "video":
        return ["master"]
    if content.kind != "image":
        return []
    sides = sorted(content.technical.get(side) or 0 for side in ("width", "height"))
    is_huge = sides[1] > _SHOWN_AT_ONCE[0] or sides[0] > _SHOWN_AT_ONCE[1]
    moves = (content.technical.get("frames") or 1) > 1 or content.content_type == "image/svg+xml"
    return ["web"] if content.content_type not in BOARDS_SHOW or (is_huge and not moves) else []


def ask_for_wanted(content: Content, now: datetime) -> None:
    """Ask for what a content gets by itself, as far as nobody has yet."""
    for name in wanted(content):
        if sort_key(name) not in (content.conversions or ()):
            ask(content, name, now)


def ask(content: Content, name: str, now: datetime, recipe: Recipe | None = None) -> bool:
    """Have a rendition made; gives whether this call was the first to ask for it.

    It is noted before it is sent, so that the sweeper sends what was only noted.
    """
    asked = Conversion(
        content.pk,
        sort_key(name, recipe.id if recipe else ""),
        tenant_id=content.tenant_id,
        sha256=content.sha256,
        name=name,
        generation=content.generation,
        recipe=recipe,
        task=Task(job_type="compression" if name == "optimised" else "conversion"),
        created_at=clock.timestamp(now),
    )
    asked.make_due(now + STUCK_AFTER, f"{content.pk}#{asked.sk}")
    noted = change(
        content, Content.conversions.add({asked.sk}), condition=contents.is_kept(content)
    )
    try:
        transact(noted, put(asked, condition=Conversion.pk.does_not_exist()))
    except ConditionFailed:
        return False  # somebody else has, or the content is being deleted
    content.conversions = {*(content.conversions or ()), asked.sk}
    send(asked)
    return True


def ask_again(conversion: Conversion, now: datetime) -> bool:
    """Have a rendition made anew that has been made or has failed; gives whether it was so."""
    name = f"{conversion.pk}#{conversion.sk}"
    over = Conversion.due_at.does_not_exist()
    try:
        update(
            conversion,
            Conversion.task.set(Task(job_type=conversion.task.job_type)),
            *Conversion.due_actions(now + STUCK_AFTER, name),
            condition=over & (Conversion.generation == conversion.generation),
        )
    except ConditionFailed:
        return False
    send(conversion)
    return True


def send(conversion: Conversion) -> None:
    """Send a conversion to the function that makes it."""
    body = {
        "tenant_id": conversion.tenant_id,
        "sha256": conversion.sha256,
        "conversion": conversion.sk,
    }
    queues.send(settings().conversion_queue, conversion.tenant_id, body)
