"""Writing what is said of an asset as EXIF, IPTC and XMP, into what a file has of them already.

What Reef says takes the place of what the file said; all else stays, but for where it was taken.
"""

import struct
from xml.etree import ElementTree

from PIL import Image

from chalicelib.processing.media.embedded_metadata import exif as reading
from chalicelib.processing.media.embedded_metadata import iptc, xmp
from chalicelib.processing.media.embedded_metadata.mapping import PLACES, Said, cut, values

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_META = "{adobe:ns:meta/}xmpmeta"
_START = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
_END = b'\n<?xpacket end="w"?>'

for _address, _prefix in {**xmp.NAMESPACES, "adobe:ns:meta/": "x"}.items():
    ElementTree.register_namespace(_prefix, _address)

_EXIF_IFD, _GPS_IFD, _MAKER_NOTE = 0x8769, 0x8825, 0x927C
_LONGEST_EXIF_TEXT = 8_000

_UTF8 = b"\x1b%G"
_VERSION = (0, b"\0\4")
_DATASET = struct.Struct(">BBBH")


def xmp_packet(before: bytes, said: Said) -> bytes:
    """Return a packet: what there was before, with what is said; new where it cannot be read."""
    root = xmp.parsed(before) if before else None
    group = None if root is None else root.find(f".//{xmp.RDF}RDF")
    if root is None or group is None:
        root = ElementTree.Element(_META)
        group = ElementTree.SubElement(root, f"{xmp.RDF}RDF")
    written = {place.xmp: (place, found) for place in PLACES if (found := values(said, place))}
    about, marked = "", "dc.rights" in written
    for description in group.findall(f"{xmp.RDF}Description"):
        about = about or description.get(f"{xmp.RDF}about", "")
        _drop(description, {*written, "xmpRights.Marked"} if marked else {*written})
        if not len(description) and not {*description.attrib} - {f"{xmp.RDF}about"}:
            group.remove(description)
    ours = ElementTree.SubElement(group, f"{xmp.RDF}Description", {f"{xmp.RDF}about": about})
    for place, texts in written.values():
        _append(ours, xmp.qualified(place.xmp), place.form, texts)
    if marked:
        ElementTree.SubElement(ours, xmp.qualified("xmpRights.Marked")).text = "True"
    text: bytes = ElementTree.tostring(root, "utf-8")
    return _START + text + _END


def _drop(description: ElementTree.Element, names: set[str]) -> None:
    """Remove properties by their names, and all that tell a position."""
    for attribute in list(description.attrib):
        if xmp.name_of(attribute) in names or _tells_position(attribute):
            del description.attrib[attribute]
    for child in list(description):
        if xmp.name_of(child.tag) in names or _tells_position(child.tag):
            description.remove(child)


def _tells_position(qualified: str) -> bool:
    local = qualified.rpartition("}")[2].lower()
    return "gps" in local or "location" in local


def _append(parent: ElementTree.Element, name: str, form: str, texts: list[str]) -> None:
    element = ElementTree.SubElement(parent, name)
    if form == "text":
        element.text = texts[0]
        return
    group = ElementTree.SubElement(element, f"{xmp.RDF}{form}")
    for text in texts:
        item = ElementTree.SubElement(group, f"{xmp.RDF}li")
        item.text = text
        if form == "Alt":
            item.set(_LANGUAGE, "x-default")


def iptc_block(before: bytes, said: Said) -> bytes:
    """Return IPTC's datasets in UTF-8: those there were before, with what is said."""
    kept = [(number, data) for number, data in iptc.texts(before) if number != _VERSION[0]]
    for place in PLACES:
        if place.iptc is not None and (found := values(said, place)):
            kept = [one for one in kept if one[0] != place.iptc]
            kept += [(place.iptc, cut(text, place.iptc_bytes)) for text in found]
    if not kept:
        return b""
    head = _DATASET.pack(0x1C, 1, 90, len(_UTF8)) + _UTF8
    return head + b"".join(
        _DATASET.pack(0x1C, 2, number, len(data)) + data
        for number, data in sorted([_VERSION, *kept], key=lambda one: one[0])
    )


def exif_block(before: bytes, said: Said, longest: int) -> bytes:
    """Return a TIFF structure: what there was before, with what is said; empty for nothing.

    Without the position and the maker's note, whose offsets lead nowhere in another file. Where
    the old one cannot be read, or the new one is too long, only how the picture lies stays of it.
    """
    said_here = {
        place.exif: cut("; ".join(found), _LONGEST_EXIF_TEXT)
        for place in PLACES
        if place.exif is not None and (found := values(said, place))
    }
    if not before and not said_here:
        return b""
    try:
        tags = Image.Exif()
        if before:
            tags.load(b"Exif\0\0" + before)
        if _GPS_IFD in tags:
            del tags[_GPS_IFD]
        tags.get_ifd(_EXIF_IFD).pop(_MAKER_NOTE, None)
        block = _with(tags, said_here)
    except Exception:  # a stranger's structure breaks Pillow in ways of its own
        block = b""
    if block and len(block) <= longest:
        return block
    tags = Image.Exif()
    tags[reading.ORIENTATION] = reading.read(before).orientation
    return _with(tags, said_here)


def _with(tags: Image.Exif, said: dict[int, bytes]) -> bytes:
    for tag, text in said.items():
        tags[tag] = text
    return tags.tobytes().removeprefix(b"Exif\0\0")
