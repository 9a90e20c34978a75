"""Where rows and their files come from: a live player, its database, or a backup archive."""

import base64
import binascii
import gzip
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import msgspec
import urllib3

from chalicelib.devices.migrate.rows import BadSource, Row, Value, read

_MOST_MEMBERS = 50_000
_MOST_BYTES_EACH = 2_147_483_647
_UNPACKED_RATIO, _UNPACKED_FREELY = 20, 256 * 1024 * 1024
"""Media is packed already: what unpacks to twenty times its size is made to fill a disk."""

_HEADERS_BYTES = 64 * 1024 * 1024
"""What names and padding of so many members may take besides."""

_TOO_MUCH = "The archive unpacks to far more than an archive of media does."

_DATABASES = {".anthias/anthias.db", ".screenly/screenly.db"}
_ASSETS = ("anthias_assets", "screenly_assets")
_BLOCK = 1024 * 1024


class Source(Protocol):
    """Something with rows and files."""

    def rows(self) -> list[Row]:
        """Return all rows.

        Raises:
            BadSource: they cannot be read.
        """

    def file(self, row: Row) -> Path | None:
        """Return a row's file, which may be used until the next one is asked for; None for none.

        Raises:
            BadSource: it cannot be fetched.
        """


class Database:
    """A database file of either generation, and the folder with the player's files.

    It is copied with what SQLite keeps beside it, so that a player may go on writing.
    """

    def __init__(self, path: Path, assets: Path | None, work: Path) -> None:
        self._assets, self._copy = assets, work / "copy.db"
        try:
            for end in ("", "-wal", "-shm"):
                if end == "" or Path(f"{path}{end}").exists():
                    shutil.copyfile(f"{path}{end}", f"{self._copy}{end}")
        except OSError as error:
            raise BadSource(f"{path} cannot be read: {error.strerror}") from None

    def rows(self) -> list[Row]:
        """Return all rows."""
        try:
            with closing(sqlite3.connect(self._copy)) as database:
                database.text_factory = lambda held: held.decode("utf-8", "replace")
                columns = [str(each[1]) for each in database.execute("PRAGMA table_info(assets)")]
                if not {"asset_id", "uri"} <= set(columns):
                    raise BadSource("This is no database of an Anthias player.")
                names = ", ".join(f'"{column}"' for column in columns)
                found = database.execute(f"SELECT {names} FROM assets ORDER BY rowid").fetchall()
        except sqlite3.Error as error:
            raise BadSource(f"The database cannot be read: {error}.") from None
        return _rows(dict(zip(columns, each, strict=True)) for each in found)

    def file(self, row: Row) -> Path | None:
        """Return the file of a row's name in the folder, wherever the row says that it lay."""
        if self._assets is None:
            return None
        path = self._assets / Path(row.uri).name
        return path if path.is_file() and not path.is_symlink() else None


class Archive(Database):
    """A backup archive of either layout, unpacked as far as it is needed."""

    def __init__(self, path: Path, work: Path) -> None:
        assets = work / "assets"
        assets.mkdir()
        database = work / "found.db"
        try:
            _unpack(path, database, assets)
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            raise BadSource(f"The archive is damaged: {error}.") from None
        if not database.exists():
            raise BadSource("There is no database of an Anthias player in this archive.")
        super().__init__(database, assets, work)


class _Opened:
    """What a packed file unpacks to, up to a limit; also of what tarfile reads for itself."""

    def __init__(self, file: gzip.GzipFile, limit: int) -> None:
        self._file, self._left = file, limit + _HEADERS_BYTES

    def tar(self) -> tarfile.TarFile:
        """Open it as an archive that is read once, from its beginning."""
        return tarfile.open(fileobj=self, mode="r|")  # type: ignore[call-overload, no-any-return]

    def read(self, size: int) -> bytes:
        """Return the next bytes.

        Raises:
            BadSource: there are too many.
        """
        block = self._file.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise BadSource(_TOO_MUCH)
        return block


def _unpack(path: Path, database: Path, assets: Path) -> None:
    limit = path.stat().st_size * _UNPACKED_RATIO + _UNPACKED_FREELY
    free = shutil.disk_usage(assets).free
    total = 0
    with gzip.open(path) as packed_file, _Opened(packed_file, limit).tar() as archive:
        for number, member in enumerate(archive):
            name = member.name.removeprefix("./").rstrip("/")
            total += member.size
            if number >= _MOST_MEMBERS:
                raise BadSource(f"The archive has more than {_MOST_MEMBERS} files.")
            if name.startswith("/") or ".." in name.split("/"):
                raise BadSource(f"The archive leads out of its folder: {name[:200]!r}.")
            if member.isdir():
                continue
            if not member.isreg():
                raise BadSource(f"The archive holds a link or a device: {name[:200]!r}.")
            if total > limit:
                raise BadSource(_TOO_MUCH)
            if total > free:
                raise BadSource("There is too little free space here to unpack the archive.")
            target = _target(name, database, assets)
            packed = archive.extractfile(member) if target else None
            if target is not None and packed is not None and member.size <= _MOST_BYTES_EACH:
                with target.open("wb") as file:
                    shutil.copyfileobj(packed, file, _BLOCK)


def _target(name: str, database: Path, assets: Path) -> Path | None:
    for known in _DATABASES:
        if name in (known, f"{known}-wal", f"{known}-shm"):
            return Path(f"{database}{name.removeprefix(known)}")
    folder, _, rest = name.partition("/")
    return assets / rest if folder in _ASSETS and rest and "/" not in rest else None


class Player:
    """A running Anthias server, by its API."""

    def __init__(self, address: str, login: tuple[str, str] | None, work: Path) -> None:
        self._address, self._file = address.rstrip("/"), work / "fetched"
        timeout = urllib3.Timeout(connect=10, read=120)
        self._http = urllib3.PoolManager(timeout=timeout, retries=False)
        self._headers = urllib3.make_headers(basic_auth=":".join(login) if login else None)

    def rows(self) -> list[Row]:
        """Return all rows, of older servers too."""
        answer = self._get("/api/v2/assets")
        if answer.status == 404:
            answer = self._get("/api/v1.2/assets")
        if answer.status in (301, 302, 401, 403):
            raise BadSource("The player wants a name and a password: --username, --password-file.")
        if answer.status != 200:
            raise BadSource(f"The player answers {answer.status}.")
        try:
            return _rows(msgspec.json.decode(answer.read(), type=list[dict[str, Value]]))
        except (msgspec.MsgspecError, urllib3.exceptions.HTTPError):
            raise BadSource("The player answers no list of assets.") from None

    def file(self, row: Row) -> Path | None:
        """Fetch a row's file."""
        asset_id = quote(row.asset_id, safe="")
        self._file.unlink(missing_ok=True)
        with self._file.open("wb") as file:
            try:
                answer = self._get(f"/assets/{asset_id}/download/")
                if answer.status == 200:
                    for block in answer.stream(_BLOCK):
                        file.write(block)
                    return self._file
                for version in ("v2", "v1"):
                    answer = self._get(f"/api/{version}/assets/{asset_id}/content")
                    if answer.status == 200:
                        return self._file if _decode(answer.stream(_BLOCK), file.write) else None
            except (urllib3.exceptions.HTTPError, binascii.Error) as error:
                kind = type(error).__name__
                raise BadSource(f"its file could not be fetched whole ({kind})") from None
        if answer.status == 404:
            return None
        raise BadSource(f"the player answers {answer.status} for its file")

    def _get(self, path: str) -> urllib3.BaseHTTPResponse:
        try:
            return self._http.request(
                "GET",
                self._address + path,
                headers=self._headers,
                redirect=False,
                preload_content=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise BadSource(f"The player cannot be reached ({type(error).__name__}).") from None


def _decode(blocks: Iterator[bytes], write: Callable[[bytes], int]) -> bool:
    """Write the base64 text of the field `content` of a JSON answer, without holding all of it."""
    mark, held, inside = b'"content":"', b"", False
    for block in blocks:
        held += block
        if not inside:
            if mark not in held:
                continue
            held, inside = held.partition(mark)[2], True
        text, end, _ = held.partition(b'"')
        whole = len(text) // 4 * 4
        write(base64.b64decode(text[:whole], validate=True))
        held = text[whole:] + end
        if end:
            if text[whole:]:
                raise binascii.Error("cut short")
            return True
    if inside:
        raise binascii.Error("cut short")
    return False


def _rows(found: Iterable[dict[str, Value]]) -> list[Row]:
    kept = {row.asset_id: row for row in map(read, found) if row is not None}
    return sorted(kept.values(), key=lambda row: row.play_order)


def open_source(
    where: str, assets: Path | None, login: tuple[str, str] | None, work: Path
) -> Source:
    """Open whatever the name stands for.

    Raises:
        BadSource: it is nothing to move from.
    """
    if where.startswith(("http://", "https://")):
        return Player(where, login, work)
    path, head = Path(where), b""
    with suppress(OSError), path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"\x1f\x8b"):
        return Archive(path, work)
    if head.startswith(b"SQLite format 3\0"):
        return Database(path, assets, work)
    raise BadSource(f"{where} is neither an address, a database, nor a backup archive.")
