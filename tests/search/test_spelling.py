"""One typing error in a longer word is forgiven, wherever it is."""

import pytest

from chalicelib.search import spelling
from tests.cloud import Cloud, Tenant
from tests.search.test_index import asset
from tests.shared import Team

MEANT = "wintermenu"
ERRORS = [
    *(MEANT[:at] + MEANT[at + 1 :] for at in range(len(MEANT))),
    *(MEANT[:at] + "x" + MEANT[at:] for at in range(len(MEANT) + 1)),
    *(MEANT[:at] + "x" + MEANT[at + 1 :] for at in range(len(MEANT))),
    *(MEANT[:at] + MEANT[at + 1] + MEANT[at] + MEANT[at + 2 :] for at in range(len(MEANT) - 1)),
]


@pytest.fixture
def acme(cloud: Cloud, team: Team) -> Tenant:
    tenant = team("admin")
    asset(cloud, tenant.id, tenant.email("admin"), "approved!", title="Wintermenü, Sommer")
    cloud.run("index_assets")
    return tenant


def meant(tenant: Tenant, typed: str) -> list[str]:
    """Give the words that there are of those that may be meant."""
    return [one for one in spelling.meant(tenant.id, typed) if one in (MEANT, "sommer")]


def test_every_single_error_leads_to_the_word(acme: Tenant) -> None:
    for typed in ERRORS:
        assert meant(acme, typed) == [MEANT], typed


@pytest.mark.parametrize("typed", [MEANT, "wintrmneu", "wint", "", "sommermenu", "unknown"])
def test_what_is_no_single_error_leads_nowhere(acme: Tenant, typed: str) -> None:
    assert meant(acme, typed) == []
    assert not spelling.is_one_error(typed, MEANT)


def test_short_words_are_taken_as_they_are(acme: Tenant) -> None:
    assert meant(acme, "somer") == ["sommer"]
    assert meant(acme, "omme") == []
