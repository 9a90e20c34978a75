"""Signatures are those of the Standard Webhooks specification."""

import base64
from datetime import UTC, datetime

from chalicelib.webhooks import signing
from tests.webhooks.receiver import Received

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_secrets_are_random_and_of_the_specifications_form() -> None:
    made = {signing.new_secret() for _ in range(50)}
    assert len(made) == 50
    for secret in made:
        prefix, _, key = secret.partition("_")
        assert prefix == "whsec"
        assert len(base64.b64decode(key, validate=True)) == 32


def test_a_known_body_has_its_known_signature() -> None:
    """The signature is what the specification's own library for Python makes of it."""
    now = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    assert signing.headers(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", now, body) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_receiver_tells_what_was_changed() -> None:
    secret, now = signing.new_secret(), datetime.now(UTC)
    headers = signing.headers(secret, "1", now, b"{}")
    assert Received("/", headers, b"{}").is_signed_by(secret)
    assert not Received("/", headers, b"{} ").is_signed_by(secret)
    assert not Received("/", headers | {"webhook-id": "2"}, b"{}").is_signed_by(secret)
    assert not Received("/", headers | {"webhook-timestamp": "3"}, b"{}").is_signed_by(secret)
    assert not Received("/", headers, b"{}").is_signed_by(signing.new_secret())
