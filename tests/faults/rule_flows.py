"""Flows of what the rules ask for: moderation, edits under review, leavers, bounds."""

from tests.faults import parcels
from tests.faults.parcels import HAND, ONCE
from tests.faults.stories import (
    ALL,
    ROUTED,
    TOLD,
    Flow,
    acts,
    begun,
    delivers,
    reviewed,
    sent,
    tends,
    then,
    up_to,
    waited,
)

RULES = (
    Flow("flag", acts, (up_to("moderator: flag", *parcels.taken_down()),)),
    Flow("take down", acts, (up_to("moderator: reject_asset", *parcels.taken_down()),)),
    Flow(
        "take down what is reviewed",
        acts,
        (reviewed(ONCE), up_to("moderator: reject_asset", parcels.taken_from_review())),
    ),
    Flow(
        "go on taking down",
        tends,
        (
            up_to("moderator: reject_asset", *parcels.taken_down()),
            then("moderator: reject_asset"),
            waited(minutes=2),
        ),
    ),
    Flow("lift a rejection", acts, (up_to("moderator: approve_asset", *parcels.given_back()),)),
    Flow(
        "go on giving back",
        tends,
        (
            up_to("moderator: approve_asset", *parcels.given_back()),
            then("moderator: approve_asset"),
            waited(minutes=2),
        ),
    ),
    Flow(
        "flag who else has banned bytes",
        tends,
        (
            up_to("moderator: reject_asset", *parcels.banned()[:2]),
            then("moderator: reject_asset"),
            waited(minutes=2),
        ),
    ),
    Flow(
        "scan banned bytes",
        delivers("scan_upload"),
        (up_to("reserve", *parcels.banned()), sent(through=ROUTED)),
    ),
    Flow(
        "propose a category",
        acts,
        (reviewed(ONCE), up_to("admin: categorize", parcels.moved("editor: approve"))),
    ),
    Flow(
        "approve a proposal",
        acts,
        (reviewed(ONCE), up_to("editor: approve", parcels.moved("editor: approve"))),
    ),
    Flow(
        "reject a proposal",
        acts,
        (reviewed(ONCE), up_to("editor: reject", parcels.moved("editor: reject"))),
    ),
    Flow("delegate", acts, (reviewed(ONCE), up_to("editor: delegate", parcels.delegated()))),
    Flow(
        "dismiss a delegate",
        acts,
        (reviewed(ONCE), up_to("admin: dismiss delegate", parcels.delegated())),
    ),
    Flow(
        "give an assignment back",
        delivers("end_workflows"),
        (
            reviewed(ONCE),
            up_to("admin: dismiss delegate", parcels.delegated()),
            then("admin: dismiss delegate", *TOLD),
        ),
    ),
    Flow(
        "scan what came from a leaver",
        delivers("scan_upload"),
        (sent(parcels.sent_too_late(), through=ROUTED),),
    ),
    Flow("take over", acts, (up_to("admin: retry", parcels.taken_over()),)),
    Flow(
        "reserve one too many",
        acts,
        (
            sent(*parcels.crowded()[:2], through=ALL),
            begun(parcels.crowded()[2], "reserve"),
        ),
    ),
    Flow(
        "review by hand",
        acts,
        (reviewed(HAND), up_to("editor: review", parcels.by_hand())),
    ),
    Flow("abort another's", acts, (begun(parcels.aborted(by="editor"), "editor: abort"),)),
)
