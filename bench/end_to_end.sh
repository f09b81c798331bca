#!/usr/bin/env bash
# end_to_end.sh IMAGES [OPTIONS]: builds the release and runs end_to_end.py.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../packaging/prepare.sh"
build release pixmill
exec /usr/bin/python3 -B "$root/bench/end_to_end.py" \
  "$root/build/release/pixmill" "$@"
