"""Many people flag one asset at the same moment, on DynamoDB Local, where conditions are exact."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib.core.outbox import AuditRecord
from tests.assets.stages import asset as staged
from tests.cloud import Cloud, Tenant

THREADS = 8
REASONS = ("inappropriate", "copyright", "privacy", "quality", "outdated", "other")
PEOPLE = ("admin", "editor", "contributor", "viewer", "moderator")


def at_once(deeds: list[Callable[[], Any]]) -> Counter[int]:
    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(done.result().status for done in [threads.submit(deed) for deed in deeds])


def everything_is_said(cloud: Cloud, acme: Tenant, asset_id: str) -> list[Callable[[], Any]]:
    """Everybody flags an asset for every reason."""

    def say(who: str, why: str) -> Callable[[], Any]:
        path = f"/assets/{asset_id}/flag/"
        return lambda: cloud.post(path, acme.email(who), {"reason": why})

    return [say(who, why) for why in REASONS for who in PEOPLE]


def flags(cloud: Cloud, acme: Tenant, status: str) -> list[dict[str, Any]]:
    answer = cloud.get(f"/moderation/flags/?status={status}", acme.email("admin"))
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def deeds_of(acme: Tenant, asset_id: str) -> Counter[str]:
    return Counter(item.action for item in AuditRecord.by_subject.query(f"{acme.id}#{asset_id}"))


def test_all_that_is_said_at_once_folds_into_one_flag(exact_cloud: Cloud) -> None:
    acme = exact_cloud.tenant("folding", *PEOPLE)
    asset_id = staged(exact_cloud, acme.id, acme.email("admin"), "approved!")
    deeds = everything_is_said(exact_cloud, acme, asset_id)
    assert at_once([deed for deed in deeds for _ in range(2)]) == {201: 60}
    (flag,) = flags(exact_cloud, acme, "open")
    assert flag["count"] == len(flag["reports"]) == 30
    said = {(report["by"]["id"], report["reason"]) for report in flag["reports"]}
    assert said == {(acme.members[who], why) for who in PEOPLE for why in REASONS}
    assert deeds_of(acme, asset_id)["moderation.flagged"] == 30


def test_what_is_said_while_a_flag_is_resolved_is_in_it_or_in_the_next(exact_cloud: Cloud) -> None:
    acme = exact_cloud.tenant("resolving", *PEOPLE, "first=viewer")
    moderator = acme.email("moderator")
    asset_id = staged(exact_cloud, acme.id, acme.email("admin"), "approved!")
    path, body = f"/assets/{asset_id}/flag/", {"reason": "other"}
    first = exact_cloud.post(path, acme.email("first"), body).json["id"]

    def resolve() -> Any:
        path = f"/moderation/flags/{first}/resolve/"
        return exact_cloud.post(path, moderator, {"resolution": "dismiss"})

    deeds = everything_is_said(exact_cloud, acme, asset_id)
    answered = at_once([*deeds[:5], resolve, *deeds[5:10], resolve, *deeds[10:]])
    assert answered == {201: 30, 200: 1, 409: 1}
    (old,), later = flags(exact_cloud, acme, "resolved"), flags(exact_cloud, acme, "open")
    assert old["id"] == first
    assert len(later) <= 1
    assert old["count"] + sum(flag["count"] for flag in later) == 31
    found = deeds_of(acme, asset_id)
    assert (found["moderation.flagged"], found["moderation.resolved"]) == (31, 1)
