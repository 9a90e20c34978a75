"""How long functions take as they ship: `python -m pytest -s tests/runtime/measuring.py`.

It tells the processor's time, which is the same beside other work, of everything that a function
starts; what `tests/house/budget.py` says of durations stands on it.
"""

import io
import json
from collections import defaultdict
from statistics import median

import pytest
from PIL import Image

from tests.runtime.browsing import send
from tests.runtime.containers import Container
from tests.runtime.region import Region

pytestmark = pytest.mark.timeout(900)

WHO = "editor@acme.test"
PHOTOS = 6
"""The first finds everything cold."""


def photo(seed: int) -> bytes:
    """Make a JPEG of 1 MB, another for each seed."""
    grain = Image.effect_noise((1000, 1000), 60 + seed)
    out = io.BytesIO()
    Image.merge("RGB", [grain] * 3).save(out, "JPEG", quality=93)
    return out.getvalue()


def test_durations(region: Region) -> None:
    api = region.containers["api_handler"]
    spent: defaultdict[str, list[float]] = defaultdict(list)

    def asked(step: str, method: str, path: str, body: object = None) -> bytes:
        reply = region.call(method, path, WHO, body)
        assert reply.status < 400, reply.body
        spent[step].append(api.calls[-1].cpu_seconds)
        return reply.body

    for seed in range(PHOTOS):
        data = photo(seed)
        described = {"filename": "a.jpg", "size_bytes": len(data), "content_type": "image/jpeg"}
        reserved = json.loads(asked("reserve", "POST", "/assets/upload/", described))
        send(region, reserved["upload"], data, WHO)
        before = {name: len(one.calls) for name, one in region.containers.items()}
        path = f"/processing/{reserved['job']['id']}/status/"

        def ended(path: str = path) -> bool:
            return json.loads(region.call("GET", path, WHO).body)["status"] == "completed"

        region.run_until(ended)
        for name, one in region.containers.items():
            if name != "api_handler" and len(one.calls) > before[name]:
                spent[name].append(sum(call.cpu_seconds for call in one.calls[before[name] :]))
        asked("status", "GET", path)
        asked("show", "GET", f"/assets/{reserved['asset']['id']}/")
        asked("download", "GET", f"/assets/{reserved['asset']['id']}/download/")
    print(f"\n{'work':20}{'cold s':>8}{'warm s':>8}")
    for step, seconds in spent.items():
        print(f"{step:20}{seconds[0]:8.3f}{median(seconds[1:]):8.3f}")
    print(f"\n{'function':20}{'loading s':>10}{'peak MB':>9}")
    for name, container in region.containers.items():
        if container.loading is not None:
            print(f"{name:20}{container.loading.cpu_seconds:10.3f}{peak(container):9.0f}")


def peak(container: Container) -> float:
    return max(call.peak_memory_bytes for call in container.calls) / 1e6
