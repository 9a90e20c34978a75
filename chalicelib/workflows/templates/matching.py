"""Which template applies to a version by itself, and which of its conditions hold."""

from collections.abc import Iterable

import msgspec

from chalicelib.assets import media_types
from chalicelib.assets.faces import Face
from chalicelib.assets.metadata import categories
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.templates.definition import Conditions, Template, read, type_rank


class Subject(msgspec.Struct, frozen=True):
    """What a template is chosen for, and its conditions are checked against."""

    content_type: str
    size_bytes: int
    category: str | None
    uploader_id: str
    kind: str | None = None

    @property
    def content_types(self) -> tuple[str, ...]:
        """Its type, and the one that its streams make of it."""
        return media_types.with_that_of_streams(self.content_type, self.kind)

    def type_rank(self, pattern: str) -> int | None:
        """Return how exactly a type pattern fits, as `definition.type_rank`."""
        ranks = (type_rank(pattern, one) for one in self.content_types)
        return max((rank for rank in ranks if rank is not None), default=None)


def subject_of(asset: AssetMetadata, version: AssetVersion, face: Face) -> Subject:
    """Describe a version as templates look at it."""
    uploader_id = version.uploader.id
    return Subject(face.content_type, face.size_bytes, asset.category, uploader_id, face.kind)


def matching(templates: Iterable[WorkflowTemplate], subject: Subject) -> WorkflowTemplate | None:
    """Return which template applies by itself, of templates in the order of `every`.

    The one with the longest matching category, then the exact type, then the newest.
    """
    best, best_rank = None, (-1, -1)
    for template in templates:
        rank = _rank(read(template.values), subject, template.moved_from)
        if rank is not None and rank > best_rank:
            best, best_rank = template, rank
    return best


def of_category(templates: Iterable[WorkflowTemplate], category: str | None) -> set[str]:
    """Return the ids of the templates that are in force for a category, and not for all."""
    return {
        template.id
        for template in templates
        if (values := read(template.values)).is_active
        and values.category is not None
        and _lies_in_its(category, values.category, template.moved_from)
    }


def conditions(template: Template, subject: Subject) -> dict[str, bool]:
    """Map each condition that a template gives to whether it holds."""
    given = template.auto_approve_conditions or Conditions()
    held = {}
    if given.file_size_limit is not None:
        held["file_size_limit"] = subject.size_bytes <= given.file_size_limit
    if given.trusted_uploaders is not None:
        held["trusted_uploaders"] = subject.uploader_id in given.trusted_uploaders
    if given.safe_mime_types is not None:
        held["safe_mime_types"] = all(
            any(type_rank(pattern, one) is not None for pattern in given.safe_mime_types)
            for one in subject.content_types
        )
    return held


def approves_by_itself(held: dict[str, bool]) -> bool:
    """Return whether conditions were given and all hold."""
    return bool(held) and all(held.values())


def _rank(template: Template, subject: Subject, moved_from: str | None) -> tuple[int, int] | None:
    if not template.is_active:
        return None
    exactness = subject.type_rank(template.content_type)
    if exactness is None:
        return None
    if template.category is None:
        return 0, exactness
    path = _lies_in_its(subject.category, template.category, moved_from)
    return None if path is None else (len(path.split("/")), exactness)


def _lies_in_its(category: str | None, path: str, moved_from: str | None) -> str | None:
    """Return in which of a template's paths, the present or the former one, a category lies."""
    for one in (path, moved_from):
        if one is not None and categories.lies_in(category, one):
            return one
    return None
