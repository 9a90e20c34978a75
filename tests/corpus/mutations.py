"""Damage by chance, as a broken copy, a bad disk or somebody's ill will does it."""

import random


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Damage a few places: bits, bytes, numbers at their extremes, pieces lost, moved or doubled.

    Most of the damage is near the beginning, where headers are.
    """
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        reach = len(changed) if chance.random() < 0.4 else min(len(changed), 600)
        at = chance.randrange(max(1, reach))
        length = chance.choice((1, 2, 4, 8, 40))
        deed = chance.randrange(6)
        if deed == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif deed == 1:
            changed[at : at + length] = chance.randbytes(length)
        elif deed == 2:
            extreme = chance.choice((b"\0", b"\xff", b"\x7f\xff", b"\x80\0", b"\xd8\0", b"\0\xd8"))
            changed[at : at + length] = (extreme * length)[:length]
        elif deed == 3:
            del changed[at : at + length]
        elif deed == 4:
            changed[at:at] = changed[at : at + length]
        else:
            elsewhere = chance.randrange(len(changed) or 1)
            changed[at : at + length] = changed[elsewhere : elsewhere + length]
        if not changed:
            break
    return bytes(changed)
