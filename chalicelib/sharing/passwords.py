"""Passwords of share links, kept as argon2id hashes."""

import secrets

LENGTHS = (8, 256)
"""How many characters a password has."""

_ITERATIONS, _LANES, _MEMORY_KIBIBYTES = 3, 1, 12_288
"""One of the settings that OWASP's Password Storage Cheat Sheet names as equally strong."""


def hashed(password: str) -> str:
    """Return a password's hash in PHC's text form, which names its salt and settings."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    return Argon2id(
        salt=secrets.token_bytes(16),
        length=32,
        iterations=_ITERATIONS,
        lanes=_LANES,
        memory_cost=_MEMORY_KIBIBYTES,
    ).derive_phc_encoded(password.encode())


def fits(password: str, password_hash: str) -> bool:
    """Return whether a password is the one of a hash."""
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    if len(password) > LENGTHS[1]:
        return False
    try:
        Argon2id.verify_phc_encoded(password.encode("utf-8", "surrogatepass"), password_hash)
    except InvalidKey:
        return False
    return True
