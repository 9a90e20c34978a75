"""Private links to listed addresses: codes, invitations, receipts and objections."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from moto.ses.models import ses_backends

from chalicelib.core import clock
from chalicelib.core.tables import find, update
from chalicelib.sharing.invitations import codes
from chalicelib.sharing.invitations.models import Code, code_key
from chalicelib.sharing.models import LINK, ShareLink, share_key
from local.provision import ACCOUNT_ID
from tests.cloud import Answer
from tests.sharing.counter import Counter

ANN, BEN = "ann@guests.test", "ben@guests.test"
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Post:
    """The mails that went out since it was made."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._seen = len(self._all())

    def _all(self) -> list[tuple[str, str, str]]:
        sent = ses_backends[ACCOUNT_ID]["us-east-1"].sent_messages
        return [(one.destinations["ToAddresses"][0], one.subject, str(one.body)) for one in sent]

    def take(self) -> list[tuple[str, str, str]]:
        """Run everything; give who was mailed which subject and text since the last time."""
        self._counter.cloud.run()
        fresh = self._all()[self._seen :]
        self._seen += len(fresh)
        return fresh


@pytest.fixture
def post(counter: Counter) -> Post:
    counter.cloud.run()
    return Post(counter)


def private(counter: Counter, *emails: str, **terms: str) -> str:
    return counter.link(share_type="private", emails=list(emails), **terms)


def code(counter: Counter, post: Post, uuid: str, email: str = ANN) -> str:
    """Ask for a code; give the one that was mailed."""
    assert counter.visit(uuid, "code/", "POST", body={"email": email}).status == 202
    ((to, subject, _),) = post.take()
    assert to == email
    return subject.partition(" ")[0]


def unlock(counter: Counter, uuid: str, email: str, given: str) -> Answer:
    return counter.visit(uuid, "unlock/", "POST", body={"email": email, "code": given})


def receipts(counter: Counter, uuid: str) -> dict[str, dict[str, str | None]]:
    answer = counter.shelf.get(f"/shares/{uuid}/receipts/", "contributor")
    return {one["email"]: one for one in answer.json["items"]}


def test_each_listed_address_is_mailed_once(counter: Counter, post: Post) -> None:
    uuid = private(counter, ANN, BEN.upper(), ANN, title="Menu")
    mails = post.take()
    assert [to for to, _, _ in mails] == [ANN, BEN]
    assert all(f"/share/{uuid}/" in text and "Menu" in text for _, _, text in mails)
    cyd = "cyd@guests.test"
    assert counter.change(uuid, emails=[ANN, BEN, cyd]).status == 200
    assert [to for to, _, _ in post.take()] == [cyd]


def test_a_code_opens_a_private_link_once(counter: Counter, post: Post) -> None:
    uuid = private(counter, ANN)
    post.take()
    given = code(counter, post, uuid)
    assert re.fullmatch(r"[0-9]{6}", given)
    unlocked = unlock(counter, uuid, "Ann@Guests.test", given)
    assert unlocked.status == 200
    assert counter.visit(uuid, token=unlocked.json["access_token"]).status == 200
    counter.assert_refused(unlock(counter, uuid, ANN, given), 403, "wrong_code")


def test_nobody_learns_which_addresses_are_listed(counter: Counter, post: Post) -> None:
    uuid = private(counter, ANN)
    post.take()
    for email in ("stranger@guests.test", "", "no address", "x" * 1000, "a\0b@guests.test"):
        answer = counter.visit(uuid, "code/", "POST", body={"email": email})
        assert (answer.status, answer.content) == (202, b"")
    assert post.take() == []
    member = counter.pipeline.who("viewer")
    assert code(counter, post, uuid, member)


def test_wrong_old_and_foreign_codes_open_nothing(counter: Counter, post: Post) -> None:
    uuid, other = private(counter, ANN, BEN), private(counter, ANN)
    post.take()
    given = code(counter, post, uuid)
    for email, said, where in ((ANN, "000000x", uuid), (BEN, given, uuid), (ANN, given, other)):
        counter.assert_refused(unlock(counter, where, email, said), 403, "wrong_code")
    item = find(Code, _link(counter, uuid).pk, code_key(ANN))
    assert item is not None
    old = clock.timestamp(clock.now() - timedelta(seconds=1))
    update(item, Code.until.set(old))
    counter.assert_refused(unlock(counter, uuid, ANN, given), 403, "wrong_code")


def test_a_code_is_tried_five_times_at_most(counter: Counter, post: Post) -> None:
    uuid = private(counter, ANN)
    post.take()
    given = code(counter, post, uuid)
    link, now = _link(counter, uuid), clock.now()
    for _ in range(5):
        with pytest.raises(codes.WrongCode):
            codes.redeem(link, ANN, "wrong", now)
    with pytest.raises(codes.WrongCode):
        codes.redeem(link, ANN, given, now)


def test_a_code_opens_nothing_for_a_member_who_was_deactivated(
    counter: Counter, post: Post
) -> None:
    uuid, viewer = private(counter, ANN), counter.pipeline.who("viewer")
    post.take()
    token = unlock(counter, uuid, viewer, code(counter, post, uuid, viewer)).json["access_token"]
    assert counter.visit(uuid, token=token).status == 200
    path = f"/members/{counter.tenant.members['viewer']}/"
    assert counter.shelf.call("PATCH", path, {"is_active": False}).status == 200
    for answer in (counter.visit(uuid, token=token), counter.download(uuid, token=token)):
        counter.assert_refused(answer, 401, "sign_in_required")


def test_receipts_say_who_has_opened_and_downloaded(counter: Counter, post: Post) -> None:
    uuid = private(counter, ANN, BEN)
    post.take()
    token = unlock(counter, uuid, ANN, code(counter, post, uuid)).json["access_token"]
    assert receipts(counter, uuid)[ANN]["opened_at"] is None
    counter.visit(uuid, token=token)
    counter.download(uuid, token=token)
    counter.cloud.run()
    told = receipts(counter, uuid)
    assert told[ANN]["sent_at"]
    assert told[ANN]["opened_at"]
    assert told[ANN]["downloaded_at"]
    assert (told[BEN]["opened_at"], told[BEN]["downloaded_at"]) == (None, None)
    assert told[BEN]["sent_at"]
    other = counter.shelf.get(f"/shares/{uuid}/receipts/", "editor")
    counter.assert_refused(other, 404, "not_found")


def test_where_nothing_is_recorded_only_the_sending_is_told(counter: Counter, post: Post) -> None:
    counter.allow(record_visitors=False)
    uuid = private(counter, ANN)
    post.take()
    token = unlock(counter, uuid, ANN, code(counter, post, uuid)).json["access_token"]
    counter.visit(uuid, token=token)
    counter.cloud.run()
    counter.allow(record_visitors=True)
    told = receipts(counter, uuid)[ANN]
    assert told["sent_at"]
    assert told["opened_at"] is None


def test_those_who_have_not_opened_are_reminded_once_a_day(counter: Counter, post: Post) -> None:
    uuid = private(counter, ANN, BEN)
    post.take()
    token = unlock(counter, uuid, ANN, code(counter, post, uuid)).json["access_token"]
    counter.visit(uuid, token=token)
    counter.cloud.run()
    post.take()
    path = f"/shares/{uuid}/remind/"
    assert counter.shelf.post(path, {}, "contributor").status == 202
    assert [to for to, _, _ in post.take()] == [BEN]
    again = counter.shelf.post(path, {}, "contributor")
    counter.assert_refused(again, 429, "too_many_requests")
    assert int(again.headers["Retry-After"]) > 86_000
    assert post.take() == []


def test_whoever_objects_gets_no_more_mails(counter: Counter, post: Post) -> None:
    uuid = private(counter, ANN)
    ((_, _, text),) = post.take()
    path = re.search(r"http://127\.0\.0\.1:8000(/share/[\w-]+/object/\?t=[\w-]+)", text)
    assert path is not None
    asked = counter.cloud.fetch("GET", path[1])
    assert asked.status == 200
    assert b"<form" in asked.content
    assert counter.cloud.fetch("POST", path[1], None, b"", FORM).status == 200
    assert counter.shelf.post(f"/shares/{uuid}/remind/", {}, "contributor").status == 202
    assert post.take() == []
    forged = counter.cloud.fetch("POST", f"/share/{uuid}/object/?t=AAAA", None, b"", FORM)
    assert forged.status == 404


def test_a_private_page_works_by_forms_alone(counter: Counter, post: Post) -> None:
    uuid = private(counter, ANN, title="Secret menu")
    post.take()
    page = counter.cloud.fetch("GET", f"/share/{uuid}/")
    assert page.status == 401
    assert b'type="email"' in page.content
    asked = counter.cloud.fetch(
        "POST", f"/share/{uuid}/code/", None, urlencode({"email": ANN}).encode(), FORM
    )
    assert asked.status == 200
    assert b'autocomplete="one-time-code"' in asked.content
    ((_, subject, _),) = post.take()
    for given, status in (("123", 403), (subject.partition(" ")[0], 303)):
        body = urlencode({"email": ANN, "code": given}).encode()
        entered = counter.cloud.fetch("POST", f"/share/{uuid}/", None, body, FORM)
        assert entered.status == status
        assert b"Secret" not in entered.content
    cookie = {"cookie": entered.headers["Set-Cookie"].partition(";")[0]}
    opened = counter.cloud.fetch("GET", f"/share/{uuid}/", headers=cookie)
    assert b"Secret menu" in opened.content


def _link(counter: Counter, uuid: str) -> ShareLink:
    for item in counter.shelf.get("/audit/?action=share.created&limit=200").json["items"]:
        link = find(ShareLink, share_key(counter.tenant.id, item["subject"]["id"]), LINK)
        if link is not None and link.uuid == uuid:
            return link
    raise LookupError(uuid)
