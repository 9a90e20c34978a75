#!/bin/sh
# Installs the agent on an Anthias player and takes the player in.
# Usage: sudo ./install.sh https://reef.example [update.pem]
# The second file is the public key that updates of the agent have to be signed for.
# Running it again updates the files and keeps the settings.
set -eu

reef=${1:?usage: sudo ./install.sh https://reef.example [update.pem]}
here=$(cd "$(dirname "$0")" && pwd)
[ "$(id -u)" = 0 ] || { echo "run this with sudo" >&2; exit 1; }

if ! python3 -c 'import sys, requests; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
  apt-get update -q && apt-get install -y -q python3-requests openssl
  python3 -c 'import sys, requests; sys.exit(sys.version_info < (3, 9))' ||
    { echo "the agent needs Python 3.9 or later" >&2; exit 1; }
fi

id reef-agent >/dev/null 2>&1 || useradd --system --home-dir /var/lib/reef-agent --shell /usr/sbin/nologin reef-agent
install -d -m 0755 /opt/reef-agent
install -d -m 0750 -g reef-agent /etc/reef-agent
install -d -m 0750 -o reef-agent -g reef-agent /var/lib/reef-agent
install -m 0755 "$here/reef_agent.py" /opt/reef-agent/reef_agent.py
install -m 0644 "$here/reef-agent.service" /etc/systemd/system/reef-agent.service
[ -z "${2:-}" ] || install -m 0644 "$2" /etc/reef-agent/update.pem

if [ ! -s /etc/reef-agent/config.json ]; then
  /usr/bin/python3 /opt/reef-agent/reef_agent.py pair --reef "$reef"
fi
chgrp reef-agent /etc/reef-agent/config.json
chmod 0640 /etc/reef-agent/config.json

systemctl daemon-reload
systemctl enable reef-agent.service
systemctl restart reef-agent.service
echo "The agent runs. What it does: journalctl -u reef-agent -f"
