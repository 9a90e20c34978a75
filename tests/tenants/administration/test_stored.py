"""What is stored of a tenant is found by its id, whatever the table."""

from chalicelib.core import storage
from chalicelib.core.settings import settings
from chalicelib.tenants.administration import stored
from tests.cloud import Cloud
from tests.shared import Team


def test_every_table_and_every_bucket_of_tenants_is_named(cloud: Cloud) -> None:
    named = set(stored.tables().values())
    assert named == {value for name, value in vars_of_settings().items() if name.endswith("_table")}
    assert set(stored.buckets()) == {"uploads", "originals", "renditions"}


def vars_of_settings() -> dict[str, str]:
    return {name: getattr(settings(), name) for name in settings().__struct_fields__}


def test_items_and_objects_of_one_tenant_alone_are_found(cloud: Cloud, team: Team) -> None:
    one, other = team("admin", "viewer"), team("admin")
    found = list(stored.items(settings().tenants_table, one.id))
    assert {image["pk"]["S"] for image in found} == {one.id}
    assert len(found) == 6  # the tenant, its usage, two members with their addresses
    bucket = settings().originals_bucket
    for key in (f"{one.id}/a", f"{other.id}/a", f"zips/{one.id}/b", f"x/{one.id}/c"):
        storage.put(bucket, key, b"12", "image/jpeg")
    assert list(stored.objects(bucket, one.id)) == [
        stored.Stored(f"{one.id}/a", 2),
        stored.Stored(f"zips/{one.id}/b", 2),
    ]
