"""Whatever people try over HTTP, nothing is published that the template's approvers did not see.

`REEF_EXAMPLES=500 pytest tests/workflows/test_nothing_slips_through.py --timeout 0` tries more.
"""

import hashlib
import os
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chalicelib.core import clock
from tests.assets.shelf import sweep
from tests.cloud import Answer
from tests.workflows.desk import Desk, Json, step

EXAMPLES = int(os.environ.get("REEF_EXAMPLES", "0"))

ROLES = {
    "editor": ["editor"],
    "contributor": ["contributor"],
    "moderator": ["moderator"],
    "ben": ["viewer"],
    "lea": ["viewer", "Legal"],
}
people = st.sampled_from(["editor", "contributor", "moderator", "ben"])
members = st.sampled_from(sorted(ROLES))
contents = st.sampled_from([b"one", b"two", b"three"])
numbers = st.integers(1, 5)
categories = st.sampled_from([None, "menus", "lax", "lax/sub", "both"])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Attempts(RuleBasedStateMachine):
    """One asset, and everything that those may try who are neither Legal nor admin.

    Legal decides with `*`, the editor in the category `lax`, first one and then the other in
    `both`; the template for videos applies to nothing here but by hand. What each step approved is
    noted by the bytes; versions whose bytes came too late, by their numbers. Anybody may leave, and
    come back.
    """

    desk: ClassVar[Desk]
    templates: ClassVar[list[str]]
    gone: ClassVar[set[str]]

    @initialize(data=contents, category=categories, at_once=st.booleans())
    def begin(self, data: bytes, category: str | None, at_once: bool) -> None:
        self.desk.configure(AUTO_PUBLISH=at_once)
        self.seen: dict[str, set[str]] = {name: set() for name in ("legal", "lax", "law", "brand")}
        self.links: list[tuple[str, int]] = []
        self.late: set[int] = set()
        for who in sorted(self.gone):
            self.come_back(who)
        self.rejected_through = 0
        said = {} if category is None else {"category": category}
        self.asset_id = self.desk.upload(data, "contributor", **said)

    @rule(who=st.sampled_from(["editor", "contributor"]), data=contents)
    def upload(self, who: str, data: bytes) -> None:
        self._version(who, data, "main")

    @rule(data=contents)
    def send_when_dismissed(self, data: bytes) -> None:
        reserved = self._reserve("contributor", data, "main")
        if reserved.status != 201:
            return
        self.leave("contributor", {"is_active": False})
        self.desk.cloud.put(reserved.json["upload"], data)
        self.desk.cloud.run()
        self.late.add(reserved.json["version"]["number"])

    @rule(who=members, how=st.sampled_from([{"is_active": False}, {"roles": ["viewer"]}]))
    def leave(self, who: str, how: Json) -> None:
        self.gone.add(who)
        self.desk.change(who, **how)

    @rule(who=members)
    def come_back(self, who: str) -> None:
        self.gone.discard(who)
        self.desk.change(who, roles=ROLES[who], is_active=True)

    @rule(data=contents)
    def draft(self, data: bytes) -> None:
        self._post("branches/", "editor", {"name": "draft", "from_version": 1})
        self._version("editor", data, "draft")

    @rule(strategy=st.sampled_from([{}, {"strategy": "theirs"}]))
    def merge(self, strategy: Json) -> None:
        self._post("branches/draft/merge/", "editor", strategy)

    @rule(number=numbers, deed=st.sampled_from(["rollback", "publish", "unpublish"]))
    def act(self, number: int, deed: str) -> None:
        self._post(f"versions/{number}/{deed}/", "contributor")

    @rule(number=numbers)
    def schedule(self, number: int) -> None:
        at = clock.timestamp(clock.now() + timedelta(hours=1))
        self._post(f"versions/{number}/publish/", "editor", {"at": at})
        sweep(timedelta(hours=2))

    @rule(number=numbers, who=st.sampled_from(["editor", "contributor"]))
    def share(self, number: int, who: str) -> None:
        body = {"asset_id": self.asset_id, "share_type": "public", "version": number}
        answer = self.desk.post("/shares/", who, body)
        if answer.status == 201:
            self.links.append((answer.json["share_link"]["uuid"], number))

    @rule(category=categories, who=st.sampled_from(["editor", "contributor"]))
    def categorize(self, category: str | None, who: str) -> None:
        self.desk.call("PATCH", f"/assets/{self.asset_id}/", who, {"category": category})

    @rule(number=numbers, which=st.integers(0, 3))
    def review_by_hand(self, number: int, which: int) -> None:
        body = {"asset_id": self.asset_id, "template_id": self.templates[which], "version": number}
        self.desk.post("/workflows/", "editor", body)

    @rule(who=people, decision=st.sampled_from(["approve", "approve", "request_changes", "reject"]))
    def decide(self, who: str, decision: str) -> None:
        self._decide(who, decision)

    @rule(decision=st.sampled_from(["approve", "approve", "request_changes", "reject"]))
    def legal_decides(self, decision: str) -> None:
        self._decide("lea", decision)

    @rule(who=st.sampled_from(["editor", "lea"]), to=people)
    def delegate(self, who: str, to: str) -> None:
        for workflow in self._live():
            body = {"to": self.desk.tenant.email(to)}
            path = f"/workflows/{workflow['id']}/delegate/"
            if self.desk.post(path, who, body).status == 200 and who == "lea":
                self._note(workflow["current_step"], workflow)  # whom Legal trusts speaks for it

    @rule()
    def cancel(self) -> None:
        for workflow in self._live():
            self.desk.post(f"/workflows/{workflow['id']}/cancel/", "contributor")

    @rule()
    def trash_and_restore(self) -> None:
        self.desk.call("DELETE", f"/assets/{self.asset_id}/", "editor")
        self._post("restore/", "editor")

    @rule()
    def what_follows_happens(self) -> None:
        self.desk.cloud.run()
        self.desk.tend(timedelta(minutes=2))

    @rule(resolution=st.sampled_from(["reject_asset", "approve_asset"]))
    def moderate(self, resolution: str) -> None:
        flag = self._post("flag/", "admin", {"reason": "other"}).json
        last = max(one["number"] for one in self._versions())
        path = f"/moderation/flags/{flag['id']}/resolve/"
        if self.desk.post(path, "moderator", {"resolution": resolution}).status == 200:
            self.rejected_through = last if resolution == "reject_asset" else 0

    @invariant()
    def only_what_was_approved_is_published(self) -> None:
        if not hasattr(self, "asset_id"):
            return
        shown = self.desk.asset(self.asset_id)
        number = shown["published_version"]
        if number is None or shown["status"] == "trashed":
            return
        self._assert_approved(shown, number)
        if self.desk.get(f"/assets/{self.asset_id}/", "viewer").status == 200:
            assert number > self.rejected_through

    @invariant()
    def only_what_was_approved_is_shared(self) -> None:
        for uuid, number in getattr(self, "links", []):
            if self.desk.cloud.call("GET", f"/shares/{uuid}/").status == 200:
                self._assert_approved(self.desk.asset(self.asset_id), number)
                assert number > self.rejected_through

    def _assert_approved(self, shown: Json, number: int) -> None:
        """See that all approved a version's bytes whom the asset's category asks."""
        (version,) = [one for one in self._versions() if one["number"] == number]
        assert number not in self.late
        place = (shown["category"] or "").split("/")[0]
        for at in {"lax": ["lax"], "both": ["law", "brand"]}.get(place, ["legal"]):
            assert version["sha256"] in self.seen[at], (shown, number, self.seen)

    def _post(self, path: str, who: str, body: Any = None) -> Answer:
        return self.desk.post(f"/assets/{self.asset_id}/{path}", who, body)

    def _reserve(self, who: str, data: bytes, branch: str) -> Answer:
        body = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": len(data)}
        quick = {"generate_thumbnail": False, "extract_metadata": False, "branch": branch}
        return self._post("upload_version/", who, body | quick)

    def _version(self, who: str, data: bytes, branch: str) -> None:
        reserved = self._reserve(who, data, branch)
        if reserved.status == 201:
            self.desk.cloud.put(reserved.json["upload"], data)
            self.desk.cloud.run()

    def _live(self) -> list[Json]:
        return [one for one in self.desk.workflows(self.asset_id) if one["status"] == "in_progress"]

    def _versions(self) -> list[Json]:
        path = f"/assets/{self.asset_id}/versions/?limit=200"
        found: list[Json] = self.desk.get(path).json["items"]
        return found

    def _decide(self, who: str, decision: str) -> None:
        for workflow in self._live():
            at = workflow["current_step"]
            more = {} if decision == "approve" else {"comment": "so"}
            done = self.desk.decide(workflow, who, decision, **more)
            if done.status == 200 and decision == "approve":
                self._note(at, workflow)

    def _note(self, at: str, workflow: Json) -> None:
        kept = {one["number"]: one["sha256"] for one in self._versions()}
        if workflow["version"] in kept and at in self.seen:
            self.seen[at].add(kept[workflow["version"]])


@pytest.mark.timeout(0 if EXAMPLES else 300)
def test_nothing_is_published_that_nobody_who_has_to_approved(desk: Desk) -> None:
    own = {"allow_self_approval": True}
    Attempts.desk, Attempts.gone = desk, set()
    Attempts.templates = [
        desk.template(step("legal", "Legal")),
        desk.template(step("lax", "editor"), category="lax", **own),
        desk.template(step("law", "Legal"), step("brand", "editor", "moderator"), category="both"),
        desk.template(step("video", "editor", "moderator"), content_type="video/mp4", **own),
    ]
    desk.change("ben", roles=ROLES["ben"])  # so that lea alone is Legal
    run_state_machine_as_test(
        Attempts,
        settings=settings(
            max_examples=EXAMPLES or 6,
            stateful_step_count=14,
            deadline=None,
            derandomize=not EXAMPLES,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
