"""An index that was lost or is wrong is made again from the assets."""

import sys

import pytest

from chalicelib.search import __main__ as command
from chalicelib.search.models import AssetTerms, IndexedAsset, Term, terms_key
from tests.assets.stages import asset
from tests.cloud import INDEX, Cloud, Tenant
from tests.search.test_index import found, rename, true_of, written
from tests.shared import Team


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin", "viewer")


def rebuilt(tenant: Tenant, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sys, "argv", ["reef-search", "rebuild", tenant.id])
    assert command.main() == 0


def test_a_lost_or_wrong_index_is_made_again(
    cloud: Cloud,
    acme: Tenant,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    admin = acme.email("admin")
    made = [asset(cloud, acme.id, admin, "approved!", title=f"poster {n}") for n in range(3)]
    cloud.call("DELETE", f"/assets/{made[2]}/", admin)
    rebuilt(acme, monkeypatch)  # of a tenant that was never indexed
    assert capsys.readouterr().out == "3 assets indexed, 0 wrong entries removed\n"
    assert found(cloud, acme, "poster") == ["poster 0", "poster 1"]
    for item in Term.query(f"{acme.id}#word"):
        item.delete()  # lost
    rename(cloud, acme, made[0], "placard")
    cloud.run(INDEX)
    entry = AssetTerms.get(terms_key(acme.id, made[1]), "TERMS")
    wrong = Term(f"{acme.id}#word", "stray#00000", both=b"\0\1\0\7\0", title=b"\0\1\0")
    wrong.save()
    assert entry.ordinal == 1
    rebuilt(acme, monkeypatch)
    assert capsys.readouterr().out == "3 assets indexed, 3 wrong entries removed\n"
    for one in made:
        assert written(acme, one) == true_of(acme, one)
    assert found(cloud, acme, "stray") == []
    assert found(cloud, acme, "poster") == ["poster 1"]
    assert len(list(IndexedAsset.query(f"{acme.id}#assets"))) == 3
