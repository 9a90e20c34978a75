"""How a long film is divided into pieces, each of which one call makes."""

from fractions import Fraction

import msgspec

SOUND = "sound"
"""The piece that has no pictures."""


class Division(msgspec.Struct, frozen=True):
    """How a film is made in pieces.

    Attributes:
        segments: how many there are; 1 where it is made at once.
        frames: of the master, in each but the last.
        rate: the master's frames a second, as numerator and denominator.
        has_sound: whether there is a piece of sound, too.
    """

    segments: int
    frames: int
    rate: tuple[int, int]
    has_sound: bool

    @property
    def pieces(self) -> list[str]:
        """The names of the pieces, the sound first, since it takes the longest."""
        numbers = [f"{number:04d}" for number in range(self.segments)]
        return [SOUND, *numbers] if self.has_sound else numbers

    @property
    def seconds(self) -> Fraction:
        """How long a segment plays."""
        return Fraction(self.frames) / Fraction(*self.rate)
