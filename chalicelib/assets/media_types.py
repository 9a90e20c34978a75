"""Content types: their one spelling, the kind of media they are, and which ones Reef takes."""

from typing import Literal

MediaKind = Literal["image", "video", "audio", "document", "other"]

_OTHER_SPELLINGS = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "image/apng": "image/png",
    "image/x-webp": "image/webp",
    "image/svg": "image/svg+xml",
    "image/tif": "image/tiff",
    "image/x-ms-bmp": "image/bmp",
    "image/x-bmp": "image/bmp",
    "image/x-icon": "image/vnd.microsoft.icon",
    "image/ico": "image/vnd.microsoft.icon",
    "image/heif": "image/heic",
    "image/x-photoshop": "image/vnd.adobe.photoshop",
    "image/psd": "image/vnd.adobe.photoshop",
    "application/x-photoshop": "image/vnd.adobe.photoshop",
    "application/x-pdf": "application/pdf",
    "video/mov": "video/quicktime",
    "video/x-quicktime": "video/quicktime",
    "video/avi": "video/x-msvideo",
    "video/msvideo": "video/x-msvideo",
    "video/vnd.avi": "video/x-msvideo",
    "video/x-m4v": "video/mp4",
    "video/mpeg4": "video/mp4",
    "video/3gpp": "video/mp4",
    "video/3gpp2": "video/mp4",
    "audio/3gpp": "video/mp4",
    "image/x-jp2-codestream": "image/jp2",
    "image/jpx": "image/jp2",
    "image/x-tiff": "image/tiff",
    "image/cur": "image/vnd.microsoft.icon",
    "video/x-ms-asf": "video/x-ms-wmv",
    "application/vnd.ms-asf": "video/x-ms-wmv",
    "audio/x-ms-wma": "video/x-ms-wmv",
    "video/flv": "video/x-flv",
    "application/csv": "text/csv",
    "text/comma-separated-values": "text/csv",
    "video/matroska": "video/x-matroska",
    "video/mkv": "video/x-matroska",
    "audio/mp3": "audio/mpeg",
    "audio/x-mp3": "audio/mpeg",
    "audio/x-mpeg": "audio/mpeg",
    "audio/mpeg3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-pn-wav": "audio/wav",
    "audio/opus": "audio/ogg",
    "audio/vorbis": "audio/ogg",
    "audio/x-ogg": "audio/ogg",
    "application/ogg": "audio/ogg",
    "application/x-ogg": "audio/ogg",
    "audio/x-flac": "audio/flac",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/x-hx-aac-adts": "audio/aac",
    "audio/x-aac": "audio/aac",
    "audio/aacp": "audio/aac",
    "text/vtt": "text/plain",
    "text/srt": "text/plain",
    "text/x-subrip": "text/plain",
    "application/x-subrip": "text/plain",
    "text/markdown": "text/plain",
    "text/x-markdown": "text/plain",
    "text/rtf": "application/rtf",
    "text/xml": "application/xml",
    "application/xhtml+xml": "text/html",
    "application/x-zip-compressed": "application/zip",
    "application/x-zip": "application/zip",
}

_DOCUMENTS = (
    "application/pdf",
    "application/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
)

_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "image/vnd.microsoft.icon": "ico",
    "image/vnd.adobe.photoshop": "psd",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/zip": "zip",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "video/quicktime": "mov",
    "video/x-msvideo": "avi",
    "video/x-matroska": "mkv",
    "video/x-ms-wmv": "wmv",
    "video/x-flv": "flv",
    "video/ogg": "ogv",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "text/plain": "txt",
    "text/csv": "csv",
    "text/html": "html",
}
_SAME_AS_SUBTYPE = {"png", "gif", "webp", "avif", "heic", "bmp", "jp2", "mp4", "webm", "wav", "ogg"}
_SAME_AS_SUBTYPE |= {"flac"}


def canonical(content_type: str) -> str:
    """Return the one spelling of a content type: lower case, no parameters, the usual name."""
    plain = content_type.split(";", 1)[0].strip().lower()
    return _OTHER_SPELLINGS.get(plain, plain)


def with_that_of_streams(content_type: str, kind: str | None) -> tuple[str, ...]:
    """Return a type, and a second one where a container for sound has a film, or the reverse.

    A film in `audio/mp4` is `video/mp4`, too.
    """
    family, _, subtype = content_type.partition("/")
    if family == kind or not {family, kind} <= {"audio", "video"}:
        return (content_type,)
    return content_type, f"{kind}/{subtype}"


def kind_of(content_type: str) -> MediaKind:
    """Return the kind of media of a content type; of sound and video containers by their name."""
    name = canonical(content_type)
    family = name.split("/", 1)[0]
    if family == "image":
        return "image"
    if family == "video":
        return "video"
    if family == "audio":
        return "audio"
    if family == "text" or name.startswith(_DOCUMENTS):
        return "document"
    return "other"


def same_family(declared: str, sniffed: str) -> bool:
    """Return whether the bytes are the kind of media that the client declared.

    Audio and video count as one, because a container's name does not tell what streams it holds.
    """
    kinds = {kind_of(declared), kind_of(sniffed)}
    return len(kinds) == 1 or kinds == {"audio", "video"}


def extension_for(content_type: str) -> str:
    """Return the usual file name extension without its dot; `bin` for a type that has none here."""
    name = canonical(content_type)
    if name in _EXTENSIONS:
        return _EXTENSIONS[name]
    subtype = name.rsplit("/", 1)[-1]
    return subtype if subtype in _SAME_AS_SUBTYPE else "bin"
