"""The flows that are cut at every call: how each is prepared, and the step that is cut.

What must hold in the end is the same for all: `truth.all_is_well`, and of each parcel what it says
itself. A new slice adds its flows here.
"""

from tests.faults import parcels
from tests.faults.conversion_flows import CONVERSIONS
from tests.faults.parcels import BARE, BRIEFLY, ESCALATED, ONCE, TWICE
from tests.faults.rule_flows import RULES
from tests.faults.stories import (
    ALL,
    DRAWN_LAST,
    ROUTED,
    SCANNED,
    TOLD,
    Flow,
    acts,
    asked_to_scan,
    begun,
    delivers,
    dies_after,
    given_up,
    in_review,
    lost,
    passed,
    reviewable,
    reviewed,
    scanned_in_vain,
    scans_in_vain,
    sent,
    small,
    sweeps,
    tends,
    then,
    vanished,
    waited,
)

BOTH = ("editor: approve", "moderator: approve")
BACK = ("admin: trash", "admin: restore", "editor: approve")

FLOWS = (
    Flow("route", delivers("route_upload"), (sent(parcels.text(**BARE)),)),
    Flow("scan an image", delivers("scan_upload"), (sent(parcels.image(), through=ROUTED),)),
    Flow("scan alone", delivers("scan_upload"), (sent(parcels.text(**BARE), through=ROUTED),)),
    Flow("scan a virus", delivers("scan_upload"), (sent(parcels.virus(), through=ROUTED),)),
    Flow(
        "scan a wrong size", delivers("scan_upload"), (sent(parcels.wrong_size(), through=ROUTED),)
    ),
    Flow(
        "scan what was not routed",
        delivers("scan_upload"),
        (sent(parcels.text(**BARE)), asked_to_scan),
    ),
    Flow(
        "route what was marked",
        delivers("route_upload"),
        (sent(parcels.text(**BARE)), dies_after("route_upload", "TransactWriteItems")),
    ),
    Flow(
        "scan a duplicate of what is in work",
        delivers("scan_upload"),
        (
            sent(parcels.image(), through=SCANNED),
            sent(parcels.image("duplicate"), through=ROUTED),
        ),
    ),
    Flow(
        "scan a duplicate of what is done",
        delivers("scan_upload"),
        (sent(parcels.image(), through=ALL), sent(parcels.image("duplicate"), through=ROUTED)),
    ),
    Flow(
        "scan a duplicate that wants more",
        delivers("scan_upload"),
        (
            sent(parcels.text(**BARE), through=ALL),
            sent(parcels.text("duplicate"), through=ROUTED),
        ),
    ),
    Flow(
        "scan a duplicate of what has failed",
        delivers("scan_upload"),
        (
            sent(parcels.torn_image(), through=ALL),
            sent(parcels.torn_image("duplicate"), through=ROUTED),
        ),
    ),
    Flow(
        "scan a duplicate of what has failed by chance",
        delivers("scan_upload"),
        (
            sent(parcels.image(), through=DRAWN_LAST),
            given_up("make_thumbnails"),
            sent(parcels.image("duplicate"), through=ROUTED),
        ),
    ),
    Flow(
        "scan a link",
        delivers("scan_upload"),
        (sent(parcels.text(), through=ALL), sent(parcels.linked())),
    ),
    Flow(
        "scan a version",
        delivers("scan_upload"),
        (sent(parcels.text(**BARE), through=ALL), sent(parcels.version("text"), through=ROUTED)),
    ),
    Flow(
        "scan without a scanner",
        scans_in_vain,
        (sent(parcels.text(**BARE), through=ROUTED), scanned_in_vain(1)),
    ),
    Flow(
        "scan without a scanner for the last time",
        scans_in_vain,
        (sent(parcels.text(**BARE), through=ROUTED), scanned_in_vain(4)),
    ),
    Flow(
        "thumbnails before metadata",
        delivers("make_thumbnails"),
        (sent(parcels.image(), through=SCANNED),),
    ),
    Flow(
        "thumbnails last",
        delivers("make_thumbnails"),
        (sent(parcels.image(), through=DRAWN_LAST),),
    ),
    Flow(
        "thumbnails of a torn image",
        delivers("make_thumbnails"),
        (sent(parcels.torn_image(), through=SCANNED),),
    ),
    Flow(
        "metadata last, of two uploads",
        delivers("read_metadata"),
        (
            sent(
                parcels.image(),
                parcels.image("duplicate"),
                through=(*SCANNED, "make_thumbnails"),
            ),
        ),
    ),
    Flow("sweep a lost event", sweeps, (sent(parcels.text(**BARE)), lost("route_upload"))),
    Flow(
        "sweep a lost scan",
        sweeps,
        (sent(parcels.text(**BARE), through=ROUTED), lost("scan_upload")),
    ),
    Flow(
        "sweep lost tasks",
        sweeps,
        (sent(parcels.image(), through=SCANNED), lost("make_thumbnails", "read_metadata")),
    ),
    Flow("sweep what never came", sweeps, (sent(parcels.never_sent()), waited(hours=3))),
    Flow(
        "sweep parts that never came",
        sweeps,
        (sent(parcels.never_sent(multipart=True)), waited(hours=26)),
    ),
    Flow("reserve parts", acts, (begun(parcels.in_parts(), "reserve"),)),
    Flow(
        "reserve a link",
        acts,
        (sent(parcels.text(), through=ALL), begun(parcels.linked(), "reserve")),
    ),
    Flow(
        "reserve a version",
        acts,
        (sent(parcels.text(**BARE), through=ALL), begun(parcels.version("text"), "reserve")),
    ),
    Flow("complete", acts, (begun(parcels.in_parts(), "complete"),)),
    Flow("abort parts", acts, (begun(parcels.aborted(multipart=True), "abort"),)),
    Flow(
        "retry a scan",
        acts,
        (
            begun(parcels.retried(parcels.text(**BARE)), "retry", "route_upload"),
            scanned_in_vain(5),
        ),
    ),
    Flow(
        "retry what has failed by chance",
        acts,
        (
            begun(parcels.retried(parcels.image()), "retry", *DRAWN_LAST),
            given_up("make_thumbnails"),
        ),
    ),
    Flow(
        "retry a task",
        acts,
        (begun(parcels.retried(parcels.torn_image()), "retry", *ALL),),
    ),
    Flow(
        "scan what is reviewed",
        delivers("scan_upload"),
        (reviewed(ONCE), sent(small(ONCE, "editor: approve"), through=ROUTED)),
    ),
    Flow(
        "tell of a record",
        delivers("dispatch_records"),
        (reviewed(ONCE), sent(small(ONCE, "editor: approve"), through=ALL)),
    ),
    Flow(
        "tell a reviewer",
        delivers("notify"),
        (
            reviewed(ONCE),
            sent(small(ONCE, "editor: approve"), through=(*ALL, *TOLD)),
            passed("notify"),  # that a review has begun, which nobody is told
        ),
    ),
    Flow(
        "begin to wait",
        delivers("keep_time"),
        (reviewed(ONCE), sent(small(ONCE, "editor: approve"), through=ALL)),
    ),
    Flow("approve the first step", acts, (reviewed(TWICE), in_review(TWICE, *BOTH))),
    Flow(
        "approve the last step",
        acts,
        (reviewed(TWICE), in_review(TWICE, *BOTH), then(BOTH[0], "keep_time")),
    ),
    Flow(
        "reject",
        acts,
        (reviewed(TWICE), in_review(TWICE, "editor: reject", ends="rejected")),
    ),
    Flow(
        "request changes",
        acts,
        (reviewed(ONCE), in_review(ONCE, "editor: request_changes", ends="changes_requested")),
    ),
    Flow(
        "expire",
        delivers("keep_time"),
        (reviewed(BRIEFLY), in_review(BRIEFLY, ends="approval_expired"), waited(hours=2)),
    ),
    Flow(
        "escalate",
        delivers("keep_time"),
        (reviewed(ESCALATED), in_review(ESCALATED, ends="approval_expired"), waited(hours=2)),
    ),
    Flow(
        "remind",
        tends,
        (reviewed(BRIEFLY), in_review(BRIEFLY, ends="approval_expired"), waited(minutes=40)),
    ),
    Flow(
        "tend what its author left",
        tends,
        (
            reviewed(ONCE),
            sent(small(ONCE, "editor: approve"), through=ROUTED),
            dies_after("scan_upload", "BatchWriteItem"),
            waited(minutes=2),
        ),
    ),
    Flow(
        "tend a lost execution",
        tends,
        (reviewed(ONCE), in_review(ONCE, "editor: approve"), vanished, waited(hours=40)),
    ),
    Flow("trash what is reviewed", acts, (reviewed(ONCE), in_review(ONCE, *BACK))),
    Flow(
        "end a trashed review",
        delivers("end_workflows"),
        (reviewed(ONCE), in_review(ONCE, *BACK), then("admin: trash", "dispatch_records")),
    ),
    Flow(
        "end a superseded review",
        delivers("end_workflows"),
        (
            reviewed(ONCE),
            reviewable(parcels.superseded()[0]),
            sent(parcels.superseded()[1], through=(*ALL, *TOLD)),
        ),
    ),
    Flow(
        "begin a restored review",
        delivers("end_workflows"),
        (
            reviewed(ONCE),
            in_review(ONCE, *BACK),
            then("admin: trash", *TOLD, "end_workflows", "keep_time"),
            then("admin: restore", *TOLD),
        ),
    ),
    *RULES,
    *CONVERSIONS,
)
