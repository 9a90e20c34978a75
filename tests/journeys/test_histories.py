"""Random histories, with processes that die and answers that get lost, against a simple model.

`REEF_EXAMPLES=500 pytest tests/journeys/test_histories.py --timeout 0` runs many more, with other
seeds each time.
"""

import hashlib
import itertools
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.assets.models import AnyItem, asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.core import clock, storage
from chalicelib.core import settings as configuration
from chalicelib.core.aws import client
from chalicelib.core.tables import find
from chalicelib.processing import sweeper
from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.tenants import accounts
from tests.cloud import Answer, Cloud, invoke, sqs_event
from tests.crashes import Crash, Faults, How
from tests.journeys import model
from tests.journeys.model import CONTENTS, NAMES, Asset, Library

EXAMPLES = int(os.environ.get("REEF_EXAMPLES", "0"))
SHA256 = [hashlib.sha256(data).hexdigest() for data in CONTENTS]
MADE = {"grid.png", "thumbnail-large.webp", "thumbnail-medium.webp", "thumbnail-small.webp"}
MANY = 4

_numbers = itertools.count(1)

contents = st.integers(0, len(CONTENTS) - 1)
which = st.integers(0, 11)


class Histories(RuleBasedStateMachine):
    """One tenant's library, and what ought to be in it."""

    cloud: ClassVar[Cloud]
    faults: ClassVar[Faults]
    passed: ClassVar[timedelta] = timedelta()

    @initialize()
    def begin(self) -> None:
        """Start with an empty tenant."""
        self.faults.disarm()
        tenant = self.cloud.tenant(f"history{next(_numbers)}", "admin", "viewer")
        self.tenant = tenant.id
        self.admin, self.viewer = tenant.email("admin"), tenant.email("viewer")
        self.library: Library = {}

    # --- faults and time ---------------------------------------------------------------------

    @rule(calls=st.integers(1, 40), how=st.sampled_from(["before", "after", "lost"]))
    def something_will_break(self, calls: int, how: How) -> None:
        """Break one of the next AWS calls, wherever it is."""
        self.faults.arm(calls, how)

    @rule()
    def a_month_passes(self) -> None:
        """Time passes, and the trash is emptied."""
        Histories.passed += timedelta(days=31)
        self.library = {k: a for k, a in self.library.items() if not a.trashed}
        self.settle(all_of_it=True)
        self.check([self.library])

    # --- new bytes ---------------------------------------------------------------------------

    @precondition(lambda self: len(self.library) < MANY)
    @rule(content=contents, link=st.booleans(), sent=st.booleans())
    def upload(self, content: int, link: bool, sent: bool) -> None:
        """Upload an asset, link one, or begin and never send."""
        body = self.described(content) | {"link_existing": link}
        self.send("/assets/upload/", body, content, sent, lambda library: self.new(library))

    @precondition(lambda self: self.library)
    @rule(at=which, content=contents, branch=st.sampled_from(["main", *NAMES]), link=st.booleans())
    def upload_version(self, at: int, content: int, branch: str, link: bool) -> None:
        """Upload a version of an asset."""
        key = self.some(at)
        if branch != "main" and branch not in self.library[key].branches:
            return
        body = self.described(content) | {"branch": branch, "link_existing": link}
        path = f"/assets/{key}/upload_version/"
        self.send(path, body, content, True, lambda library: library[key], branch)

    @precondition(lambda self: 0 < len(self.library) < MANY)
    @rule(at=which, deliveries=st.integers(0, 5), mine=st.booleans())
    def purge_while_its_bytes_come_again(self, at: int, deliveries: int, mine: bool) -> None:
        """Purge an asset, or the newcomer, while a duplicate of its bytes is in the pipeline."""
        key = self.some(at)
        known = [v.content for v in self.library[key].versions.values() if v.content is not None]
        content = known[0] if known else 0
        reserved = self.cloud.post("/assets/upload/", self.admin, self.described(content)).json
        self.cloud.put(reserved["upload"], CONTENTS[content])
        fresh = Asset()
        fresh.add("main", content, len(CONTENTS[content]))
        self.library[reserved["asset"]["id"]] = fresh
        self.deliver(deliveries)
        victim = reserved["asset"]["id"] if mine else key
        self.do(
            lambda: self.cloud.call("DELETE", f"/assets/{victim}/?purge=true", self.admin),
            lambda library: library.pop(victim) is not None,
            204,
        )

    # --- versions ----------------------------------------------------------------------------

    @precondition(lambda self: self.library)
    @rule(at=which, number=which, deed=st.sampled_from(["publish", "unpublish", "rollback"]))
    def act_on_version(self, at: int, number: int, deed: str) -> None:
        """Publish, unpublish or roll back."""
        key, version = self.version(at, number)
        effects: dict[str, Callable[[Asset], bool]] = {
            "publish": lambda asset: asset.publish(version),
            "unpublish": lambda asset: asset.unpublish(version),
            "rollback": lambda asset: asset.copy(version),
        }
        self.do(
            lambda: self.cloud.post(f"/assets/{key}/versions/{version}/{deed}/", self.admin),
            lambda library: effects[deed](library[key]),
            201 if deed == "rollback" else 200,
        )

    @precondition(lambda self: self.library)
    @rule(at=which, number=which)
    def delete_version(self, at: int, number: int) -> None:
        """Delete a version."""
        key, version = self.version(at, number)
        path = f"/assets/{key}/versions/{version}/"
        self.do(
            lambda: self.cloud.call("DELETE", path, self.admin),
            lambda library: library[key].delete(version),
            204,
        )

    @precondition(lambda self: self.library)
    @rule(at=which, number=which, name=st.sampled_from(NAMES))
    def branch(self, at: int, number: int, name: str) -> None:
        """Begin a branch."""
        key, version = self.version(at, number)
        body = {"name": name, "from_version": version}
        self.do(
            lambda: self.cloud.post(f"/assets/{key}/branches/", self.admin, body),
            lambda library: library[key].branch(name, version),
            201,
        )

    @precondition(lambda self: self.library)
    @rule(at=which, name=st.sampled_from(NAMES), theirs=st.booleans())
    def merge(self, at: int, name: str, theirs: bool) -> None:
        """Merge a branch."""
        key = self.some(at)
        if name not in self.library[key].branches:
            return
        body = {"strategy": "theirs"} if theirs else {}
        self.do(
            lambda: self.cloud.post(f"/assets/{key}/branches/{name}/merge/", self.admin, body),
            lambda library: library[key].merge(name, theirs),
            201,
        )

    # --- assets ------------------------------------------------------------------------------

    @precondition(lambda self: self.library)
    @rule(at=which, trashed=st.booleans())
    def trash_or_restore(self, at: int, trashed: bool) -> None:
        """Put an asset into the trash, or take it out."""
        key = self.some(at)

        def effect(library: Library) -> bool:
            library[key].trashed = trashed
            return True

        if trashed:
            call = lambda: self.cloud.call("DELETE", f"/assets/{key}/", self.admin)  # noqa: E731
        else:
            call = lambda: self.cloud.post(f"/assets/{key}/restore/", self.admin)  # noqa: E731
        self.do(call, effect, 204 if trashed else 200)

    @precondition(lambda self: self.library)
    @rule(at=which)
    def purge(self, at: int) -> None:
        """Remove an asset for good."""
        key = self.some(at)
        self.do(
            lambda: self.cloud.call("DELETE", f"/assets/{key}/?purge=true", self.admin),
            lambda library: library.pop(key) is not None,
            204,
        )

    def teardown(self) -> None:
        """Remove everything; nothing is left."""
        if not hasattr(self, "library"):
            return
        self.faults.disarm()
        Histories.passed += timedelta(hours=2)
        last = self.cloud.post("/assets/upload/", self.admin, self.described(0)).json
        for key in [*self.library, last["asset"]["id"]]:
            answer = self.cloud.call("DELETE", f"/assets/{key}/?purge=true", self.admin)
            assert answer.status == 204
        self.settle()
        self.check([{}])
        assert not self.left_behind()

    # --- doing, settling, looking ------------------------------------------------------------

    def do(
        self, call: Callable[[], Answer], effect: Callable[[Library], bool], status: int
    ) -> None:
        """Call the API, let everything settle, and see that the effect is there once or not."""
        after = model.clone(self.library)
        possible = effect(after)
        candidates = [after if possible else self.library]
        try:
            with self.faults.process():
                answer = call()
            assert answer.status == (status if possible else 409), answer.content
        except Crash:
            candidates.append(self.library)
        self.settle()
        self.check(candidates)

    def send(
        self,
        path: str,
        body: dict[str, Any],
        content: int,
        sent: bool,
        target: Callable[[Library], Asset],
        branch: str = "main",
    ) -> None:
        """Reserve an upload and send its bytes, or not."""
        size_bytes = len(CONTENTS[content])
        trashed = self.library and path.endswith("version/") and target(self.library).trashed
        try:
            with self.faults.process():
                answer = self.cloud.post(path, self.admin, body)
        except Crash:
            failed = model.clone(self.library)
            if not trashed:
                target(failed).add(branch, None, size_bytes)
            linked = model.clone(self.library)
            if not trashed and body["link_existing"]:
                target(linked).add(branch, content, size_bytes)
            self.settle()
            self.check([self.library, failed, linked])
            return
        if trashed:
            assert answer.code == "asset_trashed"
            return
        assert answer.status == 201, answer.content
        upload = answer.json["upload"]
        arrives = sent or upload is None
        if upload is not None and sent:
            self.cloud.put(upload, CONTENTS[content])
        after = model.clone(self.library)
        asset = target(after)
        asset.add(branch, content if arrives else None, size_bytes)
        if "new" in after:
            after[answer.json["asset"]["id"]] = after.pop("new")
        self.settle(all_of_it=not arrives)
        self.check([after])

    def settle(self, *, all_of_it: bool = False) -> None:
        """Deliver every message; after a fault, also let time pass and the sweeper work."""
        self.deliver()
        for _ in range(9):
            again = all_of_it or self.faults.fired
            Histories.passed += timedelta(minutes=17 if again else 1)
            try:
                with self.faults.process():
                    sweeper.sweep(clock.now())
            except Crash:
                again = True
            self.deliver()
            if not again:
                break
        self.faults.disarm()

    def deliver(self, at_most: int = 1000) -> None:
        """Hand messages to their functions; those that fail or die get them again, five times."""
        sqs = client("sqs")
        moved = True
        while moved:
            moved = False
            fed = [one for one in self.cloud._sources(()) if hasattr(one, "queue")]
            for source in fed:
                url = sqs.get_queue_url(QueueName=f"reef-{source.queue}")["QueueUrl"]
                for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
                    receipt = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
                    if at_most <= 0:
                        sqs.change_message_visibility(**receipt, VisibilityTimeout=0)
                        return
                    at_most -= 1
                    moved = True
                    try:
                        with self.faults.process():
                            event = sqs_event(source.queue, [message])
                            failed = bool(invoke(source.handler_string, event))
                    except Crash:
                        failed = True
                    if failed:
                        sqs.change_message_visibility(**receipt, VisibilityTimeout=0)
                    else:
                        sqs.delete_message(**receipt)

    def check(self, candidates: list[Library]) -> None:
        """See that what can be observed is one of the candidates, to the last byte."""
        ids = self.listed()
        for candidate in candidates:
            if "new" in candidate:
                found = ids - candidate.keys()
                if len(found) == 1:
                    candidate[found.pop()] = candidate.pop("new")
        seen = {key: self.observed(key) for key in ids}
        fitting = [c for c in candidates if {k: expected(a) for k, a in c.items()} == seen]
        assert fitting, (seen, [{k: expected(a) for k, a in c.items()} for c in candidates])
        self.library = fitting[0]
        held = self.left_behind()
        needed = model.usage(self.library)
        used = self.cloud.get("/tenant/", self.admin).json["usage"]
        assert used["storage_bytes"] == needed[0] + sum(size_bytes for size_bytes, _ in held)
        assert used["assets"] == needed[1] + sum(assets for _, assets in held)
        self.check_bytes()

    def left_behind(self) -> list[tuple[int, int]]:
        """List what a crash reserved for nothing, as bytes and assets; the next upload frees it."""
        tokens = [token.split("/") for token in accounts.usage(self.tenant).reservations or ()]
        return [
            (int(size_bytes), int(assets))
            for identifier, size_bytes, assets in tokens
            if find(Upload, asset_key(self.tenant, identifier), "UPLOAD") is None
        ]

    def check_bytes(self) -> None:
        """See that originals, renditions and references are those needed, and no upload is left."""
        here = configuration.settings()
        needed = {SHA256[content] for content in model.kept(self.library)}
        assert self.objects(here.originals_bucket) == needed
        made = {f"{sha256}/{name}" for sha256 in needed for name in MADE}
        assert self.objects(here.renditions_bucket) == made
        uploads = {key.split("/")[0] for key in self.objects(here.uploads_bucket)}
        assert uploads <= self.library.keys()
        references = {
            (SHA256[version.content], key, number)
            for key, asset in self.library.items()
            for number, version in asset.versions.items()
            if version.content is not None
        }
        items = [item for item in AnyItem.scan() if item.pk.startswith(self.tenant)]
        found = {
            (item.pk.split("#")[1], item.sk.split("#")[1], int(item.sk.split("#")[2]))
            for item in items
            if item.sk.startswith("REF#")
        }
        assert found == references
        stored = {i.pk.split("#")[1] for i in items if i.sk == "CONTENT"}
        assert stored == needed
        assert not [i for i in items if i.sk in {"CONTENT", "UPLOAD"} and i.due_at]
        for item in items:
            if item.sk.startswith(("V#", "BRANCH#", "META#")) or item.sk == "ASSET":
                assert item.pk.split("#")[1] in self.library, item.sk

    def objects(self, bucket: str) -> set[str]:
        """List what lies in a bucket of this tenant, without the tenant."""
        prefix = f"{self.tenant}/"
        return {k.removeprefix(prefix) for k in storage.keys(bucket) if k.startswith(prefix)}

    def listed(self) -> set[str]:
        """Give the ids of all assets."""
        return {
            item["id"]
            for query in ("", "&trashed=true")
            for item in self.cloud.get(f"/assets/?limit=200{query}", self.admin).json["items"]
        }

    def observed(self, key: str) -> Any:
        """Look at an asset as an admin and as a viewer."""
        asset = self.cloud.get(f"/assets/{key}/", self.admin).json
        items = self.cloud.get(f"/assets/{key}/versions/?limit=200", self.admin).json["items"]
        versions = {v["number"]: (v["branch"], v["status"], v["sha256"]) for v in items}
        branches = self.cloud.get(f"/assets/{key}/branches/", self.admin).json["items"]
        seen = self.cloud.get(f"/assets/{key}/", self.viewer)
        served = None
        if seen.status == 200:
            url = self.cloud.get(f"/assets/{key}/download/", self.viewer).headers["Location"]
            assert seen.json["sha256"] in url
            served = (seen.json["current_version"], seen.json["sha256"])
        return {
            "current": asset["current_version"],
            "published": [v["number"] for v in items if v["published"]],
            "trashed": asset["status"] == "trashed",
            "versions": versions,
            "branches": {b["name"]: (b["head"], b["from_version"]) for b in branches},
            "served": served,
        }

    def described(self, content: int) -> dict[str, Any]:
        """Describe a file."""
        return {
            "filename": "poster.txt",
            "content_type": "text/plain",
            "size_bytes": len(CONTENTS[content]),
            "sha256": SHA256[content],
        }

    def some(self, at: int) -> str:
        """Choose an asset."""
        keys = sorted(self.library)
        return keys[at % len(keys)]

    def version(self, at: int, number: int) -> tuple[str, int]:
        """Choose an asset and one of its versions."""
        key = self.some(at)
        numbers = sorted(self.library[key].versions)
        return key, numbers[number % len(numbers)]

    def new(self, library: Library) -> Asset:
        """Add an asset whose id is not known yet."""
        return library.setdefault("new", Asset())


def expected(asset: Asset) -> Any:
    """Say what of an asset ought to be observed."""

    def sha256(number: int) -> str | None:
        content = asset.versions[number].content
        return None if content is None else SHA256[content]

    published = asset.published
    served = published is not None and not asset.trashed
    branches = {name: (b.head, b.from_version) for name, b in asset.branches.items()}
    return {
        "current": asset.current,
        "published": [] if published is None else [published],
        "trashed": asset.trashed,
        "versions": {
            number: (v.branch, "failed" if v.content is None else "approved", sha256(number))
            for number, v in asset.versions.items()
        },
        "branches": {"main": (asset.current, None)} | branches,
        "served": (published, sha256(published)) if served and published else None,
    }


@pytest.mark.timeout(0 if EXAMPLES else 180)
def test_histories_leave_what_the_model_says(
    cloud: Cloud, clamd: Clamd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REEF_CLAMD_SOCKET", clamd.socket)
    monkeypatch.setenv("REEF_SIGNATURES_FOLDER", str(clamd.signatures))
    configuration.settings.cache_clear()
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + Histories.passed)
    Histories.cloud, Histories.faults = cloud, Faults(monkeypatch)
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=EXAMPLES or 10,
            stateful_step_count=14,
            deadline=None,
            derandomize=not EXAMPLES,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
    configuration.settings.cache_clear()
