"""The pictures of a document's pages, for whoever reads it without downloading it."""

import re
from datetime import datetime

from chalicelib.assets import downloads, faces
from chalicelib.assets.faces import Face
from chalicelib.core import signing

_PAGE = re.compile(r"page-[1-9][0-9]*")


def urls(tenant_id: str, face: Face, now: datetime) -> list[str]:
    """Return signed URLs of a version's pages in their order; none of bytes that nobody may fetch.

    They live for minutes and open pictures alone, never the original.
    """
    pages = [one for one in face.renditions if _PAGE.fullmatch(one.name)]
    if not pages or face.sha256 is None or not downloads.is_open(face):
        return []
    query = signing.folder_query(f"renditions/{tenant_id}/{face.sha256}", now)
    paths = [faces.rendition_path(tenant_id, face.sha256, page) for page in pages]
    return [f"{signing.unsigned_url(f'renditions/{path}')}?{query}" for path in paths]
