"""Mail, sent through SES."""

from chalicelib.core.aws import client
from chalicelib.core.settings import settings

_REFUSALS = frozenset({"MessageRejected", "InvalidParameterValue"})


class Refused(Exception):
    """SES will never send this mail to this address."""


class NotSent(Exception):
    """The mail was surely not sent; later it may be."""


def send(to: str, subject: str, text: str, html: str | None = None) -> None:
    """Send one mail from the deployment's address.

    Args:
        to: one address.
        subject: whatever it holds, it stays one line.
        text: the mail in plain text.
        html: the same for those who read mail in HTML.

    Raises:
        Refused: SES takes no mail for this address.
        NotSent: SES is away, or has too much to do.
        Exception: nobody knows whether it was sent.
    """
    from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

    body = {"Text": {"Data": text, "Charset": "UTF-8"}}
    if html is not None:
        body["Html"] = {"Data": html, "Charset": "UTF-8"}
    try:
        client("ses").send_email(
            Source=settings().mail_from,
            Destination={"ToAddresses": [to]},
            Message={"Subject": {"Data": one_line(subject), "Charset": "UTF-8"}, "Body": body},
        )
    except ClientError as error:
        told = error.response["Error"]
        # What SES says of the sender's address is no fault of the recipient's.
        if told["Code"] in _REFUSALS and settings().mail_from not in told["Message"]:
            raise Refused(told["Message"]) from error
        if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
            raise  # SES failed, perhaps after sending
        raise NotSent(told["Message"]) from error
    except (ConnectTimeoutError, EndpointConnectionError) as error:
        raise NotSent("SES cannot be reached") from error


def one_line(text: str) -> str:
    """Fold text into one line: no break and no control character is left in it."""
    return " ".join("".join(c if c.isprintable() or c in _JOINERS else " " for c in text).split())


_JOINERS = "\u200c\u200d"
"""They are not printable by themselves, but emoji and some scripts are written with them."""
