"""From the colours that a file means to sRGB, which the derivatives are in."""

import io
from functools import lru_cache

from PIL import Image, ImageCms

from chalicelib.processing.media.pictures import profiles, wide_range
from chalicelib.processing.media.pictures.formats.parts import Colours

_MODES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def in_srgb(picture: Image.Image, colours: Colours, is_grey: bool) -> Image.Image:
    """Convert a picture to sRGB by what its file says of its colours; "RGB", or "RGBA" as before.

    `is_grey` says that the file holds no colours. A profile that cannot be used, or is one of
    another kind of picture, counts for nothing.
    """
    kept = "RGBA" if picture.mode == "RGBA" else "RGB"
    wide = wide_range.table(colours.cicp) if colours.cicp else None
    if wide is not None:
        return picture.convert(kept).filter(wide)
    profile = _profile(colours)
    if profile is None:
        return picture if picture.mode == kept else picture.convert(kept)
    mode = _MODES.get(profile.profile.xcolor_space, "")
    fits = mode == "RGB" or (mode == "L" and is_grey)
    if picture.mode == "CMYK" or not fits:
        fits = mode == picture.mode == "CMYK"
    if not fits:
        return picture if picture.mode == kept else picture.convert(kept)
    plain = picture if picture.mode == mode else picture.convert(mode)
    try:
        converted = ImageCms.profileToProfile(plain, profile, _srgb(), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture if picture.mode == kept else picture.convert(kept)
    assert converted is not None
    if picture.mode == "RGBA":
        converted.putalpha(picture.getchannel("A"))
    return converted


def is_broken(icc: bytes) -> bool:
    """Return whether an embedded profile is none that can be read."""
    if not icc:
        return False
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(icc))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return True
    return False


def _profile(colours: Colours) -> ImageCms.ImageCmsProfile | None:
    """Choose what counts: cICP before iCCP before sRGB before gAMA and cHRM (PNG 3rd ed., 4.3)."""
    icc = profiles.of_code_points(colours.cicp) if colours.cicp else None
    icc = icc or colours.icc
    numbers = not icc and not colours.is_srgb and not _says_srgb(colours)
    if numbers and colours.gamma is not None:
        icc = profiles.of_gamma(colours.gamma, colours.chromaticities)
    try:
        return ImageCms.ImageCmsProfile(io.BytesIO(icc)) if icc else None
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _says_srgb(colours: Colours) -> bool:
    """Return whether a gamma stands there for sRGB's curve, as older programs wrote it."""
    gamma, close = colours.gamma, 0.005
    return gamma is not None and not colours.chromaticities and abs(gamma - 1 / 2.2) < close


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
