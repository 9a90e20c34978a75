"""Turning a picture upright, by its EXIF orientation (EXIF 2.32, tag 274)."""

from PIL import Image

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn a picture upright; one whose orientation is 1, or none there is, stays as it is."""
    turn = _UPRIGHT.get(orientation)
    return image if turn is None else image.transpose(turn)


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height as they are after turning; the other way round it is the same."""
    return size[::-1] if orientation >= 5 else size
