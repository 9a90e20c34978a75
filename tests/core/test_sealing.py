"""Sealed texts come back in their scope alone, and hashes are told apart by their purpose."""

import pytest

from chalicelib.core import sealing
from chalicelib.core.sealing import NotSealed
from tests.cloud import Cloud


def test_a_value_comes_back_and_is_always_the_same_text(cloud: Cloud) -> None:
    value = {"uuid": "0193", "until": [1, None, "é"]}
    text = sealing.seal(value, "share")
    assert sealing.unseal(text, "share") == value
    assert sealing.seal(value, "share") == text
    assert "0193" not in text


def test_what_was_tampered_with_is_not_sealed(cloud: Cloud) -> None:
    text = sealing.seal("value", "share")
    for tampered in (text[:-4], "A" + text[1:], "", text.upper()):
        with pytest.raises(NotSealed):
            sealing.unseal(tampered, "share")
    with pytest.raises(NotSealed):
        sealing.unseal(text, "another scope")


def test_a_hash_is_one_of_its_purpose(cloud: Cloud) -> None:
    hashed = sealing.keyed_hash("203.0.113.7", "visits")
    assert hashed == sealing.keyed_hash("203.0.113.7", "visits")
    assert hashed != sealing.keyed_hash("203.0.113.7", "attempts")
    assert hashed != sealing.keyed_hash("203.0.113.8", "visits")
    assert len(hashed) == 32
