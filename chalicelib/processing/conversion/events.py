"""The Lambda that makes renditions."""

import msgspec
from chalice.app import Blueprint

from chalicelib.core import clock, entrypoint
from chalicelib.processing.conversion import long_films, making, segments

bp = Blueprint(__name__)


class Asked(msgspec.Struct):
    """A conversion that is to be done, by its content and its sort key.

    Of a long film the state machine asks for what is `asked`, in its execution `run`, and waits
    with a token for the answer.
    """

    tenant_id: str
    sha256: str
    conversion: str
    run: str | None = None
    asked: str = ""
    token: str | None = None


def _asked(body: str) -> list[Asked]:
    return [msgspec.json.decode(body, type=Asked)]


@bp.on_sqs_message(queue="conversion", batch_size=1)
@entrypoint.batch(_asked)
def convert_media(asked: Asked) -> None:
    """Make one rendition of one content, or a piece of it."""
    where = asked.tenant_id, asked.sha256, asked.conversion
    if asked.run is None:
        making.make(*where, clock.now())
        return
    long_films.work_on(*where, asked.run, asked.asked)
    if asked.token is not None:
        segments.answer(asked.token)
