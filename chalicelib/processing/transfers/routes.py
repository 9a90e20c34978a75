"""Asking for imports and exports of metadata; `GET processing/{id}/status/` tells of them."""

from typing import Annotated

import msgspec

from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import invalid
from chalicelib.processing.transfers import jobs, sheets
from chalicelib.processing.transfers.sheets import Unusable
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import EDITORS

api = Routes[Actor](__name__, scopes=scopes.ASSETS)


class ImportWanted(msgspec.Struct, kw_only=True):
    """A file to import: here, or, where it is larger, by a form that the answer tells.

    Attributes:
        csv: the file's text; either this or `size_bytes`.
        size_bytes: exactly how many bytes will come by the form.
        dry_run: true says what would become of each row, and changes nothing.
    """

    csv: str | msgspec.UnsetType = msgspec.UNSET
    size_bytes: Annotated[int, msgspec.Meta(ge=1, le=sheets.LARGEST_BYTES)] | msgspec.UnsetType = (
        msgspec.UNSET
    )
    dry_run: bool = False


class FormShown(msgspec.Struct):
    """How to send a file: one form with all of `fields` and, last, the `file`.

    Attributes:
        url: where to post the form.
        fields: its fields, which go before the file.
        expires_at: by then it has to be there.
    """

    url: str
    fields: dict[str, str]
    expires_at: str


class ImportAsked(msgspec.Struct):
    """The job that imports.

    Attributes:
        job_id: its id, to ask for its status, which has the `rows` once they are done.
        upload: how to send the file; null where it is here.
    """

    job_id: str
    upload: FormShown | None


class ExportAsked(msgspec.Struct):
    """The job that exports.

    Attributes:
        job_id: its id, to ask for its status, which has the `download_url` once it is done.
    """

    job_id: str


@api.post("/metadata/import", may=EDITORS, status=202)
def import_metadata(actor: Actor, body: ImportWanted) -> ImportAsked:
    """Have assets edited by the rows of a CSV file, each as its own request would do it.

    The columns are those of the export; those that are left out stay as they are, and an empty cell
    removes a value. What is wrong with a row refuses that row alone.
    """
    now = clock.now()
    if isinstance(body.csv, str):
        if body.size_bytes is not msgspec.UNSET:
            raise invalid("size_bytes", "Give csv or size_bytes, not both")
        try:
            sheets.check_heading(body.csv)
        except Unusable as fault:
            raise invalid("csv", str(fault)) from None
        return ImportAsked(jobs.request_import(actor, body.csv, now, dry_run=body.dry_run), None)
    if not isinstance(body.size_bytes, int):
        raise invalid("csv", "Give csv or size_bytes")
    job_id, post, until = jobs.await_import(actor, body.size_bytes, now, dry_run=body.dry_run)
    return ImportAsked(job_id, FormShown(post["url"], post["fields"], clock.timestamp(until)))


@api.get("/metadata/export", may=EDITORS, status=202)
def export_metadata(actor: Actor) -> ExportAsked:
    """Have what is said of all assets that you see written as CSV, without those in the trash."""
    return ExportAsked(jobs.request_export(actor, clock.now()))
