"""MP3 and AAC told from their frames, wherever in the file these begin."""

_BIT_RATES = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by MPEG generation (2 stands for 2 and 2.5) and layer, ISO 11172-3 and 13818-3."""
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}

_SEARCHED_BYTES = 65_536
_CERTAIN_FRAMES = 4
"""So many frames of one kind, each where the one before ends, are no accident."""


def sniff(head: bytes) -> str | None:
    """Know the type by two frames that follow each other, after tags and zeros alone."""
    at = _after_zeros(head, after_tags(head))
    for content_type, follows in (("audio/mpeg", _layer_frame), ("audio/aac", _adts_frame)):
        first = follows(head, at)
        if first and follows(head, at + first[0]):
            return content_type
    return None


def is_inside_frames(head: bytes) -> bool:
    """Return whether MP3 frames begin later, as in a stream that was joined at any moment."""
    begin = after_tags(head)
    end = min(len(head), begin + _SEARCHED_BYTES)
    at = head.find(b"\xff", begin, end)
    while at >= 0:
        if _follow(head, at, _CERTAIN_FRAMES):
            return True
        at = head.find(b"\xff", at + 1, end)
    return False


def after_tags(head: bytes) -> int:
    """Return where the sound begins behind ID3 and APE tags, of which there may be several."""
    at = 0
    while (length := _id3(head, at) or _ape(head, at)) and at < len(head):
        at += length
    return at


def _id3(head: bytes, at: int) -> int:
    """Return an ID3v2 tag's length (ID3v2.4.0, 3.1): its size has seven bits a byte."""
    tag = head[at : at + 10]
    if tag[:3] != b"ID3" or len(tag) < 10 or any(byte >= 0x80 for byte in tag[6:]):
        return 0
    size = tag[6] << 21 | tag[7] << 14 | tag[8] << 7 | tag[9]
    return 10 + size + (10 if tag[5] & 0x10 else 0)


def _ape(head: bytes, at: int) -> int:
    """Return an APEv2 tag's length; its header is not counted in its size."""
    if head[at : at + 8] != b"APETAGEX" or len(head) < at + 16:
        return 0
    return 32 + int.from_bytes(head[at + 12 : at + 16], "little")


def _after_zeros(head: bytes, at: int) -> int:
    return len(head) - len(head[at:].lstrip(b"\0"))


def _follow(head: bytes, at: int, count: int) -> bool:
    """Return whether so many frames of the same generation, layer and rate follow each other."""
    kinds = set()
    for _ in range(count):
        frame = _layer_frame(head, at)
        if frame is None:
            return False
        at += frame[0]
        kinds.add(frame[1])
    return len(kinds) == 1


def _layer_frame(head: bytes, at: int) -> tuple[int, tuple[int, int, int]] | None:
    """Return a frame's length, and its version, layer and sample rate; None where there is none."""
    if len(head) < at + 4 or head[at] != 0xFF or head[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = head[at + 1] >> 3 & 3, 4 - (head[at + 1] >> 1 & 3)
    rate, frequency, padding = head[at + 2] >> 4, head[at + 2] >> 2 & 3, head[at + 2] >> 1 & 1
    if version == 1 or layer == 4 or rate in (0, 15) or frequency == 3:
        return None
    kilobits = _BIT_RATES[(1 if version == 3 else 2, layer)][rate - 1]
    sample_rate = _SAMPLE_RATES[version][frequency]
    kind = (version, layer, sample_rate)
    if layer == 1:
        return (12_000 * kilobits // sample_rate + padding) * 4, kind
    slots = 72_000 if layer == 3 and version != 3 else 144_000
    return slots * kilobits // sample_rate + padding, kind


def _adts_frame(head: bytes, at: int) -> tuple[int, tuple[int, int, int]] | None:
    """Return the same of an AAC frame with its own header (ISO 13818-7, 6.2)."""
    if len(head) < at + 7 or head[at] != 0xFF or head[at + 1] & 0xF6 != 0xF0:
        return None
    length = (head[at + 3] & 3) << 11 | head[at + 4] << 3 | head[at + 5] >> 5
    frequency = head[at + 2] >> 2 & 15
    return (
        (length, (head[at + 1] >> 3 & 1, 0, frequency)) if length > 7 and frequency < 13 else None
    )
