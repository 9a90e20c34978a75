"""The Lambda that mails what private share links need."""

from chalice.app import Blueprint

from chalicelib.core import clock, entrypoint
from chalicelib.sharing.invitations import mailing, requests
from chalicelib.sharing.invitations.requests import Request

bp = Blueprint(__name__)


@bp.on_sqs_message(queue="share-mails", batch_size=10)
@entrypoint.batch(requests.parse)
def send_share_mails(request: Request) -> None:
    """Mail an invitation, a reminder or a code, or note who has opened a link."""
    mailing.do(request, clock.now())
