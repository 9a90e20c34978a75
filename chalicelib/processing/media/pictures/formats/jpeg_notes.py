"""What the application segments of a JPEG say: EXIF, XMP, IPTC, a colour profile."""

import struct

from chalicelib.processing.media.pictures.formats import photoshop
from chalicelib.processing.media.pictures.formats.parts import LONGEST_NOTE_BYTES, Notes

_EXIF = b"Exif\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_ICC = b"ICC_PROFILE\0"


class Collected:
    """The segments seen so far.

    `kept` are those that the decoder needs, in their plain form; `several` says that more pictures
    follow in the file (CIPA DC-007).
    """

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.several = False
        self._notes = Notes()
        self._photoshop: list[bytes] = []
        self._icc: list[bytes] = []

    def take(self, marker: int, body: bytes) -> bool:
        """Note one segment's body; return False when it is broken."""
        if marker == 0xE0 and body.startswith(b"JFIF\0"):
            if len(body) >= 14 and not self.kept:
                jfif = b"JFIF\0\1\1\0\0\1\0\1\0\0"
                self.kept.append(b"\xff\xe0" + struct.pack(">H", len(jfif) + 2) + jfif)
            return len(body) >= 14
        if marker == 0xE1 and body.startswith(_EXIF):
            self._notes.exif = self._notes.exif or body[6:]
        elif marker == 0xE1 and body.startswith(_XMP):
            self._notes.xmp = self._notes.xmp or body[len(_XMP) :]
        elif marker == 0xE2 and body.startswith(_ICC):
            self._icc.append(body[len(_ICC) :])
            return len(body) > len(_ICC) + 2
        elif marker == 0xE2 and body.startswith(b"MPF\0"):
            self.several = True
            return body[4:8] in (b"II*\0", b"MM\0*")
        elif marker == 0xED and body.startswith(_PHOTOSHOP):
            self._photoshop.append(body[len(_PHOTOSHOP) :])
        elif marker == 0xEE and body.startswith(b"Adobe"):
            if len(body) >= 12:
                self.kept.append(b"\xff\xee\0\x0e" + body[:12])
            return len(body) >= 12
        return True

    def joined(self) -> tuple[Notes, bytes, bool]:
        """Return the notes, the profile, and whether one of them is broken."""
        block = b"".join(self._photoshop)
        found, whole = photoshop.resources(block)
        self._notes.iptc = found.get(0x0404, b"")
        icc = self._profile()
        broken = not whole or icc is None
        return self._notes, icc or b"", broken

    def _profile(self) -> bytes | None:
        """Put the numbered parts of a profile together (ICC.1, B.4); None when one is missing."""
        numbered = {part[0]: part[2:] for part in self._icc if len(part) > 2}
        count = next((part[1] for part in self._icc if len(part) > 2), 0)
        if len(numbered) != count or (count and sorted(numbered) != list(range(1, count + 1))):
            return None
        profile = b"".join(numbered[number] for number in sorted(numbered))
        return profile if len(profile) <= LONGEST_NOTE_BYTES else b""
