"""Generated players of both generations, as database files with their folder."""

import io
import json
import sqlite3
import tarfile
from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n"
MP4 = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"
OLD = (
    "asset_id text primary key, name text, uri text, md5 text, start_date timestamp, "
    "end_date timestamp, duration text, mimetype text, is_enabled integer default 0, "
    "is_processing integer default 0, nocache integer default 0, play_order integer default 0, "
    "skip_asset_check integer default 0"
)
NEW = OLD.replace("duration text", "duration bigint") + (
    ", is_reachable bool default 1, last_reachability_check datetime, "
    "play_days text default '[1,2,3,4,5,6,7]', play_time_from time, play_time_to time, "
    "metadata text default '{}', skip_ssl_verify bool default 0"
)

Rows = list[dict[str, object]]


def asset(number: int) -> str:
    return f"{number:032x}"


def rows(is_new: bool) -> list[dict[str, object]]:
    """Nine rows of all kinds; what their folder holds `files` says."""
    base = {
        "start_date": "2026-01-01 00:00:00",
        "end_date": "2036-01-01 00:00:00.000000",
        "duration": 10 if is_new else "10",
        "mimetype": "image",
        "is_enabled": 1,
    }
    folder = "/data/anthias_assets" if is_new else "/home/pi/screenly_assets"
    ext = ".png" if is_new else ""
    made: list[dict[str, object]] = [
        {"name": "Picture", "uri": f"{folder}/{asset(0)}{ext}", "play_order": 2},
        {"name": "Film\n&", "uri": f"{folder}/{asset(1)}", "mimetype": "video", "play_order": 1},
        {"name": "Page", "uri": "https://example.com/?a=1&b=2", "mimetype": "webpage"},
        {"name": "Gone", "uri": f"{folder}/{asset(3)}.png"},
        {"name": "Busy", "uri": f"{folder}/{asset(4)}.mp4", "is_processing": 1},
        {"name": "Off", "uri": f"{folder}/{asset(5)}.png", "is_enabled": 0},
        {"name": None, "uri": None},
        {"name": "Text", "uri": f"{folder}/{asset(7)}.txt"},
        {"name": "Bad", "uri": f"{folder}/{asset(8)}.png"},
    ]
    if is_new:
        made[0] |= {"play_days": "[6,7]", "play_time_from": "22:00:00", "play_time_to": "06:00:00"}
        made[4] |= {"is_processing": 0, "metadata": json.dumps({"error_message": "no hevc"})}
    return [base | row | {"asset_id": asset(n)} for n, row in enumerate(made)]


def files(is_new: bool) -> dict[str, bytes]:
    ext = ".png" if is_new else ""
    return {
        f"{asset(0)}{ext}": PNG + b"picture",
        asset(1): MP4 + b"film",
        f"{asset(4)}.mp4": MP4,
        f"{asset(5)}.png": PNG + b"off",
        f"{asset(7)}.txt": b"just words, no picture\n" * 20,
        f"{asset(8)}.png": PNG + b"broken",
    }


def database(path: Path, is_new: bool, held: Rows | None = None) -> Path:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"CREATE TABLE assets ({NEW if is_new else OLD})")
    for row in rows(is_new) if held is None else held:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO assets ({names}) VALUES ({marks})", list(row.values()))
    connection.commit()
    connection.close()
    return path


def folder(path: Path, is_new: bool) -> Path:
    path.mkdir()
    for name, data in files(is_new).items():
        (path / name).write_bytes(data)
    return path


def archive(
    path: Path,
    is_new: bool,
    extra: list[tarfile.TarInfo] | None = None,
    held: Rows | None = None,
    inside: dict[str, bytes] | None = None,
) -> Path:
    """A backup as the player makes it, with more members, or other rows and files, if told."""
    kept = database(path.with_suffix(".kept.db"), is_new, held)
    top = (".anthias/anthias", "anthias_assets")
    if not is_new:
        top = (".screenly/screenly", "screenly_assets")
    members = {f"{top[0]}.conf": b"[main]\n", f"{top[0]}.db": kept.read_bytes()}
    members |= {f"{top[1]}/{name}": data for name, data in (inside or files(is_new)).items()}
    with tarfile.open(path, "w:gz", compresslevel=1) as packed:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
        for info in extra or []:
            packed.addfile(info, io.BytesIO(b"\0" * info.size))
    return path
