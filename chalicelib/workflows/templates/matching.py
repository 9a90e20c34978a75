"""Which template applies to a version by itself, and which of its conditions hold."""

from collections.abc import Iterable

import msgspec

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


def subject_of(asset: AssetMetadata, version: AssetVersion, face: Face) -> Subject:
    """Describe a version as templates look at it."""
    return Subject(face.content_type, face.size_bytes, asset.category, version.uploader.id)


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


def conditions(template: Template, subject: Subject) -> dict[str, bool]:
    """Map each condition that a template gives to whether it holds."""
    given = template.auto_approve_conditions or Conditions()
    held = {}
    if given.file_size_limit is not None:
        held["file_size_limit"] = subject.size_bytes <= given.file_size_limit
    if given.trusted_uploaders is not None:
        held["trusted_uploaders"] = subject.uploader_id in given.trusted_uploaders
    if given.safe_mime_types is not None:
        fits = (type_rank(pattern, subject.content_type) for pattern in given.safe_mime_types)
        held["safe_mime_types"] = any(rank is not None for rank in fits)
    return held


def approves_by_itself(held: dict[str, bool]) -> bool:
    """Return whether conditions were given and all hold."""
    return bool(held) and all(held.values())


def _rank(template: Template, subject: Subject, moved_from: str | None) -> tuple[int, int] | None:
    if not template.is_active:
        return None
    exactness = type_rank(template.content_type, subject.content_type)
    if exactness is None:
        return None
    if template.category is None:
        return 0, exactness
    for path in (template.category, moved_from):
        if path is not None and categories.lies_in(subject.category, path):
            return len(path.split("/")), exactness
    return None
