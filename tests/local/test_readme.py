"""The README's commands run as they stand, on a machine with no more than `make run` needs."""

import os
import re
import subprocess
from pathlib import Path

from tests.stack import ROOT, running_stack

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_commands_run_one_after_the_other_in_one_shell(tmp_path: Path) -> None:
    blocks = _BLOCK.findall((ROOT / "README.md").read_text())
    assert len(blocks) >= 3
    missing = tmp_path / "bin"
    missing.mkdir()
    for name in ("jq", "python", "python3"):  # what a machine may lack, or have of another version
        (missing / name).write_text("#!/bin/sh\nexit 127\n")
        (missing / name).chmod(0o755)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    before = set(os.listdir(ROOT))
    with running_stack() as stack:
        environment = os.environ | {
            "PATH": f"{missing}:{os.environ['PATH']}",
            "PORT": str(stack.port),
            "TMPDIR": str(temporary),
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert (done.returncode, done.stderr) == (0, "")
    said = [line for line in done.stdout.splitlines() if re.fullmatch(r"[a-z_]+", line)]
    assert said == ["photo", "in_review", "approved", "approved"]
    assert re.search(
        rf"^http://127.0.0.1:{stack.port}/share/[0-9a-f-]+/$", done.stdout, re.MULTILINE
    )
    assert list(temporary.glob("*/copy.jpg"))
    assert set(os.listdir(ROOT)) == before
