#!/usr/bin/env bash
# prepare.sh RIG DIR: copies the comparison rig to DIR and puts Pixmill beside
# its peers, so that each of the rig's scripts can name it:
#   bench/peer/prepare.sh RIG /tmp/rig
#   PIXMILL=build/release/pixmill PROBE=1 \
#     PEERS="seed-plain seed-tuned sharp pixmill" /tmp/rig/run-peers.sh 200 3
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
rm -rf "$2"
cp -r "$1" "$2"
chmod -R u+w "$2"
cp -r "$here/pixmill" "$2/peers/pixmill"
# A store keeps its folders open, so between runs only files are removed.
sed -i 's|rm -rf "$RIG_STATE/$peer/out"/\*|find "$RIG_STATE/$peer/out" -type f -delete|' \
  "$2/run-peers.sh"
# Pixmill sends webhooks to ports that it is told of only.
sed -i 's/\.listen(0, /.listen(18990, /' "$2/bench.mjs" "$2/crash.mjs"
