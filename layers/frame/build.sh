#!/bin/sh
# Builds dist/layers/frame.zip: the packages of requirements.txt, as compiled for Lambda's Python 3.13 on x86_64.
# Publish it with `aws lambda publish-layer-version` and give its ARN to the deployment as FrameLayerArn.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python="${PYTHON:-$root/.venv/bin/python}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m pip install --quiet --no-compile --target "$work/python" --requirement "$here/requirements.txt" \
    --python-version 3.13 --implementation cp --only-binary :all: \
    --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64
(cd "$root" && "$python" -m infra.bytecode "$work/python" /opt/python)

mkdir -p "$root/dist/layers"
rm -f "$root/dist/layers/frame.zip"
cd "$work"
"$python" -m zipfile -c "$root/dist/layers/frame.zip" python
echo "$root/dist/layers/frame.zip"
