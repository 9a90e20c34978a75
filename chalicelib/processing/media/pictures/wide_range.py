"""Pictures with a large range of light (PQ and HLG), brought to a usual screen's."""

import math
from functools import lru_cache

from PIL import ImageFilter

from chalicelib.processing.media.pictures import profiles

_PERCEPTUAL_QUANTIZER, _HYBRID_LOG = 16, 18
_PAPER_WHITE_NITS, _BRIGHTEST_NITS = 203, 1_000
"""Light of a picture that does not say otherwise (ITU-R BT.2408)."""

_STEPS = 25
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
_LUMINANCE = (0.2627, 0.6780, 0.0593)


@lru_cache(maxsize=8)
def table(cicp: tuple[int, int, int, int]) -> ImageFilter.Color3DLUT | None:
    """Return what turns a picture with these numbers into sRGB; None for a usual range.

    As in Chromium, dark parts get half their light, measured against paper white, and 1,000 nits
    are white.
    """
    matrix = profiles.to_srgb(cicp[0])
    if cicp[1] not in (_PERCEPTUAL_QUANTIZER, _HYBRID_LOG) or matrix is None or cicp[2:] != (0, 1):
        return None
    to_nits = _quantized if cicp[1] == _PERCEPTUAL_QUANTIZER else _hybrid

    def converted(red: float, green: float, blue: float) -> tuple[float, float, float]:
        nits = to_nits((red, green, blue))
        brightest = max(nits)
        gain = _toned_down(brightest) / brightest if brightest > 0 else 0.0
        shown = profiles.times(matrix, tuple(light * gain for light in nits))
        stored = [profiles.srgb_stored(min(1.0, max(0.0, light))) for light in shown]
        return stored[0], stored[1], stored[2]

    return ImageFilter.Color3DLUT.generate(_STEPS, converted)


def _quantized(values: tuple[float, ...]) -> list[float]:
    """Return light by SMPTE ST 2084, in nits."""
    lights = []
    for value in values:
        power = value ** (1 / 78.84375)
        light = max(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power)
        lights.append(light ** (1 / 0.1593017578125) * 10_000)
    return lights


def _hybrid(values: tuple[float, ...]) -> list[float]:
    """Return light by HLG on a screen of 1,000 nits (ITU-R BT.2100, table 5)."""
    scene = [v**2 / 3 if v <= 0.5 else (math.exp((v - _C) / _A) + _B) / 12 for v in values]
    luminance = sum(share * light for share, light in zip(_LUMINANCE, scene, strict=True))
    return [light * luminance**0.2 * _BRIGHTEST_NITS for light in scene]


def _toned_down(nits: float) -> float:
    most = _BRIGHTEST_NITS / _PAPER_WHITE_NITS
    return 1.0 - float(max(0.0, 1 - nits / _BRIGHTEST_NITS) ** (most / 2))
