#!/bin/sh
# Builds dist/layers/clamav.zip: clamd and freshclam with every library that they need, and libmagic for Python.
#
# Takes them from the Debian 12 (bookworm, amd64) packages that are installed on this machine: clamav-daemon,
# clamav-freshclam, libmagic1 and ca-certificates. On another system run it in a container of debian:bookworm.
# Lambda's own C library is older than Debian's, so the programs bring theirs, loader included. libmagic is loaded by
# Lambda's Python and must do with Lambda's (2.34): the script refuses one that wants a newer.
# Publish it with `aws lambda publish-layer-version` and give its ARN to the deployment as ClamavLayerArn.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python="${PYTHON:-$root/.venv/bin/python}"
lambda_glibc=2.34
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "layers/clamav: $1" >&2
    exit 1
}

grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || fail "this has to run on Debian 12 (bookworm)"
[ "$(uname -m)" = x86_64 ] || fail "this has to run on x86_64"
for needed in clamd freshclam objdump; do
    command -v "$needed" > /dev/null || fail "$needed is missing: apt-get install clamav-daemon clamav-freshclam binutils"
done

libraries_of() {
    ldd "$1" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | sort -u
}

layer="$work/layer"
mkdir -p "$layer/bin" "$layer/clamav/bin" "$layer/clamav/lib" "$layer/lib" "$layer/share/misc"
for program in clamd freshclam; do
    path=$(command -v "$program")
    cp -L "$path" "$layer/clamav/bin/$program"
    libraries_of "$path" | while read -r library; do cp -L "$library" "$layer/clamav/lib/"; done
    cat > "$layer/bin/$program" <<WRAPPER
#!/bin/sh
here=\${0%/*}/../clamav
export CURL_CA_BUNDLE="\$here/ca-certificates.crt"
exec "\$here/lib/ld-linux-x86-64.so.2" --library-path "\$here/lib" "\$here/bin/$program" "\$@"
WRAPPER
    chmod 755 "$layer/bin/$program"
done
cp -L /etc/ssl/certs/ca-certificates.crt "$layer/clamav/"

magic=$(ldconfig -p | awk '/libmagic\.so\.1 / { print $NF; exit }')
[ -n "$magic" ] || fail "libmagic is missing: apt-get install libmagic1"
cp -L /usr/share/misc/magic.mgc "$layer/share/misc/" 2> /dev/null || cp -L /usr/lib/file/magic.mgc "$layer/share/misc/"
for library in "$magic" $(libraries_of "$magic" | grep -Ev '/(libc|ld-linux-x86-64)\.so'); do
    wanted=$(objdump -T "$library" | grep -oE 'GLIBC_[0-9.]+' | sort -V | tail -1)
    newest=$(printf '%s\nGLIBC_%s\n' "$wanted" "$lambda_glibc" | sort -V | tail -1)
    [ "$newest" = "GLIBC_$lambda_glibc" ] || fail "$library wants $wanted; Lambda has $lambda_glibc"
    cp -L "$library" "$layer/lib/"
done

"$python" -m pip install --quiet --no-compile --target "$layer/python" --no-deps --requirement "$here/requirements.txt"
(cd "$root" && "$python" -m infra.bytecode "$layer/python" /opt/python)
"$layer/bin/clamd" --version > /dev/null
"$layer/bin/freshclam" --version > /dev/null

mkdir -p "$root/dist/layers"
rm -f "$root/dist/layers/clamav.zip"
cd "$layer"
"$python" -m zipfile -c "$root/dist/layers/clamav.zip" bin clamav lib share python
echo "$root/dist/layers/clamav.zip ($(du -sm . | cut -f1) MB unpacked; a function and its layers may have 250 MB)"
