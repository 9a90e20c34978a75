"""Read a multipart form piece by piece, with its file spooled to disk."""

from collections.abc import Callable
from typing import IO

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from local.edge.answers import Refused, Request
from local.edge.policies import Sizes

_FIELDS_BYTES = 20 * 1024
"""S3's limit for everything before the file."""


def read_form(
    request: Request, spool: IO[bytes], check: Callable[[dict[str, str]], Sizes]
) -> dict[str, str]:
    """Read a form whose last field is the file.

    Args:
        request: the POST request.
        spool: where the file's bytes go.
        check: called with the fields, in lower case, before the first byte of the file is kept;
            says which sizes are allowed. What comes after the file is ignored, as S3 does.

    Returns:
        The fields before the file.

    Raises:
        Refused: the form is malformed, or the file has another size than is allowed.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise Refused(412, "PreconditionFailed", "Send a form as multipart/form-data.")
    request.body_length()
    return _Form(options["boundary"].encode("latin-1", "replace"), spool, check).read(request)


class _Form:
    def __init__(
        self, boundary: bytes, spool: IO[bytes], check: Callable[[dict[str, str]], Sizes]
    ) -> None:
        self._decoder = MultipartDecoder(boundary)
        self._spool, self._check = spool, check
        self._fields: dict[str, str] = {}
        self._name = ""
        self._value = b""
        self._before_file = 0
        self._sizes: Sizes | None = None
        self._size = 0
        self._has_file = False

    def read(self, request: Request) -> dict[str, str]:
        for piece in request.body():
            if not self._take(piece):
                break
        if not self._has_file or self._sizes is None:
            raise _bad("POST requires exactly one file upload per request.")
        if self._size < self._sizes.least:
            raise Refused(400, "EntityTooSmall", "The file is smaller than the policy allows.")
        request.drain()
        return self._fields

    def _take(self, piece: bytes) -> bool:
        """Feed one piece of the body; false once the file is complete."""
        try:
            self._decoder.receive_data(piece)
            while not isinstance(event := self._decoder.next_event(), NeedData):
                match event:
                    case Field(name=name) if name.lower() != "file":
                        self._start(name.lower())
                    case Field() | File():
                        self._name = "file"
                        self._sizes = self._check(self._fields)
                    case Data(data=data, more_data=more) if self._name == "file":
                        self._keep(data)
                        if not more:
                            self._has_file = True
                            return False
                    case Data(data=data, more_data=more):
                        self._collect(data, more)
                    case Epilogue():
                        return False
        except ValueError as error:
            raise _bad(f"The form is malformed: {error}") from error
        return True

    def _start(self, name: str) -> None:
        if name in self._fields:
            raise _bad(f"The field {name} is there more than once.")
        self._name, self._value = name, b""

    def _collect(self, data: bytes, more: bool) -> None:
        self._value += data
        self._before_file += len(data)
        if self._before_file > _FIELDS_BYTES:
            raise Refused(
                400,
                "MaxPostPreDataLengthExceeded",
                f"The fields before the file have over {_FIELDS_BYTES} bytes.",
            )
        if not more:
            self._fields[self._name] = self._value.decode("utf-8", "surrogateescape")

    def _keep(self, data: bytes) -> None:
        assert self._sizes is not None
        self._size += len(data)
        if self._sizes.most is not None and self._size > self._sizes.most:
            raise Refused(400, "EntityTooLarge", "The file is larger than the policy allows.")
        self._spool.write(data)


def _bad(message: str) -> Refused:
    return Refused(400, "InvalidArgument", message)
