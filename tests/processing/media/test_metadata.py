"""Technical facts have the API's names, and describe the file as a viewer sees it."""

from pathlib import Path

import mutagen.id3
import pytest
from PIL import Image

from chalicelib.processing.media import metadata, sandbox
from chalicelib.processing.problems import TooLargeToDecode, Unreadable
from tests import media_files


def test_a_picture(tmp_path: Path) -> None:
    facts = metadata.read(media_files.image_file(tmp_path / "a.png"), "image/png")
    assert facts.kind == "image"
    assert facts.technical == {
        "width": 640,
        "height": 480,
        "color_mode": "RGB",
        "has_transparency": False,
        "frames": 1,
    }


def test_width_and_height_are_those_of_the_upright_picture(tmp_path: Path) -> None:
    path = media_files.oriented(tmp_path / "a.jpg", 6, (640, 480))
    with Image.open(path) as stored:
        assert stored.size == (480, 640)
    technical = metadata.read(path, "image/jpeg").technical
    assert (technical["width"], technical["height"]) == (640, 480)


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_an_animation_has_frames_and_a_duration(tmp_path: Path, suffix: str) -> None:
    path = media_files.animation(tmp_path / f"a.{suffix}", frames=5)
    technical = metadata.read(path, f"image/{suffix}").technical
    assert (technical["frames"], technical["duration_seconds"]) == (5, 0.5)


def test_a_bomb_is_refused_here_too(tmp_path: Path) -> None:
    with pytest.raises(TooLargeToDecode):
        metadata.read(media_files.bomb_png(tmp_path / "a.png"), "image/png")


@pytest.mark.parametrize(
    ("suffix", "content_type", "video_codec", "audio_codec"),
    [
        (".mp4", "video/mp4", "h264", "aac"),
        (".mov", "video/quicktime", "h264", "aac"),
        (".webm", "video/webm", "vp8", "vorbis"),
        (".avi", "video/x-msvideo", "mpeg4", "mp3"),
    ],
)
def test_a_video(
    tmp_path: Path, suffix: str, content_type: str, video_codec: str, audio_codec: str
) -> None:
    facts = metadata.read(media_files.video(tmp_path / f"a{suffix}", 2), content_type)
    assert facts.kind == "video"
    technical = facts.technical
    assert technical["video_codec"] == video_codec
    assert technical["audio_codec"] == audio_codec
    assert (technical["width"], technical["height"]) == (320, 240)
    assert technical["frame_rate"] == 10
    assert technical["duration_seconds"] == pytest.approx(2, abs=0.15)
    assert technical["sample_rate_hz"] == 44_100
    assert technical["channels"] == 1
    assert technical["bit_rate"] > 1000


@pytest.mark.parametrize(
    ("suffix", "content_type", "codec"),
    [
        (".mp3", "audio/mpeg", "mp3"),
        (".wav", "audio/wav", "pcm_s16le"),
        (".ogg", "audio/ogg", "vorbis"),
    ],
)
def test_a_sound(tmp_path: Path, suffix: str, content_type: str, codec: str) -> None:
    options = ["-c:a", "libvorbis"] if suffix == ".ogg" else []
    path = media_files.sound(tmp_path / f"a{suffix}", 2, "-metadata", "title=Tide", *options)
    facts = metadata.read(path, content_type)
    assert facts.kind == "audio"
    assert facts.technical["audio_codec"] == codec
    assert facts.technical["duration_seconds"] == pytest.approx(2, abs=0.1)
    assert "video_codec" not in facts.technical
    assert facts.embedded["tag.title"] == "Tide"


def test_a_cover_does_not_make_a_sound_a_video(tmp_path: Path) -> None:
    path = media_files.sound(tmp_path / "a.mp3")
    tags = mutagen.id3.ID3(path)
    picture = Path(media_files.image_file(tmp_path / "cover.jpg")).read_bytes()
    tags.add(mutagen.id3.APIC(mime="image/jpeg", type=3, data=picture))
    tags.add(mutagen.id3.TPE1(text=["Ada", "Grace"]))
    tags.save()
    facts = metadata.read(path, "audio/mpeg")
    assert facts.kind == "audio"
    assert facts.embedded["tag.artist"] == ["Ada", "Grace"]


def test_where_a_video_was_taken_stands_apart(tmp_path: Path) -> None:
    path = media_files.video(
        tmp_path / "a.mp4", 1, "-metadata", "location=+48.85+002.35/", "-metadata", "title=Seine"
    )
    embedded = metadata.read(path, "video/mp4").embedded
    gps = embedded.pop("gps")
    assert "+48.85" in str(gps)
    assert "48.85" not in str(embedded)
    assert embedded["tag.title"] == "Seine"


def test_facts_come_back_from_the_sandbox_as_they_are(tmp_path: Path) -> None:
    path = media_files.video(tmp_path / "a.mp4", 1)
    assert sandbox.run(metadata.read, path, "video/mp4").result == metadata.read(path, "video/mp4")


def test_another_type_has_its_kind_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK")
    assert metadata.read(str(path), "application/x-unknown").kind == "other"


@pytest.mark.parametrize(
    "content_type", ["image/jpeg", "video/mp4", "audio/mpeg", "application/pdf"]
)
def test_an_empty_file_is_unreadable(tmp_path: Path, content_type: str) -> None:
    path = tmp_path / "empty"
    path.touch()
    with pytest.raises(Unreadable):
        metadata.read(str(path), content_type)


def test_a_pdfs_packet_and_a_films_title_are_read(tmp_path: Path) -> None:
    path = Path(media_files.pdf(tmp_path / "a.pdf"))
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf='
    packet += b'"http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:xmp='
    packet += b'"http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="Reef"/></rdf:RDF></x:xmpmeta>'
    path.write_bytes(path.read_bytes() + packet)
    found = metadata.read(str(path), "application/pdf").embedded
    assert found == {"pdf.Title": "Harbour plan", "xmp.xmp.CreatorTool": "Reef"}
    film = media_files.video(tmp_path / "a.wmv", 0.5, "-metadata", "title=Low tide")
    assert metadata.read(film, "video/x-ms-wmv").embedded["tag.title"] == "Low tide"
