"""From the first request of an upload to `approved`, in local mode, one file at a time."""

from bench import samples
from bench.client import Client, Settled
from bench.measuring import median, percentile
from bench.report import Section, Table, milliseconds
from local import seeds
from tests.stack import running_stack

TITLE = "Upload to approved"
_BYTES = 1_000_000


def measure(quick: bool) -> Section:
    """Upload one file after the other to a Reef that does nothing else."""
    jpeg = samples.of_size(50_000 if quick else _BYTES)
    with running_stack() as reef:
        client = Client(reef.url, reef.token(seeds.PEOPLE[1].email))
        warm_ups = [_one(client, jpeg) for _ in range(2 if quick else 5)]
        settled = [_one(client, jpeg) for _ in range(3 if quick else 50)]
    del warm_ups
    whole = [upload.seen - upload.sent.began for upload in settled]
    steps = [upload.steps() for upload in settled]
    return Section(
        TITLE,
        f"A JPEG of {len(jpeg) / 1_000_000:.1f} MB in local mode, {len(settled)} times with other "
        "bytes, one after the other. The client waits with `?wait=20`. Thumbnails and metadata are "
        "made at the same time.",
        (),
        [
            Table(
                ["step, ms", "p50", "p95"],
                [
                    *(_row(name, [upload[name] for upload in steps]) for name in steps[0]),
                    _row("**all**", whole),
                ],
            )
        ],
    )


def _one(client: Client, jpeg: bytes) -> Settled:
    return client.follow(client.send("photo.jpg", samples.unlike_any_other(jpeg)))


def _row(name: str, seconds: list[float]) -> list[str]:
    return [name, milliseconds(median(seconds)), milliseconds(percentile(seconds, 0.95))]
