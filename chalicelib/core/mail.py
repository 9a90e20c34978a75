"""Mail, sent through SES."""

from chalicelib.core.aws import client
from chalicelib.core.settings import settings


def send(to: str, subject: str, text: str) -> None:
    """Send one plain mail from the deployment's address."""
    client("ses").send_email(
        Source=settings().mail_from,
        Destination={"ToAddresses": [to]},
        Message={
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
        },
    )
