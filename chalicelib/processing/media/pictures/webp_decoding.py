"""Decoding a still WebP by libwebp itself, which makes it smaller while it decodes.

Pillow decodes every WebP as an animation, whole, and copies it twice. The library is the one that
Pillow brings; where it is not found, or is another one, Pillow decodes.
"""

import ctypes
import ctypes.util
from pathlib import Path

import PIL
from PIL import Image

from chalicelib.processing.problems import Unreadable

_ABI = 0x0209
"""`WEBP_DECODER_ABI_VERSION` of the structures below (libwebp, src/webp/decode.h)."""

_RGB = 0
_OUT_OF_MEMORY = 1


class _Features(ctypes.Structure):
    _fields_ = (
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("has_alpha", ctypes.c_int),
        ("has_animation", ctypes.c_int),
        ("format", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Plane(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("stride", ctypes.c_int), ("size", ctypes.c_size_t))


class _Planes(ctypes.Structure):
    _fields_ = (
        ("data", ctypes.c_void_p * 4),
        ("strides", ctypes.c_int * 4),
        ("sizes", ctypes.c_size_t * 4),
    )


class _Pixels(ctypes.Union):
    _fields_ = (("rgba", _Plane), ("yuva", _Planes))


class _Buffer(ctypes.Structure):
    _fields_ = (
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("is_external_memory", ctypes.c_int),
        ("u", _Pixels),
        ("pad", ctypes.c_uint32 * 4),
        ("private_memory", ctypes.c_void_p),
    )


class _Options(ctypes.Structure):
    _fields_ = (
        ("bypass_filtering", ctypes.c_int),
        ("no_fancy_upsampling", ctypes.c_int),
        ("use_cropping", ctypes.c_int),
        ("crop", ctypes.c_int * 4),
        ("use_scaling", ctypes.c_int),
        ("scaled_width", ctypes.c_int),
        ("scaled_height", ctypes.c_int),
        ("use_threads", ctypes.c_int),
        ("dithering_strength", ctypes.c_int),
        ("flip", ctypes.c_int),
        ("alpha_dithering_strength", ctypes.c_int),
        ("pad", ctypes.c_uint32 * 5),
    )


class _Config(ctypes.Structure):
    _fields_ = (("input", _Features), ("output", _Buffer), ("options", _Options))


def decoded(data: bytes, size: tuple[int, int]) -> Image.Image | None:
    """Decode a file's still picture to a size, "RGB"; None where Pillow has to decode.

    That is an animation, a picture with transparency, where libwebp would mix in colours that
    cannot be seen and refuses what browsers show, or no library.

    Raises:
        Unreadable: a part of the picture's data is missing or damaged.
    """
    if _LIBRARY is None:
        return None
    config = _Config()
    found, output = config.input, config.output
    length = ctypes.c_size_t(len(data))
    if not _LIBRARY.WebPInitDecoderConfigInternal(ctypes.byref(config), _ABI):
        return None
    if _LIBRARY.WebPGetFeaturesInternal(data, length, ctypes.byref(found), _ABI):
        return None
    if found.has_animation or found.has_alpha:
        return None
    width, height = size
    config.options.use_scaling = int(size != (found.width, found.height))
    config.options.scaled_width, config.options.scaled_height = size
    pixels = bytearray(width * height * 3)
    output.colorspace = _RGB
    output.is_external_memory = 1
    output.u.rgba.data = ctypes.addressof(ctypes.c_char.from_buffer(pixels))
    output.u.rgba.stride, output.u.rgba.size = width * 3, len(pixels)
    status = _LIBRARY.WebPDecode(data, length, ctypes.byref(config))
    _LIBRARY.WebPFreeDecBuffer(ctypes.byref(output))
    if status == _OUT_OF_MEMORY:
        raise MemoryError
    if status:
        raise Unreadable
    return Image.frombytes("RGB", size, pixels)


def library() -> ctypes.CDLL | None:
    """Return libwebp as Pillow brings it, or the system's; None where there is neither."""
    brought = Path(PIL.__file__).parent.parent.glob("pillow.libs/libwebp-*.so*")
    for name in (*map(str, sorted(brought)), ctypes.util.find_library("webp")):
        try:
            return ctypes.CDLL(name) if name else None
        except OSError:
            continue
    return None


_LIBRARY = library()
