"""moto, served by a faster server than its own: `python -m local.moto_server PORT`.

moto's own server closes every connection after one request.
"""

import io
import os
import resource
import sys
from typing import Any

from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import FakeKey

from local import interpreter
from local.mail import Outbox
from local.serving import serve

THREADS = 48
"""Each worker's long poll holds one."""


def main(port: int) -> None:
    """Serve the emulated AWS, DynamoDB excepted."""
    # State machines run for real, and call this very server.
    os.environ["MOTO_PORT"] = str(port)
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    interpreter.prepare()
    FakeKey.__deepcopy__ = _listed  # type: ignore[attr-defined]
    # moto keeps every object over 5 MB in an open temporary file.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    serve(Outbox(DomainDispatcherApplication(create_backend_app)), port, THREADS)


def _listed(key: Any, _memo: dict[int, Any]) -> Any:
    """Copy an object for a list of versions, without its bytes.

    moto copies every object of the bucket for each such list; with the bytes, 500 uploads took
    over 20 GB.
    """
    _ = key.etag  # moto computes it from the bytes, once
    copy = object.__new__(FakeKey)
    own = {"_value_buffer": io.BytesIO(), "multipart": None, "disposed": True}
    copy.__dict__.update(key.__dict__ | own)
    return copy


if __name__ == "__main__":
    main(int(sys.argv[1]))
