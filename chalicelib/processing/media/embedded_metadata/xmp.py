"""XMP packets: found in any file by their markers, read as flat properties (ISO 16684-1)."""

import re
from xml.etree import ElementTree

LONGEST_PACKET = 1_048_576

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
NAMESPACES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://ns.useplus.org/ldf/xmp/1.0/": "plus",
    "http://creativecommons.org/ns#": "cc",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
}
"""The schemas that describe a picture; an editor's own settings are left out."""

_DEEPEST = 4
_WRAPPER = re.compile(r"<\?xpacket[^>]*\?>")


def packet_in(data: bytes) -> bytes:
    """Find an XMP packet between its markers, whatever the format around it."""
    start = data.find(b"<x:xmpmeta")
    end = data.find(b"</x:xmpmeta>", start)
    return data[start : end + 12] if start >= 0 and end > 0 else b""


def properties(packet: bytes | str) -> dict[str, object]:
    """Read a packet's properties as `prefix.name` to text or list of texts; empty if it is broken.

    A packet with a document type is not read: none needs one, and entities are a way to blow up.
    """
    root = parsed(packet)
    found: dict[str, object] = {}
    if root is not None:
        for description in root.iterfind(f".//{RDF}RDF/{RDF}Description"):
            _collect(description, "", found, 0)
    return found


def is_broken(packet: bytes | str) -> bool:
    """Return whether a packet is none that can be read; one that is only too long is not broken."""
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else packet
    empty = not _WRAPPER.sub("", text).strip("\ufeff\0 \r\n\t")
    return not empty and len(text) <= LONGEST_PACKET and parsed(text) is None


def parsed(packet: bytes | str) -> ElementTree.Element | None:
    """Return a packet's root; None where it cannot be read, is too long, or has entities."""
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else packet
    text = text.strip("\ufeff\0 \r\n\t")
    if len(text) > LONGEST_PACKET or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return None


def _collect(element: ElementTree.Element, path: str, found: dict[str, object], depth: int) -> None:
    """Add an element's properties, from attributes and children alike, nested ones by dots."""
    for name, attribute in element.attrib.items():
        key = name_of(name)
        if key:
            found.setdefault(path + key, attribute)
    for child in element:
        key = name_of(child.tag)
        if not key:
            continue
        value = _value(child)
        if value is not None:
            found.setdefault(path + key, value)
        elif depth < _DEEPEST:
            inner = child.find(f"{RDF}Description")
            _collect(child if inner is None else inner, f"{path}{key}.", found, depth + 1)


def _value(element: ElementTree.Element) -> str | list[str] | None:
    """Return an element's text, list or default language; None when it is a structure."""
    for container in ("Alt", "Seq", "Bag"):
        group = element.find(f"{RDF}{container}")
        if group is None:
            continue
        items = [item for item in group.findall(f"{RDF}li") if item.text]
        if container != "Alt":
            return [item.text or "" for item in items]
        items.sort(key=lambda item: item.get(_LANGUAGE) != "x-default")
        return items[0].text if items else ""
    if len(element) or any(name_of(name) for name in element.attrib):
        return None
    return element.text or ""


def qualified(name: str) -> str:
    """Return the qualified name of a property such as `dc.title`."""
    prefix, _, local = name.partition(".")
    address = next(address for address, known in NAMESPACES.items() if known == prefix)
    return f"{{{address}}}{local}"


def name_of(qualified: str) -> str | None:
    """Return a property's name by Reef's prefixes, such as `dc.title`; None of other schemas."""
    namespace, _, local = qualified.removeprefix("{").rpartition("}")
    prefix = NAMESPACES.get(namespace)
    return f"{prefix}.{local}" if prefix else None
