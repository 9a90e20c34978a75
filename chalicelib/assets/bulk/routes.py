"""Changing many assets over HTTP."""

from chalicelib.assets.bulk import operations
from chalicelib.assets.bulk.shapes import BulkChange, BulkResult, BulkResults
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import CONTRIBUTORS

api = Routes[Actor](__name__, scopes=scopes.ASSETS)


@api.post("/assets/bulk", may=CONTRIBUTORS, problems=[NotFound])
def change_many(actor: Actor, body: BulkChange) -> BulkResults:
    """Do one thing with many assets; each has its own outcome, and what fails holds up no other."""
    codes = operations.run(actor, body.asset_ids, body.operation, body.value, clock.now())
    return BulkResults(
        [
            BulkResult(one, "ok" if codes[one] is None else "error", codes[one])
            for one in body.asset_ids
        ]
    )
