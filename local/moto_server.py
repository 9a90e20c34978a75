"""moto, served by a faster server than its own: `python -m local.moto_server PORT`.

moto's own server closes every connection after one request.
"""

import os
import resource
import sys

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.mail import Outbox
from local.serving import serve

THREADS = 48
"""Each worker's long poll holds one."""


def main(port: int) -> None:
    """Serve the emulated AWS, DynamoDB excepted."""
    os.environ["MOTO_PORT"] = str(port)
    # moto keeps every object over 5 MB in an open temporary file.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    serve(Outbox(DomainDispatcherApplication(create_backend_app)), port, THREADS)


if __name__ == "__main__":
    main(int(sys.argv[1]))
