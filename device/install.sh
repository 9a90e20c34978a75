#!/bin/sh
# Installs the agent on an Anthias player and takes the player in; or removes it.
#
#   sudo ./install.sh https://reef.example [update.pem]
#   sudo ./install.sh --uninstall
#
# update.pem is the public key that updates of the agent have to be signed for. Running it again
# brings newer files and keeps the settings. With DESTDIR everything goes below that folder, as for
# the image of a card: no root is needed, no user made, nothing fetched by apt, nothing started.
# PYTHON names another interpreter to check and pair with than /usr/bin/python3, which the service has.
set -eu

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

root=${DESTDIR:-}
python=${PYTHON:-/usr/bin/python3}
here=$(cd "$(dirname "$0")" && pwd)
unit=$root/etc/systemd/system/reef-agent.service
wanted=$root/etc/systemd/system/multi-user.target.wants/reef-agent.service
config=$root/etc/reef-agent/config.json

case ${1:-} in
http://?* | https://?* | --uninstall) ;;
*) fail "usage: sudo ./install.sh https://reef.example [update.pem], or sudo ./install.sh --uninstall" ;;
esac
key=${2:-}
[ -z "$key" ] || [ -r "$key" ] || fail "$key cannot be read"
if [ -z "$root" ]; then
  [ "$(id -u)" = 0 ] || fail "run this with sudo"
  [ -d /run/systemd/system ] || fail "this machine does not run systemd, which starts the agent"
fi

if [ "$1" = --uninstall ]; then
  [ -n "$root" ] || [ ! -e "$unit" ] || systemctl disable --now reef-agent.service
  rm -rf "$unit" "$wanted" "$root/opt/reef-agent" "$root/etc/reef-agent" "$root/var/lib/reef-agent"
  if [ -z "$root" ]; then
    systemctl daemon-reload
    ! id reef-agent >/dev/null 2>&1 || userdel reef-agent
  fi
  echo "The agent is gone. What the player shows stays; delete the device in Reef."
  exit 0
fi

runs() { "$python" -c "$1" >/dev/null 2>&1; }
enough='import sys; sys.exit(sys.version_info < (3, 9))'
if [ -z "$root" ] && { ! runs 'import requests' || ! command -v openssl >/dev/null; }; then
  command -v apt-get >/dev/null || fail "install Python 3.9 or later, its package requests, and openssl"
  { apt-get update -q && apt-get install -y -q --no-upgrade python3 python3-requests openssl; } ||
    fail "apt-get could not install python3, python3-requests and openssl"
fi
command -v "$python" >/dev/null || fail "there is no $python; the agent needs Python 3.9 or later"
runs "$enough" || fail "the agent needs Python 3.9 or later; this is $("$python" --version 2>&1)"
runs 'import requests' || fail "$python lacks the package requests (Debian's python3-requests)"

if [ -z "$root" ]; then
  id reef-agent >/dev/null 2>&1 ||
    useradd --system --home-dir /var/lib/reef-agent --shell /usr/sbin/nologin reef-agent
fi
install -d -m 0755 "$root/opt/reef-agent" "$(dirname "$unit")"
install -d -m 0750 "$root/etc/reef-agent" "$root/var/lib/reef-agent"
install -m 0755 "$here/reef_agent.py" "$root/opt/reef-agent/reef_agent.py"
install -m 0644 "$here/reef-agent.service" "$unit"
[ -z "$key" ] || install -m 0644 "$key" "$root/etc/reef-agent/update.pem"

if [ ! -s "$config" ]; then
  "$python" "$root/opt/reef-agent/reef_agent.py" --config "$config" pair --reef "$1"
fi
chmod 0640 "$config"

if [ -n "$root" ]; then
  install -d -m 0755 "$(dirname "$wanted")"
  ln -sf /etc/systemd/system/reef-agent.service "$wanted"
  echo "The agent is in $root. Its service needs a user: useradd --system reef-agent"
  exit 0
fi
chgrp reef-agent /etc/reef-agent "$config"
chown reef-agent:reef-agent /var/lib/reef-agent
systemctl daemon-reload
systemctl enable reef-agent.service
systemctl restart reef-agent.service
echo "The agent runs. What it does: journalctl -u reef-agent -f"
