"""Conversions, as the assets table holds them beside their content."""

import msgspec
from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from chalicelib.assets.tasks import Segments, Task
from chalicelib.core.attributes import StructAttribute
from chalicelib.core.due import ByDue, Due
from chalicelib.core.settings import settings
from chalicelib.processing.conversion.divisions import Division
from chalicelib.processing.conversion.recipes import Recipe
from chalicelib.processing.media.embedded_metadata.mapping import Said

PREFIX = "CONVERSION#"


class Described(msgspec.Struct, frozen=True):
    """An asset, and what was said of it when its copy was asked for; `said_hash` is the asset's."""

    asset_id: str
    said: Said
    said_hash: str = ""


class Conversion(Due):
    """A rendition that was asked for of a content (`pk` is the content's, `sk` = `CONVERSION#…`).

    It is asked for once, and made once; `task` tells how far that is. While it is not done,
    `due_at` says when the sweeper sends it on, which is also how long a run of it is left alone.
    `generation` is the content's, for which alone it counts. `recipe` is set for a rendition of the
    tenant's own, `described` for a copy that says what is said of an asset. A long film is made in
    pieces by its `division`, which an execution of the state machine named by `run` asks for;
    `pieces_done` has the name of each and the seconds it took.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    tenant_id = UnicodeAttribute()
    sha256 = UnicodeAttribute()
    name = UnicodeAttribute()
    generation = UnicodeAttribute()
    recipe = StructAttribute(Recipe, null=True)
    described = StructAttribute(Described, null=True)
    division = StructAttribute(Division, null=True)
    run = UnicodeAttribute(null=True)
    pieces_done = UnicodeSetAttribute(null=True)
    task = StructAttribute(Task)
    created_at = UnicodeAttribute()

    by_due = ByDue()

    @property
    def shown(self) -> Task:
        """The task as jobs show it: over when versions show its outcome; with its segments."""
        task = self.task
        if task.status == "completed" and self.due_at is not None:
            changed: dict[str, None] = {"finished_at": None, "duration_seconds": None}
            task = msgspec.structs.replace(task, status="running", **changed)
        if self.division is None or task.status == "pending":
            return task
        done = [piece.partition(":") for piece in self.pieces_done or ()]
        longest = max((float(seconds) for _, _, seconds in done), default=None)
        # A piece that was delivered twice may stand there twice.
        told = Segments(len(self.division.pieces), len({name for name, *_ in done}), longest)
        return msgspec.structs.replace(task, segments=told)


def sort_key(name: str, recipe_id: str = "") -> str:
    """Return the sort key of a conversion, by its rendition's name and what names its recipe."""
    return f"{PREFIX}{name}#{recipe_id}" if recipe_id else f"{PREFIX}{name}"
