"""Bearer tokens: they name what they are of, and nobody can guess the rest."""

import pytest

from chalicelib.core import bearer_tokens, clock


def test_a_token_names_its_ids_and_no_two_are_alike() -> None:
    ids = [clock.new_id() for _ in range(3)]
    tokens = {bearer_tokens.new("rk_", ids) for _ in range(50)}
    assert len(tokens) == 50
    for token in tokens:
        assert bearer_tokens.named("rk_", token, 3) == ids
        assert bearer_tokens.named("rk_", token, 2) is None
    assert len({bearer_tokens.hashed("api_key", token) for token in tokens}) == 50
    token = tokens.pop()
    assert bearer_tokens.hashed("device", token) != bearer_tokens.hashed("api_key", token)


@pytest.mark.parametrize("text", ["", "x", "é", "=" * 107, "A" * 106, "A" * 108, "!" * 107, "\0"])
def test_what_is_no_token_names_nothing(text: str) -> None:
    assert bearer_tokens.named("rk_", f"rk_{text}", 3) is None
