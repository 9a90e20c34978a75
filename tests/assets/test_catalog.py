"""Who sees which asset, in which list, and what a list can be asked."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
import pytest

from chalicelib.core import clock
from chalicelib.tenants.models import Member, member_key
from tests.assets.stages import asset, move, reserve
from tests.cloud import INDEX, Cloud, Tenant
from tests.shared import assert_problem

STAGES = {
    "uploading": "pending",
    "scanning": "pending",
    "processing": "clean",
    "in_review": "clean",
    "approved": "clean",
    "approved!": "clean",
    "rejected": "clean",
    "failed": "clean",
    "quarantined": "infected",
}
WHO = ("viewer", "contributor", "editor", "moderator", "admin", "named")

# Who sees an asset of their own and of somebody else, published or not.
OWN_STAGES = ("uploading", "approved", "approved!", "failed", "quarantined")
"""The stages at which each member has an asset; the uploader has one at every stage."""

SEES = {
    # role: (own unpublished, own published, foreign unpublished, foreign published)
    "viewer": (False, True, False, True),
    "contributor": (True, True, False, True),
    "editor": (True, True, True, True),
    "moderator": (True, True, True, True),
    "admin": (True, True, True, True),
    "named": (False, False, False, False),
}


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "uploader=contributor", *(f"{who}=admin" for who in WHO))


@pytest.fixture(scope="module")
def assets(cloud: Cloud, acme: Tenant) -> dict[tuple[str, str], str]:
    """An asset of each member at each stage; afterwards the members get their roles."""
    found = {
        (who, stage): asset(cloud, acme.id, acme.email(who), stage, scan)
        for who in ("uploader", *WHO)
        for stage, scan in STAGES.items()
        if who == "uploader" or stage in OWN_STAGES
    }
    for who in WHO:
        role = "Legal Team" if who == "named" else who
        member = Member.get(acme.id, member_key(acme.members[who]))
        member.update(actions=[Member.roles.set([role])])
    return found


def owners(assets: dict[tuple[str, str], str], who: str, stage: str) -> list[str]:
    return [owner for owner in (who, "uploader") if (owner, stage) in assets]


def is_seen(who: str, owner: str, stage: str) -> bool:
    return SEES[who][2 * (who != owner) + (stage == "approved!")]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("who", WHO)
def test_each_role_sees_its_assets_and_no_others(
    cloud: Cloud, acme: Tenant, assets: dict[tuple[str, str], str], who: str, stage: str
) -> None:
    for owner in owners(assets, who, stage):
        answer = cloud.get(f"/assets/{assets[owner, stage]}/", acme.email(who))
        if is_seen(who, owner, stage):
            assert answer.status == 200
            assert answer.json["status"] == stage.removesuffix("!")
        else:
            assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize("who", WHO)
def test_each_role_s_list_holds_what_it_sees(
    cloud: Cloud, acme: Tenant, assets: dict[tuple[str, str], str], who: str
) -> None:
    listed: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = cloud.get(f"/assets/?limit=20{cursor}", acme.email(who)).json
        listed += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    wanted = {asset_id for (owner, stage), asset_id in assets.items() if is_seen(who, owner, stage)}
    assert {item["id"] for item in listed} == wanted
    assert len(listed) == len(wanted)


DOWNLOADS = {
    "uploading": (409, "not_ready"),
    "scanning": (409, "not_ready"),
    "processing": (302, ""),
    "in_review": (302, ""),
    "approved": (302, ""),
    "approved!": (302, ""),
    "rejected": (302, ""),
    "failed": (409, "not_ready"),
    "quarantined": (403, "quarantined"),
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("who", WHO)
def test_each_role_downloads_what_it_sees_once_it_is_clean(
    cloud: Cloud, acme: Tenant, assets: dict[tuple[str, str], str], who: str, stage: str
) -> None:
    for owner in owners(assets, who, stage):
        for query in ("", "?version=1"):
            path = f"/assets/{assets[owner, stage]}/download/{query}"
            answer = cloud.get(path, acme.email(who))
            if not is_seen(who, owner, stage):
                assert_problem(answer, 404, "not_found")
            elif DOWNLOADS[stage][1]:
                assert_problem(answer, *DOWNLOADS[stage])
            else:
                assert answer.status == 302


def test_the_detail_s_etag_is_the_revision(cloud: Cloud, acme: Tenant) -> None:
    email = acme.email("uploader")
    asset_id = reserve(cloud, email)["asset"]["id"]
    answer = cloud.get(f"/assets/{asset_id}/", email)
    assert answer.headers["ETag"] == '"1"'
    again = cloud.get(f"/assets/{asset_id}/", email, headers={"if-none-match": '"1"'})
    assert (again.status, again.headers["ETag"]) == (200, '"1"')
    move(acme.id, asset_id, "approved!", "clean")
    assert cloud.get(f"/assets/{asset_id}/", email).headers["ETag"] == '"1"'


@pytest.mark.usefixtures("assets")  # which gives the members their roles
def test_viewers_learn_nothing_of_what_is_newer_than_the_published_version(
    cloud: Cloud, acme: Tenant
) -> None:
    from chalicelib.assets.models import AssetMetadata, asset_key

    asset_id = asset(cloud, acme.id, acme.email("uploader"), "approved!")
    item = AssetMetadata.get(asset_key(acme.id, asset_id), "ASSET")
    newer = msgspec.structs.replace(
        item.current,
        number=2,
        filename="secret-draft.jpg",
        status="in_review",
        sha256="9" * 64,
    )
    item.update(actions=[AssetMetadata.current.set(newer), AssetMetadata.current_version.set(2)])
    full = cloud.get(f"/assets/{asset_id}/", acme.email("uploader")).json
    assert (full["current_version"], full["filename"]) == (2, "secret-draft.jpg")
    for path in (f"/assets/{asset_id}/", "/assets/?limit=200"):
        seen = cloud.get(path, acme.email("viewer")).content.decode()
        assert "secret-draft" not in seen
        assert "9" * 64 not in seen
        assert '"current_version":2' not in seen
    refused = cloud.get(f"/assets/{asset_id}/download/?version=2", acme.email("viewer"))
    assert_problem(refused, 404, "not_found")


@pytest.fixture(scope="module")
def globex(cloud: Cloud) -> Tenant:
    """A library to search in."""
    tenant = cloud.tenant("globex", "admin", "contributor")
    admin, contributor = tenant.email("admin"), tenant.email("contributor")
    state = (cloud, tenant.id)
    asset(*state, admin, "approved!", title="one", size_bytes=10, tags=["Summer", "Menu"])
    asset(*state, admin, "approved", title="two", size_bytes=20, category="menus/summer")
    asset(*state, contributor, "failed", title="three", size_bytes=30, category="menus")
    asset(
        *state,
        contributor,
        "uploading",
        title="four",
        size_bytes=40,
        content_type="video/mp4",
        tags=["menu"],
    )
    asset(
        *state,
        admin,
        "approved!",
        title="five",
        size_bytes=50,
        content_type="application/pdf",
        category="menusetc",
        sha256="ab" * 32,
    )
    cloud.run(INDEX)
    return tenant


ALL = ["five", "four", "three", "two", "one"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ALL),
        ("order=desc", ALL),
        ("order=asc", ALL[::-1]),
        ("sort=created_at&order=asc", ALL[::-1]),
        ("kind=image", ["three", "two", "one"]),
        ("kind=video", ["four"]),
        ("kind=document", ["five"]),
        ("kind=link", []),
        ("content_type=image/jpg", ["three", "two", "one"]),
        ("content_type=application/PDF", ["five"]),
        ("status=approved", ["five", "two", "one"]),
        ("status=failed", ["three"]),
        ("status=trashed", []),
        ("category=menus", ["three", "two"]),
        ("category=/menus/summer/", ["two"]),
        ("category=Menus", []),
        ("tag=menu", ["four", "one"]),
        ("tag=MENU&tag=summer", ["one"]),
        ("tag=menu&tag=winter", []),
        ("uploaded_by=contributor@globex.test", ["four", "three"]),
        ("uploaded_by=nobody@globex.test", []),
        ("min_size_bytes=30", ["five", "four", "three"]),
        ("max_size_bytes=30", ["three", "two", "one"]),
        ("min_size_bytes=20&max_size_bytes=40&kind=image", ["three", "two"]),
        (f"sha256={'AB' * 32}", ["five"]),
        (f"sha256={'cd' * 32}", []),
        ("created_after=2001-01-01T00:00:00Z", ALL),
        ("created_before=2001-01-01T00:00:00Z", []),
        ("created_after=0001-01-01T00:00:00%2B14:00", ALL),
        ("created_before=9999-12-31T23:59:59-14:00", ALL),
    ],
)
def test_filters_combine(cloud: Cloud, globex: Tenant, query: str, titles: list[str]) -> None:
    answer = cloud.get(f"/assets/?{query}", globex.email("admin"))
    assert answer.status == 200, answer.content
    assert [item["title"] for item in answer.json["items"]] == titles


def test_an_uploader_is_named_by_id_too_and_in_any_case(cloud: Cloud, globex: Tenant) -> None:
    for name in (globex.members["contributor"], "Contributor@Globex.test"):
        answer = cloud.get(f"/assets/?uploaded_by={name}", globex.email("admin"))
        assert [item["title"] for item in answer.json["items"]] == ["four", "three"]


def test_times_of_creation_part_the_list(cloud: Cloud, globex: Tenant) -> None:
    items = cloud.get("/assets/", globex.email("admin")).json["items"]
    middle = datetime.fromisoformat(items[2]["created_at"])
    text = quote(clock.timestamp(middle))
    after = cloud.get(f"/assets/?created_after={text}", globex.email("admin")).json["items"]
    before = cloud.get(f"/assets/?created_before={text}", globex.email("admin")).json["items"]
    assert items[2]["id"] not in {item["id"] for item in after + before}
    assert [item["id"] for item in after] == [i["id"] for i in items[:2]]
    assert [item["id"] for item in before] == [i["id"] for i in items[3:]]
    assert middle - clock.now() < timedelta()


@pytest.mark.parametrize(
    "query",
    [
        "kind=picture",
        "status=gone",
        "sort=beauty",
        "order=up",
        "created_after=yesterday",
        "created_after=2026-01-01T00:00:00",
        "min_size_bytes=-1",
        "max_size_bytes=x",
        "category=//",
        "owner=me",
    ],
)
def test_a_filter_that_cannot_be_is_refused(cloud: Cloud, globex: Tenant, query: str) -> None:
    answer = cloud.get(f"/assets/?{query}", globex.email("admin"))
    assert_problem(answer, 422, "invalid")


def test_filters_see_with_the_reader_s_eyes(cloud: Cloud, globex: Tenant) -> None:
    seen = cloud.get("/assets/", globex.email("contributor")).json["items"]
    assert [item["title"] for item in seen] == ["five", "four", "three", "one"]
    for query in ("status=approved", "kind=image"):
        found = cloud.get(f"/assets/?{query}", globex.email("contributor")).json["items"]
        assert "two" not in {item["title"] for item in found}


def test_assets_with_the_same_bytes_are_listed_page_by_page(cloud: Cloud, globex: Tenant) -> None:
    admin = globex.email("admin")
    made = [asset(cloud, globex.id, admin, "approved!", sha256="5a" * 32) for _ in range(3)]
    asset(cloud, globex.id, admin, "approved!", sha256="5b" * 32)
    cloud.call("DELETE", f"/assets/{made[1]}/", admin)
    cloud.run(INDEX)

    def listed(more: str) -> list[str]:
        found, cursor = [], ""
        while True:
            query = f"?sha256={'5A' * 32}&limit=1{more}{cursor}"
            page = cloud.get(f"/assets/{query}", admin).json
            found += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    assert listed("") == [made[2], made[0]]
    assert listed("&order=asc") == [made[0], made[2]]
    assert listed("&trashed=true") == [made[1]]
    assert listed("&kind=video") == []
