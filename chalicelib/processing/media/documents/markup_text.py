"""The text of XML, read as a stream, without document types, up to a length."""

from collections.abc import Callable
from typing import IO, NoReturn
from xml.parsers import expat

from chalicelib.processing.media.documents.text_files import MAX_TEXT_BYTES

Attributes = dict[str, str]
DEEPEST = 1_000


class Enough(Exception):
    """As much has been read as anybody needs."""


class Reader:
    """Collects text between elements; a subclass says what elements mean.

    `texts` are the elements whose characters count, `breaks` those that end a line.
    """

    texts: frozenset[str] = frozenset()
    breaks: frozenset[str] = frozenset()
    spaces: dict[str, str] = {}

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self._depth = 0
        self._inside = 0

    def start(self, name: str, attrs: Attributes) -> None:
        """Note where an element begins."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Enough
        if name in self.texts:
            self._inside += 1
        if name in self.spaces:
            self.add(self.spaces[name])
        self.started(name, attrs)

    def end(self, name: str) -> None:
        """End a line where the element asks for it."""
        self._depth -= 1
        if name in self.texts:
            self._inside -= 1
        if name in self.breaks:
            self.add("\n")
        self.ended(name)

    def characters(self, content: str) -> None:
        """Take characters that count."""
        if self._inside:
            self.add(content)

    def started(self, name: str, attrs: Attributes) -> None:
        """Do more where an element begins."""

    def ended(self, name: str) -> None:
        """Do more where an element ends."""

    def add(self, text: str) -> None:
        """Add text.

        Raises:
            Enough: there is as much as is kept.
        """
        self.pieces.append(text)
        self.length += len(text)
        if self.length > MAX_TEXT_BYTES:
            raise Enough

    @property
    def text(self) -> str:
        """What was collected."""
        return "".join(self.pieces)


class _DocumentType(Exception):
    """It begins with a document type, which could declare entities: none is read."""


def _refuse(*_: object) -> NoReturn:
    raise _DocumentType


def read(stream: IO[bytes], reader: Reader) -> bool:
    """Hand a stream of XML to a reader; return whether it was whole, or enough of it was read.

    What stands before an error counts.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.ParseFile(stream)
    except Enough:
        return True
    except (expat.ExpatError, _DocumentType, UnicodeError, LookupError):
        return False
    return True


class Values(Reader):
    """Collects the text of each element by its name, as documents say things of themselves."""

    def __init__(self, wanted: Callable[[str], str]) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self._wanted = wanted
        self._name = ""

    def started(self, name: str, attrs: Attributes) -> None:
        """Begin a value, and take those that stand in attributes."""
        self._name = self._wanted(name)
        if self._name:
            self.found.setdefault(self._name, []).append("")
        for key, value in attrs.items():
            if wanted := self._wanted(key):
                self.found.setdefault(wanted, []).append(value)

    def ended(self, name: str) -> None:
        """End a value."""
        self._name = ""

    def characters(self, content: str) -> None:
        """Add to a value."""
        if self._name:
            self.add(content)
            self.found[self._name][-1] += content
