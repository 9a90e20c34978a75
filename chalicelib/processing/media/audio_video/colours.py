"""What turns a video's colours into those of a picture on the web, as filters of ffmpeg."""

from typing import Any

from chalicelib.processing.media.audio_video.streams import Stream

Filter = tuple[str, dict[str, Any]]

HDR_TRANSFERS = frozenset({"arib-std-b67", "smpte2084"})
"""HLG and PQ."""

_WIDE_PRIMARIES = frozenset({"bt2020", "smpte431", "smpte432"})
_REFERENCE_WHITE_NITS = 203
"""Where HDR has the white of an ordinary picture: ITU-R BT.2408-7, table 1."""

_KNEE = 0.9
"""Up to this share of white, tones stay as they are; brighter ones share what is left."""

_HIGH_DEFINITION_LINES = 720

BT709 = {
    "colorspace": "bt709",
    "color_primaries": "bt709",
    "color_trc": "bt709",
    "color_range": "tv",
}
"""The options by which an encoder writes down that colours are those of BT.709."""

_INTO_BT709 = {"out_color_matrix": "bt709", "out_range": "tv"}
_ALPHA_FORMATS = ("yuva", "rgba", "argb", "bgra", "abgr", "gbrap", "ya8", "ya16")


def has_alpha(stream: Stream) -> bool:
    """Return whether a video's pictures can be transparent."""
    return stream.has_alpha_layer or stream.pixel_format.startswith(_ALPHA_FORMATS)


def scale_options(stream: Stream) -> dict[str, Any]:
    """Return the options by which ffmpeg's scaler reads a video's colours."""
    options: dict[str, Any] = {"flags": "bicubic+accurate_rnd+full_chroma_int"}
    unsaid = stream.matrix in ("", "unknown") and stream.codec not in ("vp9", "av1")
    if unsaid and stream.height >= _HIGH_DEFINITION_LINES:
        # Chromium takes what says nothing for BT.709 from here on, for BT.601 below.
        options["in_color_matrix"] = "bt709"
    return options


def conversion(stream: Stream) -> tuple[Filter, ...]:
    """Return what maps HDR, or colours that no ordinary screen shows, to sRGB; often nothing."""
    hdr = stream.transfer in HDR_TRANSFERS
    if not hdr and stream.primaries not in _WIDE_PRIMARIES:
        return ()
    to_light: dict[str, Any] = {"t": "linear"}
    if hdr:
        to_light |= {
            "npl": _REFERENCE_WHITE_NITS,
            "tin": stream.transfer,
            "pin": _known(stream.primaries, "bt2020"),
            "min": _known(stream.matrix, "bt2020nc"),
        }
    filters: list[Filter] = [
        # A thumbnail's odd sides cannot be had with colours at half the resolution.
        ("format", {"pix_fmts": "yuv444p12le|gbrp12le"}),
        ("zscale", to_light),
        ("format", {"pix_fmts": "gbrpf32le"}),
        ("zscale", {"p": "bt709"}),
    ]
    if hdr:
        filters.append(("tonemap", {"tonemap": "mobius", "param": _KNEE, "desat": 0}))
    transfer = "iec61966-2-1" if hdr else "bt709"
    filters += [
        ("zscale", {"t": transfer, "m": "gbr", "r": "pc"}),
        ("format", {"pix_fmts": "gbrp"}),
    ]
    return tuple(filters)


def as_bt709(drawn: Any, size: tuple[int, int], stream: Stream, steps: tuple[Filter, ...]) -> Any:
    """Scale a video, and bring its colours to BT.709, as `BT709` says of it.

    One scaler does both where it can: a second one takes what says nothing for BT.601.

    Args:
        drawn: its pictures, as ffmpeg-python has them.
        size: width and height in pixels.
        stream: what ffprobe says of them.
        steps: what `conversion` gives, or nothing.
    """
    if not steps:
        options = scale_options(stream) | _INTO_BT709
        return drawn.filter("scale", *size, **options).filter("setsar", 1)
    drawn = drawn.filter("scale", *size, **scale_options(stream))
    for name, arguments in steps:
        drawn = drawn.filter(name, **arguments)
    return drawn.filter("scale", **_INTO_BT709).filter("setsar", 1)


def _known(name: str, otherwise: str) -> str:
    return name if name and name not in ("unknown", "unspecified", "reserved") else otherwise
