"""Playlists and what was made of them, as the devices table holds them."""

import msgspec
from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.resources import Resource
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item
from chalicelib.devices.playlists.definition import PlaylistWanted, Rule

PLAYLIST, COMPILED, NAMED = "PLAYLIST#", "COMPILED#", "NAMED#"


class Playlist(Resource):
    """What devices are to show (`pk` = tenant, `sk` = `PLAYLIST#` + its id)."""

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    @property
    def wanted(self) -> PlaylistWanted:
        """What it says."""
        return msgspec.convert(self.values, PlaylistWanted)


class Compiled(Item):
    """A playlist with the facts of its assets (`sk` = `COMPILED#` + its id).

    `data` is `contents.Contents` as compressed JSON. `number` grows whenever it is made, `digest`
    tells whether it says something else, and a change of the playlist removes it.
    """

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    number = IntegerAttribute(default=1)
    digest = UnicodeAttribute()
    data = BinaryAttribute(legacy_encoding=False)
    made_at = UnicodeAttribute()


class Named(Item):
    """Which assets a playlist may concern (`sk` = `NAMED#` + its id), small enough to list all.

    `marks` holds a short hash of each asset that it names or its rules have found.
    """

    class Meta:  # noqa: D106
        table_name = settings().devices_table

    marks = UnicodeAttribute(default="")
    rules = StructAttribute(list[Rule], default=list)

    @property
    def playlist_id(self) -> str:
        """Whose it is."""
        return str(self.sk.removeprefix(NAMED))
