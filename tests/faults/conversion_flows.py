"""Flows of conversion: masters, long films in pieces, renditions on demand, what is done again."""

from tests.faults import parcels
from tests.faults.parcels import BARE
from tests.faults.stories import (
    ALL,
    Flow,
    acts,
    cleans,
    delivers,
    learned,
    littered,
    lost,
    mirrored,
    passed,
    sent,
    sweeps,
    then,
    up_to,
    vanished,
    waited,
)

ASKED, FETCHED = "viewer: ask for banner", "viewer: fetch banner"
AGAIN, SMALLER = "editor: do again", "editor: compress"

_FILM = sent(parcels.film(), through=ALL)
_LONG = sent(parcels.long_film(), through=ALL)
_ASKED_FOR = passed("convert_media")
_BANNER = parcels.processed_again(parcels.image(), ASKED, FETCHED)
_COMPRESSED = parcels.processed_again(parcels.image(), SMALLER)
_REDONE = parcels.processed_again(parcels.image(), AGAIN)

CONVERSIONS = (
    Flow("make a master", delivers("convert_media"), (_FILM,)),
    Flow(
        "make a master of two uploads",
        delivers("convert_media"),
        (sent(parcels.film(), parcels.film("duplicate"), through=ALL),),
    ),
    Flow("sweep a lost conversion", sweeps, (_FILM, lost("convert_media"))),
    Flow("begin a long film", delivers("convert_media"), (_LONG,)),
    Flow("make a piece", delivers("convert_media"), (_LONG, _ASKED_FOR)),
    Flow(
        "join the pieces",
        delivers("convert_media"),
        (_LONG, *[_ASKED_FOR] * 5),
    ),
    Flow(
        "sweep a lost execution of a film", sweeps, (_LONG, _ASKED_FOR, vanished, waited(hours=3))
    ),
    Flow("ask for a rendition", acts, (up_to(ASKED, _BANNER),)),
    Flow(
        "make a rendition",
        delivers("convert_media"),
        (up_to(ASKED, _BANNER), then(ASKED, "nothing")),
    ),
    Flow("ask for compression", acts, (up_to(SMALLER, _COMPRESSED),)),
    Flow(
        "compress",
        delivers("convert_media"),
        (up_to(SMALLER, _COMPRESSED), then(SMALLER, "nothing")),
    ),
    Flow("ask for tasks again", acts, (up_to(AGAIN, _REDONE),)),
    Flow(
        "make thumbnails again",
        delivers("make_thumbnails"),
        (up_to(AGAIN, _REDONE), then(AGAIN, "read_metadata")),
    ),
    Flow("scan again", delivers("scan_upload"), (up_to(AGAIN, _REDONE), then(AGAIN, "nothing"))),
    Flow(
        "sweep lost tasks that run again",
        sweeps,
        (up_to(AGAIN, _REDONE), then(AGAIN, "nothing"), lost("make_thumbnails", "read_metadata")),
    ),
    Flow(
        "ask for scans of what is recent",
        cleans,
        (sent(parcels.worm(), parcels.text(**BARE), through=ALL), mirrored, learned),
    ),
    Flow(
        "find a worm in what is kept",
        delivers("scan_upload"),
        (
            sent(parcels.worm(), parcels.worm("the same worm"), through=ALL),
            mirrored,
            learned,
            lambda world: world.clean(),
        ),
    ),
    Flow("clean up", cleans, (sent(parcels.text(**BARE), through=ALL), littered)),
)
