#!/usr/bin/env bash
# `pixmill serve` as a system of the comparison rig; its place there is
# peers/pixmill (see ../prepare.sh). KEEP=1: over the state of the last start.
# PIXMILL names the binary. The base URL is printed last.
set -eu
. "$(dirname "$0")/../../lib/common.sh"
here="$RIG_DIR/peers/pixmill"
state="$RIG_STATE/pixmill"
"$here/stop.sh"
[ "${KEEP:-}" = 1 ] || rm -rf "$state"
mkdir -p "$state/out"

# The other systems keep no limit for one host, and loopback is open to them.
# How many images are under way is the default.
spawn "$state" 1-serve "$PIXMILL" serve \
  --port "${PIXMILL_PORT:-18300}" \
  --set http.compat=true \
  --set "store.journal=\"$state/journal\"" \
  --set "store.images=\"$state/out\"" \
  --set 'fetch.allow-cidrs=["127.0.0.0/8"]' \
  --set "fetch.allow-ports=[$ORIGIN_PORT,$FAULTY_PORT]" \
  --set 'webhook.allow-ports=[18990]' \
  --set fetch.per-origin=64
wait_port "${PIXMILL_PORT:-18300}"
echo "http://127.0.0.1:${PIXMILL_PORT:-18300}"
