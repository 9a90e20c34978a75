"""Lists of workflows hold what their reader sees, in pages."""

from chalicelib.core.api.identity import Actor
from chalicelib.workflows.approval import listing
from tests.workflows.desk import Desk


def actor(desk: Desk, who: str, *roles: str) -> Actor:
    return Actor(desk.tenant.id, desk.tenant.members[who], "", frozenset(roles))


def test_overseers_see_all_and_others_those_of_their_own_uploads(desk: Desk) -> None:
    desk.template()
    own, other = desk.upload(b"one"), desk.upload(b"two", "editor")
    editor = actor(desk, "editor", "editor")
    seen, _ = listing.page(editor, 10, None)
    assert [one.instance.asset_id for one in seen] == [other, own], "the newest first"
    seen, _ = listing.page(actor(desk, "contributor", "contributor"), 10, None)
    assert [one.instance.asset_id for one in seen] == [own]
    assert listing.page(actor(desk, "kim", "viewer"), 10, None)[0] == []


def test_filters_by_state_asset_and_what_waits_for_the_reader(desk: Desk) -> None:
    desk.template()
    one, other = desk.upload(b"one"), desk.upload(b"two")
    assert desk.decide(desk.workflow(one), "anna").status == 200
    editor = actor(desk, "editor", "editor")
    live, _ = listing.page(editor, 10, None, status="in_progress")
    assert [found.instance.asset_id for found in live] == [other]
    of_one, _ = listing.page(editor, 10, None, asset_id=one)
    assert [found.instance.status for found in of_one] == ["approved"]
    ben = actor(desk, "ben", "viewer", "Marketing Manager")
    waiting, _ = listing.page(ben, 10, None, mine=True)
    assert [found.instance.asset_id for found in waiting] == [other]


def test_pages_follow_each_other(desk: Desk) -> None:
    desk.template()
    expected = [desk.upload(b"%d" % number) for number in range(3)][::-1]
    editor, position, found = actor(desk, "editor", "editor"), None, []
    while True:
        page, position = listing.page(editor, 2, position)
        found += [one.instance.asset_id for one in page]
        if position is None:
            break
    assert found == expected
