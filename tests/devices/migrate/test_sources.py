"""Players' databases and archives are read whatever their generation, and bad ones are refused."""

import base64
import gzip
import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest

from chalicelib.devices.migrate import sources
from chalicelib.devices.migrate.rows import BadSource
from tests.device.serving import Answer, Calls, Request, Server
from tests.devices.migrate import generated
from tests.devices.migrate.generated import asset


def opened(path: Path, assets: Path | None, work: Path) -> sources.Source:
    work.mkdir(exist_ok=True)
    return sources.open_source(str(path), assets, None, work)


@pytest.mark.parametrize("is_new", [True, False])
def test_database_and_archive_of_a_generation_hold_the_same(tmp_path: Path, is_new: bool) -> None:
    held = generated.folder(tmp_path / "assets", is_new)
    path = generated.database(tmp_path / "a.db", is_new)
    packed = generated.archive(tmp_path / "a.tar.gz", is_new)
    loose = opened(path, held, tmp_path / "one")
    whole = opened(packed, None, tmp_path / "two")
    rows, names = loose.rows(), generated.files(is_new)
    assert rows == whole.rows()
    assert len(rows) == 9
    assert [row.play_order for row in rows] == sorted(row.play_order for row in rows)
    for row in rows:
        first, second = loose.file(row), whole.file(row)
        assert (first is None) == (second is None) == (Path(row.uri).name not in names)
        if first and second:
            assert first.read_bytes() == second.read_bytes()


def test_a_database_in_use_is_read_with_what_is_not_written_back_yet(tmp_path: Path) -> None:
    path = generated.database(tmp_path / "a.db", True)
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA wal_autocheckpoint=0")
    writer.execute("UPDATE assets SET name = 'Renamed' WHERE asset_id = ?", [asset(0)])
    writer.commit()
    assert (tmp_path / "a.db-wal").stat().st_size > 0
    rows = {row.asset_id: row for row in opened(path, None, tmp_path / "work").rows()}
    assert rows[asset(0)].name == "Renamed"
    writer.execute("UPDATE assets SET name = 'Again' WHERE asset_id = ?", [asset(0)])
    writer.commit()  # nobody keeps it from writing
    writer.close()


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, "/etc/passwd"
    return info


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ([member("anthias_assets/x.png", tarfile.SYMTYPE)], "a link or a device"),
        ([member("anthias_assets/x.png", tarfile.LNKTYPE)], "a link or a device"),
        ([member("anthias_assets/x.png", tarfile.FIFOTYPE)], "a link or a device"),
        ([member("../outside")], "leads out"),
        ([member("anthias_assets/../../outside")], "leads out"),
        ([member("/etc/cron.d/x")], "leads out"),
        ([member(f"x/{n}") for n in range(600)], "more than 500 files"),
        ([member("anthias_assets/zeros", size=9_000_000)], "unpacks to far more"),
    ],
)
def test_archives_made_to_do_harm_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: list[tarfile.TarInfo], said: str
) -> None:
    monkeypatch.setattr(sources, "_MOST_MEMBERS", 500)
    monkeypatch.setattr(sources, "_UNPACKED_FREELY", 8_000_000)
    path = generated.archive(tmp_path / "a.tar.gz", True, extra)
    with pytest.raises(BadSource, match=said):
        opened(path, None, tmp_path / "work")
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "work" / "assets" / "zeros").exists()


def packed(path: Path, *blocks: bytes) -> Path:
    with gzip.open(path, "wb", compresslevel=1) as file:
        for block in blocks:
            file.write(block)
    return path


def test_archives_of_100_000_members_and_bombs_are_refused_before_they_do_harm(
    tmp_path: Path,
) -> None:
    zeros = b"\0" * 2**20
    many = b"".join(member(f"anthias_assets/{n}").tobuf() for n in range(1000))
    film = member("anthias_assets/film", size=10 * 2**30).tobuf()
    pax = member("././@PaxHeader", tarfile.XHDTYPE, 2 * 2**30).tobuf()
    name = member("././@LongLink", tarfile.GNUTYPE_LONGNAME, 2 * 2**30).tobuf()
    elsewhere = member("elsewhere/film", size=10 * 2**30).tobuf()
    bad = {
        "more than 50000 files": packed(tmp_path / "many", *[many] * 100),
        "unpacks to far more": packed(tmp_path / "film", film, zeros),
        "unpacks to far more than": packed(tmp_path / "pax", pax, *[zeros] * 500),
        "unpacks to far more than an": packed(tmp_path / "name", name, *[zeros] * 500),
        "unpacks to far more than an archive": packed(tmp_path / "else", elsewhere, zeros),
    }
    for number, (said, path) in enumerate(bad.items()):
        work = tmp_path / f"work{number}"
        with pytest.raises(BadSource, match=said):
            opened(path, None, work)
        assert sum(each.stat().st_size for each in work.rglob("*") if each.is_file()) == 0


def test_an_archive_larger_than_the_free_space_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = generated.archive(tmp_path / "a.tar.gz", True)
    usage = shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda where: usage)
    with pytest.raises(BadSource, match="too little free space"):
        opened(path, None, tmp_path / "work")


def test_an_archive_of_a_running_player_is_read_with_what_is_not_written_back_yet(
    tmp_path: Path,
) -> None:
    path = generated.database(tmp_path / "anthias.db", True)
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA wal_autocheckpoint=0")
    writer.execute("UPDATE assets SET name = 'Renamed' WHERE asset_id = ?", [asset(0)])
    writer.commit()
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as made:
        for end in ("", "-wal", "-shm"):
            made.add(f"{path}{end}", f".anthias/anthias.db{end}")
    writer.close()
    rows = {row.asset_id: row for row in opened(tmp_path / "a.tar.gz", None, tmp_path / "w").rows()}
    assert rows[asset(0)].name == "Renamed"


def test_what_is_damaged_or_something_else_is_refused(tmp_path: Path) -> None:
    whole = generated.archive(tmp_path / "a.tar.gz", True).read_bytes()
    kept = generated.database(tmp_path / "a.db", True).read_bytes()
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE songs (name text)")
    connection.commit()
    connection.close()
    bad = {
        "cut.tar.gz": whole[: len(whole) // 2],
        "spoilt.tar.gz": whole[:300] + b"\xff" * 400 + whole[700:],
        "cut.db": kept[: len(kept) // 2],
        "head.db": kept[:100],
        "other2.db": other.read_bytes(),
        "words.txt": b"hello",
        "empty": b"",
    }
    for number, (name, data) in enumerate(bad.items()):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(BadSource):
            opened(path, None, tmp_path / f"work{number}").rows()
    with tarfile.open(tmp_path / "none.tar.gz", "w:gz") as packed:
        packed.addfile(member("readme"))
    with pytest.raises(BadSource, match="no database"):
        opened(tmp_path / "none.tar.gz", None, tmp_path / "work")
    with pytest.raises(BadSource):
        opened(tmp_path / "missing", None, tmp_path / "work")


class LivePlayer(Server):
    """A player whose files come by download or, with a password, by content."""

    old = locked = cut = False

    def answer(self, request: Request) -> Answer:
        if self.locked and not request.headers.get("Authorization"):
            return Answer(302, headers={"Location": "/login/"})
        path = request.path
        if path in ("/api/v2/assets", "/api/v1.2/assets"):
            if self.old and "v2" in path:
                return Answer(404)
            return Answer(200, generated.rows(not self.old))
        number = int(path.split("/")[-3 if "download" in path else -2], 16)
        data = {name[:32]: held for name, held in generated.files(True).items()}.get(asset(number))
        if data is None:
            return Answer(404)
        if "download" in path:
            if self.locked or self.old:
                return Answer(302, headers={"Location": "/login/"})
            return Answer(200, data, cut_after=5 if self.cut else None)
        content = base64.b64encode(data).decode()
        body = {"type": "file", "filename": 'a "content":"x', "content": content, "mimetype": "x"}
        text = Answer(200, body).body.replace(b'": ', b'":').replace(b', "', b',"')
        return Answer(200, text[:-40] if self.cut else text)


def test_a_live_player_is_read_whatever_it_asks_for(tmp_path: Path) -> None:
    live = LivePlayer(Calls())
    try:
        for login, old in ((None, False), (("pi", "secret"), False), (None, True)):
            live.locked, live.old = login is not None, old
            source = sources.open_source(live.address, None, login, tmp_path)
            rows = {row.asset_id: row for row in source.rows()}
            assert len(rows) == 9
            path = source.file(rows[asset(1)])
            assert path is not None
            assert path.read_bytes() == generated.MP4 + b"film"
            assert source.file(rows[asset(3)]) is None
            live.cut = True
            with pytest.raises(BadSource):
                source.file(rows[asset(1)])
            live.cut = False
        live.locked = True
        with pytest.raises(BadSource, match="name and a password"):
            sources.open_source(live.address, None, None, tmp_path).rows()
    finally:
        live.close()
    with pytest.raises(BadSource, match="cannot be reached"):
        sources.open_source(live.address, None, None, tmp_path).rows()
