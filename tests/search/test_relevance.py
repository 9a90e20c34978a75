"""With words, the best come first; where nothing fits them, a typing error is forgiven."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.assets.stages import asset
from tests.cloud import INDEX, Cloud, Tenant
from tests.shared import Team, assert_problem


@pytest.fixture
def acme(cloud: Cloud, team: Team) -> Tenant:
    tenant = team("admin", "viewer", "other=contributor")
    state = (cloud, tenant.id, tenant.email("admin"), "approved!")
    asset(*state, title="one", description="summer menu")
    asset(*state, title="two", tags=["summer"], description="menu")
    asset(*state, title="three summer", description="the menu")
    asset(*state, title="four summers menu")
    asset(*state, title="five summer menu")
    asset(*state, title="six summer menu")
    hidden = (cloud, tenant.id, tenant.email("admin"), "approved")
    asset(*hidden, title="secret wintermenu", category="secret")
    asset(*state, title="open intermenu", category="open")
    cloud.run(INDEX)
    return tenant


def search(cloud: Cloud, tenant: Tenant, who: str = "admin", **query: Any) -> Any:
    answer = cloud.get(f"/assets/?{urlencode(query)}", tenant.email(who))
    assert answer.status == 200, answer.content
    return answer.json


def found(page: Any) -> list[str]:
    return [item["title"].split()[0] for item in page["items"]]


def test_titles_come_before_tags_before_texts_and_the_newest_first(
    cloud: Cloud, acme: Tenant
) -> None:
    page = search(cloud, acme, q="menu summer", limit=50)
    assert found(page) == ["six", "five", "four", "three", "two", "one"]
    assert page["matched"] == "exact"
    assert found(search(cloud, acme, q="menu summer", order="asc", sort="relevance")) == found(page)
    assert found(search(cloud, acme, q="menu summer", sort="created_at", order="asc"))[0] == "one"
    pages, cursor = [], {}
    for _ in range(6):
        part = search(cloud, acme, q="menu summer", limit=1, **cursor)
        pages += found(part)
        cursor = {"cursor": part["next_cursor"]}
    assert (pages, part["next_cursor"]) == (found(page), None)


def test_an_error_is_forgiven_where_nothing_fits(cloud: Cloud, acme: Tenant) -> None:
    page = search(cloud, acme, q="sumer menu", limit=2)
    assert (page["matched"], found(page)) == ("similar", ["six", "five"])
    rest = search(cloud, acme, q="sumer menu", limit=2, cursor=page["next_cursor"])
    assert (rest["matched"], len(rest["items"])) == ("similar", 2)
    exact = search(cloud, acme, q="summer nemu")
    assert (exact["matched"], exact["items"]) == ("exact", [])  # too short a word
    # What fits by itself forgives nothing, although other filters leave nothing of it.
    none = search(cloud, acme, q="wintermenu", kind="video")
    assert (none["matched"], none["items"]) == ("exact", [])


def test_what_one_does_not_see_neither_fits_nor_is_found(cloud: Cloud, acme: Tenant) -> None:
    assert found(search(cloud, acme, q="wintermenu")) == ["secret"]
    page = search(cloud, acme, "viewer", q="wintermenu")
    assert (page["matched"], found(page)) == ("similar", ["open"])
    assert search(cloud, acme, "viewer", q="secrat")["items"] == []
    assert search(cloud, acme, "viewer", q="secrat")["matched"] == "exact"


def test_a_page_that_goes_on_looks_as_the_first_one_did(cloud: Cloud, acme: Tenant) -> None:
    first = search(cloud, acme, q="sumer", limit=2)
    admin = acme.email("admin")
    asset(cloud, acme.id, admin, "approved!", title="sumer")
    cloud.run(INDEX)
    assert found(search(cloud, acme, q="sumer")) == ["sumer"]
    rest = search(cloud, acme, q="sumer", limit=50, cursor=first["next_cursor"])
    assert (rest["matched"], found(rest)) == ("similar", ["three", "two", "one"])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("q=" + "%20".join(f"w{n}" for n in range(200)), 200),
        ("q=" + "%20".join(f"w{n}" for n in range(300)), 422),
        ("q=" + "x" * 4001, 422),
        ("q=%00%FF", 200),
        ("q=", 200),
        ("sort=relevance", 422),
        ("q=a&sort=relevance&order=asc&facets=true", 200),
        ("facets=maybe", 422),
        ("custom=red", 422),
        ("custom.=red", 422),
        ("custom.colour=red&custom.colour=blue", 422),
        ("min_size_bytes=9&max_size_bytes=3", 200),
        ("created_after=2030-01-01T00:00:00Z&created_before=2020-01-01T00:00:00Z", 200),
        ("&".join(f"tag=t{n}" for n in range(60)), 422),
        ("tag=" + "x" * 3000, 200),
        ("category=a/../b", 200),
    ],
)
def test_whatever_is_asked_gets_a_clear_answer(
    cloud: Cloud, acme: Tenant, query: str, status: int
) -> None:
    answer = cloud.get(f"/assets/?{query}", acme.email("admin"))
    if status == 422:
        assert_problem(answer, 422, "invalid")
    else:
        assert answer.status == 200, answer.content
