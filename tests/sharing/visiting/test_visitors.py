"""Where a request comes from is said by the edge, and never by the visitor."""

from chalicelib.core.secrets import secret
from chalicelib.core.settings import settings
from tests.cloud import Answer
from tests.sharing.counter import PASSWORD, Counter


def guess(counter: Counter, uuid: str, password: str, **headers: str) -> Answer:
    body = {"password": password}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return counter.cloud.call("POST", f"/shares/{uuid}/unlock/", None, body, sent)


def test_claimed_addresses_give_no_further_attempts(counter: Counter) -> None:
    uuid = counter.protected()
    for number in range(10):
        address = f"203.0.113.{number}"
        wrong = guess(
            counter, uuid, "wrong one", x_forwarded_for=address, x_reef_address=address,
            x_reef_edge="forged", cloudfront_viewer_address=f"{address}:1",
        )  # fmt: skip
        counter.assert_refused(wrong, 403, "wrong_password")
    refused = guess(counter, uuid, PASSWORD, x_reef_address="203.0.113.99", x_reef_edge="forged")
    counter.assert_refused(refused, 429, "too_many_attempts")


def test_each_address_that_the_edge_names_has_attempts_of_its_own(counter: Counter) -> None:
    uuid, edge = counter.protected(), secret(settings().edge_secret)
    for _ in range(10):
        guess(counter, uuid, "wrong one", x_reef_edge=edge, x_reef_address="203.0.113.1")
    refused = guess(counter, uuid, PASSWORD, x_reef_edge=edge, x_reef_address="203.0.113.1")
    counter.assert_refused(refused, 429, "too_many_attempts")
    other = guess(counter, uuid, PASSWORD, x_reef_edge=edge, x_reef_address="203.0.113.2")
    assert other.status == 200


def test_countries_are_the_edges_own(counter: Counter) -> None:
    uuid, edge = counter.link(), secret(settings().edge_secret)
    for headers in (
        {"x-reef-edge": edge, "x-reef-country": "NZ", "x-reef-address": "203.0.113.1"},
        {"cloudfront-viewer-country": "DE"},
        {"x-reef-country": "FR", "x-reef-edge": "forged"},
        {"x-reef-country": "not a country", "x-reef-edge": edge},
    ):
        assert counter.cloud.call("GET", f"/shares/{uuid}/", headers=headers).status == 200
    counter.cloud.run()
    told = counter.shelf.get(f"/shares/{uuid}/analytics/").json
    assert told["by_country"] == {"NZ": 1}
    assert told["totals"]["views"] == 4
