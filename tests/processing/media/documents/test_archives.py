"""Archives are listed by their directory, and no member unpacks beyond its limit."""

import zipfile
from pathlib import Path

import pytest

from chalicelib.processing.media import metadata
from chalicelib.processing.media.documents import archives
from chalicelib.processing.problems import TooLargeToDecode, Unreadable
from tests import media_files, office_files


def test_a_listing_has_names_and_sizes(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {"tides/a.txt": "x" * 1500, "b.bin": bytes(3)}
    path = office_files.zipped(tmp_path / "a.zip", members)
    found = archives.listing(path)
    assert found.rows == [["tides/a.txt", "1.5 kB"], ["b.bin", "3 B"]]
    assert (found.counts, found.encrypted) == ({"members": 2, "unpacked_bytes": 1503}, False)
    facts = metadata.read(path, "application/zip")
    assert facts.technical == {"members": 2, "unpacked_bytes": 1503, "preview": "listing"}
    assert (facts.kind, facts.text) == ("other", "tides/a.txt\nb.bin")


def test_names_in_an_older_encoding_are_told(tmp_path: Path) -> None:
    named = "\u6f6e\u6c50\u65f6\u95f4\u8868\u548c\u6e2f\u53e3\u4fe1\u606f.txt"
    path = Path(office_files.zipped(tmp_path / "a.zip", {"x" * 22 + ".txt": "", "b": ""}))
    raw = named.encode("gb18030").ljust(26, b"_")[:26]
    path.write_bytes(path.read_bytes().replace(b"x" * 22 + b".txt", raw))
    assert archives.listing(str(path)).rows[0][0].startswith("\u6f6e\u6c50")


def test_a_member_ends_at_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = office_files.zipped(tmp_path / "a.zip", {"a": bytes(5000)})
    monkeypatch.setattr(archives, "MOST_MEMBER_BYTES", 1000)
    with archives.opened(path) as archive:
        with archives.stream(archive, "a") as stream:
            assert len(stream.read()) == 1000
        assert archives.content(archive, "a", 4999) == b""
        assert archives.content(archive, "a", 5000) == bytes(5000)
        assert archives.content(archive, "none", 9) == b""


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    path = office_files.zipped(tmp_path / "a.zip", {"a": "", "b": "", "c": ""})
    with pytest.raises(TooLargeToDecode):
        archives.listing(path)


def test_damage_is_told(tmp_path: Path) -> None:
    path = office_files.zipped(tmp_path / "a.zip", {"a": "x" * 99})
    with pytest.raises(Unreadable):
        archives.listing(media_files.cut(path))
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[:30] + b"b" + data[31:])
    with pytest.raises(Unreadable):
        _content(path)


def _content(path: str) -> bytes:
    with archives.opened(path) as archive:
        return archives.content(archive, "a", 999)


def test_an_encrypted_archive_still_lists_its_names(tmp_path: Path) -> None:
    path = Path(office_files.zipped(tmp_path / "a.zip", {"a.txt": "x"}))
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    path.write_bytes(data)
    assert zipfile.ZipFile(path).infolist()[0].flag_bits & 1
    found = archives.listing(str(path))
    assert (found.encrypted, found.text) == (True, "a.txt")
