"""AWS clients, made late and once."""

import threading
from typing import Any

from chalicelib.core.settings import settings

_clients: dict[str, Any] = {}
_lock = threading.Lock()


def client(service: str) -> Any:
    """Return this process's client of a service, by boto3's name for it.

    Clients are safe to share between threads; making one is not, hence the lock.
    """
    return _once(service, lambda: _make(service))


def presigner() -> Any:
    """Return the S3 client that signs upload URLs for the address that browsers use."""

    def make() -> Any:
        from botocore.config import Config

        config = Config(s3={"addressing_style": "path"})
        return _make("s3", config, settings().upload_url or None)

    return _once("s3 presigner", make)


def forget_clients() -> None:
    """Drop all clients, for a process whose AWS has been replaced (each test has its own)."""
    with _lock:
        _clients.clear()


def _once(key: str, make: Any) -> Any:
    if key not in _clients:
        with _lock:
            if key not in _clients:
                _clients[key] = make()
    return _clients[key]


def _make(service: str, config: Any = None, endpoint_url: str | None = None) -> Any:
    import boto3
    from botocore.config import Config

    base = Config(
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=3,
        read_timeout=30,
        signature_version="s3v4" if service == "s3" else None,
    )
    merged = base.merge(config) if config is not None else base
    return boto3.client(service, config=merged, endpoint_url=endpoint_url)
