"""Whatever is said, asked or told twice, searches find what is there, or say what is wrong."""

import unicodedata
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.core import clock
from chalicelib.search import following
from tests.assets.stages import asset
from tests.cloud import INDEX, Cloud, Tenant
from tests.search.test_index import change_of, true_of, written
from tests.shared import Team, assert_problem


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin", "editor", "viewer")


def add(cloud: Cloud, tenant: Tenant, **said: Any) -> str:
    made = asset(cloud, tenant.id, tenant.email("admin"), "approved!", **said)
    cloud.run(INDEX)
    return made


def found(cloud: Cloud, tenant: Tenant, who: str = "admin", **query: Any) -> list[str]:
    answer = cloud.get(f"/assets/?{urlencode(query, doseq=True)}", tenant.email(who))
    assert answer.status == 200, answer.content
    assert answer.json.get("matched") in (None, "exact")
    return [item["id"] for item in answer.json["items"]]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Sunset 🌅 party 👩‍👩‍👧", ["🌅", "sunset 🌅", "👧", "party"]),
        ("תפריט קיץ", ["קיץ", "תפריט", "קי"]),
        ("قائمة الصَّيف", ["الصيف", "قائمة"]),
        ("Cafe\u0301 Zürich", ["café", "cafe", "CAFE\u0301", "zurich", "Zu\u0308rich"]),
        ("o\u0323\u0302ng", ["ộng", "ong"]),
        ("夏のメニュー", ["夏", "メニュー", "のメ"]),
        ("\uff26\uff35\uff2c\uff2c \ufb01nal", ["full", "final"]),
        ("İstanbul ΜΕΝΟΎ STRASSE", ["istanbul", "μενου", "straße"]),
        ("l'été, état-major: 10.5%", ["ete", "été", "etat", "major 10"]),
    ],
)
def test_every_script_is_found_by_its_words(
    cloud: Cloud, acme: Tenant, title: str, words: list[str]
) -> None:
    made = add(cloud, acme, title=title)
    assert {word: found(cloud, acme, q=word) for word in words} == {w: [made] for w in words}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": "x" * 10_000}, "title"),
        ({"tags": [f"t{n}" for n in range(1_000)]}, "tags"),
        ({"tags": ["x" * 10_000]}, "tags"),
        ({"category": "///"}, "category"),
        ({"category": "a/" * 400}, "category"),
    ],
)
def test_too_much_is_refused_and_loses_nothing(
    cloud: Cloud, acme: Tenant, said: dict[str, Any], field: str
) -> None:
    made = add(cloud, acme, title="Plain", tags=["kept"], category="kept")
    problem = assert_problem(
        cloud.call("PATCH", f"/assets/{made}/", acme.email("admin"), said), 422, "invalid"
    )
    assert problem["errors"][0]["field"].startswith(field)
    cloud.run(INDEX)
    assert found(cloud, acme, q="plain", tag="kept", category="kept") == [made]


def test_tags_are_one_whatever_their_case_and_normal_form(cloud: Cloud, acme: Tenant) -> None:
    forms = ["Menü", "MENÜ", unicodedata.normalize("NFD", "menü"), "\uff4denü"]
    made = [add(cloud, acme, title=f"menu {n}", tags=[tag]) for n, tag in enumerate(forms)]
    for tag in forms:
        assert sorted(found(cloud, acme, tag=tag)) == sorted(made)
    assert found(cloud, acme, tag="menu") == []  # another word
    answer = cloud.get("/assets/?facets=true", acme.email("admin")).json
    assert answer["facets"]["tag"] == {"Menü": 4}
    body = {"tags": forms}
    shown = cloud.call("PATCH", f"/assets/{made[0]}/", acme.email("admin"), body).json
    assert shown["tags"] == ["Menü"]


@pytest.mark.parametrize(
    ("category", "kept"),
    [("/menus//summer/ /", "menus/summer"), ("../etc", "../etc"), ("a/../b", "a/../b")],
)
def test_categories_are_names_and_lead_nowhere(
    cloud: Cloud, acme: Tenant, category: str, kept: str
) -> None:
    made = add(cloud, acme, title="one", category=category)
    other = add(cloud, acme, title="two", category="b")
    assert found(cloud, acme, category=category) == found(cloud, acme, category=kept) == [made]
    assert found(cloud, acme, category="b") == [other]
    counts = cloud.get("/assets/?facets=true", acme.email("admin")).json["facets"]["category"]
    assert counts[kept] == 1


def test_no_word_is_too_common_and_two_hundred_are_not_too_many(cloud: Cloud, acme: Tenant) -> None:
    made = add(cloud, acme, title="The and of to a")
    assert found(cloud, acme, q="the and of to a") == [made]
    words = [f"w{n}" for n in range(200)]
    long = add(cloud, acme, title="long", description=" ".join(words))
    assert found(cloud, acme, q=" ".join(words)) == [long]
    assert found(cloud, acme, q=" ".join([*words, "missing"])) == []
    assert found(cloud, acme, q=" ?! ... ") == [long, made]  # no word at all


@pytest.mark.parametrize(
    "query",
    [
        {"status": "approved", "trashed": "true"},
        {"kind": "image", "content_type": "video/mp4"},
        {"min_size_bytes": 9, "max_size_bytes": 3},
        {"created_after": "2030-01-01T00:00:00Z", "created_before": "2020-01-01T00:00:00Z"},
        {"category": "a", "q": "summer", "sha256": "00"},
    ],
)
def test_filters_that_contradict_each_other_find_nothing(
    cloud: Cloud, acme: Tenant, query: dict[str, Any]
) -> None:
    add(cloud, acme, title="summer", category="a")
    assert found(cloud, acme, facets="true", **query) == []


def test_a_cursor_serves_nobody_and_nothing_else(cloud: Cloud, team: Team) -> None:
    acme, globex = team("admin", "editor"), team("admin")
    for tenant in (acme, globex):
        for number in range(3):
            add(cloud, tenant, title=f"summer {number}")
    query = "/assets/?q=summer&limit=1"
    cursor = cloud.get(query, acme.email("admin")).json["next_cursor"]
    assert cloud.get(f"{query}&cursor={cursor}", acme.email("admin")).status == 200
    for path, email in (
        (query, globex.email("admin")),
        (query, acme.email("editor")),
        (f"{query}&kind=image", acme.email("admin")),
        ("/assets/?q=winter&limit=1", acme.email("admin")),
        ("/assets/?limit=1", acme.email("admin")),
        (f"{query}&sort=title", acme.email("admin")),
    ):
        answer = cloud.get(f"{path}&cursor={cursor}", email)
        assert_problem(answer, 400, "invalid_cursor")
    for wrong in (cursor[:-2], cursor[::-1], "x" * 5000):
        answer = cloud.get(f"{query}&cursor={wrong}", acme.email("admin"))
        assert_problem(answer, 400, "invalid_cursor")


def test_an_indexer_that_stood_still_for_an_hour_catches_up(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, kept = acme.email("admin"), []
    made = [add(cloud, acme, title=f"summer {n}", tags=["old"]) for n in range(3)]
    for number in range(6):
        hour = clock.now() + timedelta(minutes=10 * number)
        with monkeypatch.context() as patch:
            patch.setattr(clock, "now", lambda hour=hour: hour)
            one = made[number % 3]
            body = {"title": f"winter {number}", "tags": ["new" if number % 2 else "newer"]}
            assert cloud.call("PATCH", f"/assets/{one}/", admin, body).status == 200
            kept.append(change_of(acme, one))
    assert cloud.call("DELETE", f"/assets/{made[2]}/", admin).status == 204
    fresh = asset(cloud, acme.id, admin, "approved!", title="winter late")
    assert found(cloud, acme, tag="old") == []  # every page shows what is so now
    following.follow([*reversed(kept), *kept, change_of(acme, fresh), *kept])
    cloud.run(INDEX)  # and once more, as the stream has it
    for one in [*made, fresh]:
        assert written(acme, one) == true_of(acme, one)
    assert found(cloud, acme, q="winter") == [fresh, made[1], made[0]]
    assert found(cloud, acme, tag="old") == []
