"""The mail service as tests see it: what it was given, and an SES that refuses or is away."""

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.core.outbox import AuditRecord, Person, Subject
from chalicelib.core.records import Record, write
from chalicelib.notifications.models import Notification, person_key
from chalicelib.workflows.approval import deadlines
from local import mail
from tests.cloud import Answer, Tenant, invoke, sqs_event
from tests.workflows.desk import Desk, Json

EVENT = "before-send.ses.SendEmail"
NOTIFY = "chalicelib.notifications.events.notify"

_ERROR = """<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type>\
<Code>{code}</Code><Message>{message}</Message></Error><RequestId>1</RequestId></ErrorResponse>"""
_numbers = itertools.count(1)


class Post:
    """What SES was asked to send to a tenant's people.

    `refuse` decides on each mail before moto's SES gets it.
    """

    def __init__(self, tenant: Tenant) -> None:
        self._domain = f"@{tenant.name}.test"
        self.sent: list[mail.Mail] = []
        self.tried: list[str] = []
        self.refuse: Callable[[str], tuple[int, str, str] | None] = lambda _: None

    def __call__(self, request: Any, **_: Any) -> AWSResponse | None:
        body = request.body if isinstance(request.body, bytes) else request.body.encode()
        letter = mail.read("/", body)
        assert letter is not None
        (address,) = letter["to"]
        if not address.endswith(self._domain):
            return None
        self.tried.append(address)
        refused = self.refuse(address)
        if refused is None:
            self.sent.append(letter)
            return None
        status, code, message = refused
        text = _ERROR.format(code=code, message=message).encode()
        return AWSResponse(request.url, status, {}, MockRawResponse(text))

    def away(self, *_: str) -> tuple[int, str, str]:
        return 400, "AccountSendingPausedException", "the service is away"

    def to(self, address: str) -> list[mail.Mail]:
        return [letter for letter in self.sent if letter["to"] == [address]]

    def take(self) -> dict[str, list[str]]:
        """Give the subjects of what was sent since the last time, by the recipients' names."""
        taken: dict[str, list[str]] = {}
        for letter in self.sent:
            taken.setdefault(letter["to"][0].partition("@")[0], []).append(letter["subject"])
        self.sent.clear()
        return taken


class Hall:
    """A desk, and what its people are told."""

    def __init__(self, desk: Desk, post: Post) -> None:
        self.desk = desk
        self.post = post
        self.tenant = desk.tenant

    def email(self, who: str) -> str:
        return self.tenant.email(who)

    def inbox(self, who: str, query: str = "") -> list[Json]:
        answer = self.desk.get(f"/inbox/{query}", who)
        assert answer.status == 200, answer.content
        items: list[Json] = answer.json["items"]
        return items

    def kinds(self, who: str) -> list[str]:
        return [item["kind"] for item in self.inbox(who)]

    def prefer(self, who: str, **kinds: str) -> Answer:
        return self.desk.call("PUT", "/notification_preferences/", who, kinds)

    def told(self, who: str) -> list[Notification]:
        """Read what somebody was told, the oldest first."""
        key = person_key(self.tenant.id, self.tenant.members[who])
        found = Notification.query(key, Notification.sk.startswith("NOTIFICATION#"))
        return list(found)

    def review(self, title: str = "Poster") -> Json:
        """Upload something that either of the marketing managers, anna and ben, may approve."""
        self.desk.template()
        return self.submit(title)

    def submit(self, title: str = "Poster") -> Json:
        """Upload something that a template applies to; gives its workflow."""
        asset_id = self.desk.upload(f"bytes {next(_numbers)}".encode(), title=title)
        return self.desk.workflow(asset_id)

    def run_out(self, workflow: Json) -> None:
        """Let the present turn's time be over, and what follows happen."""
        read = self.desk.load(workflow)
        later = clock.now() + timedelta(hours=2)
        deadlines.expire(read, int(read.instance.turn), later)
        self.desk.cloud.run()

    def record(self, action: str, subject_id: str) -> Record:
        """Read the newest record of a deed back, as it was published."""
        key = f"{self.tenant.id}#{subject_id}"
        found = [one for one in AuditRecord.by_subject.query(key) if one.action == action]
        item = found[-1]
        return Record(
            id=item.sk,
            tenant_id=item.tenant_id,
            at=item.at,
            actor=item.actor,
            action=item.action,
            subject=item.subject,
            old=item.old,
            new=item.new,
        )


def hand_over(*records: Record) -> set[int]:
    """Hand records to `notify` in one batch; gives the positions of those that failed."""
    messages = [
        {"MessageId": str(place), "Body": write(record, 200_000)}
        for place, record in enumerate(records)
    ]
    return {int(name) for name in invoke(NOTIFY, sqs_event("notifications", messages))}


def made_up(tenant_id: str, action: str, subject: tuple[str, str], **new: Any) -> Record:
    """Make a record as the system writes one."""
    now = clock.now()
    return Record(
        clock.new_id(now),
        tenant_id,
        clock.timestamp(now),
        Person("reef", ""),
        action,
        Subject(*subject),
        new=new,
    )


def tick() -> None:
    """Let the hourly schedule come round."""
    names = ("version", "account", "region", "detail", "detail-type", "source", "time", "id")
    invoke("chalicelib.notifications.events.send_digests", dict.fromkeys(names) | {"resources": []})


@pytest.fixture
def post(desk: Desk) -> Iterator[Post]:
    """The mail service of this test."""
    made, events = Post(desk.tenant), client("ses").meta.events
    events.register(EVENT, made)
    yield made
    events.unregister(EVENT, made)


@pytest.fixture
def hall(desk: Desk, post: Post) -> Hall:
    return Hall(desk, post)
