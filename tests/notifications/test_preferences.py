"""How members want to be told, over HTTP."""

import pytest

from chalicelib.notifications.preferences import KINDS
from tests.cloud import Cloud
from tests.shared import Team, assert_problem, audit

PATH = "/notification_preferences/"


def test_everything_comes_by_mail_unless_chosen_otherwise(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer", "kim=viewer")
    who = tenant.email("viewer")
    usual = dict.fromkeys(KINDS, "mail")
    assert cloud.get(PATH, who).json == usual
    answer = cloud.call("PUT", PATH, who, {"mention": "off", "decision": "digest"})
    assert answer.status == 200
    assert answer.json == usual | {"mention": "off", "decision": "digest"}
    answer = cloud.call("PUT", PATH, who, {"mention": "mail"})
    assert cloud.get(PATH, who).json == answer.json == usual | {"decision": "digest"}
    assert cloud.call("PUT", PATH, who, dict.fromkeys(KINDS, "off")).json == dict.fromkeys(
        KINDS, "off"
    )
    assert cloud.call("PUT", PATH, who, {}).json == dict.fromkeys(KINDS, "off")
    assert cloud.get(PATH, tenant.email("kim")).json == usual


def test_a_change_of_preferences_is_recorded(cloud: Cloud, team: Team) -> None:
    tenant = team("admin")
    who = tenant.email("admin")
    for _ in range(2):
        cloud.call("PUT", PATH, who, {"mention": "off"})
    (found,) = audit(cloud, who, "&action=member.preferences_changed")
    assert found["subject"] == {"type": "member", "id": tenant.members["admin"]}
    assert (found["old"]["mention"], found["new"]["mention"]) == ("mail", "off")


@pytest.mark.parametrize(
    "body", [{"news": "mail"}, {"mention": "sms"}, {"mention": None}, {"mention": ["mail"]}, []]
)
def test_unknown_kinds_and_values_are_refused(cloud: Cloud, team: Team, body: object) -> None:
    tenant = team("admin")
    assert_problem(cloud.call("PUT", PATH, tenant.email("admin"), body), 422, "invalid")
