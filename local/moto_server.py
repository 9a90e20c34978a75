"""moto, served by a faster server than its own: `python -m local.moto_server PORT`.

moto's own server closes every connection after one request.
"""

import logging
import os
import resource
import sys
import tempfile
from typing import Any

from moto.core.config import default_user_config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local import interpreter, large_objects, room
from local.mail import Outbox
from local.serving import serve

THREADS = 48
"""Each worker's long poll holds one."""

log = logging.getLogger("local.moto")


def main(port: int) -> None:
    """Serve the emulated AWS, DynamoDB excepted."""
    # State machines run for real, and call this very server.
    os.environ["MOTO_PORT"] = str(port)
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    interpreter.prepare()
    large_objects.prepare()
    # Every object over this size is an open temporary file.
    os.environ["MOTO_S3_DEFAULT_KEY_BUFFER_SIZE"] = str(large_objects.IN_MEMORY_BYTES)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    serve(Outbox(DomainDispatcherApplication(backend)), port, THREADS)


def backend(service: Any) -> Any:
    """Make moto's application for one service, which says when the disk is full."""
    application = create_backend_app(service)
    application.register_error_handler(OSError, _failed)
    return application


def _failed(error: OSError) -> Any:
    if not room.is_missing(error):
        raise error
    log.error("the disk of %s is full", tempfile.gettempdir())
    xml = f"<Error><Code>{room.CODE}</Code><Message>The disk is full.</Message></Error>"
    return xml, room.STATUS, {"Content-Type": "application/xml"}


if __name__ == "__main__":
    main(int(sys.argv[1]))
