#!/usr/bin/env bash
# run.sh CSV OUT [FLAGS...]: runs Pixmill over a CSV whose origin is already up,
# and prints one JSON object with images/s, CPU ms/image, memory and ratio.
# FLAGS go to `pixmill run`, such as --set fetch.allow-ports=[18080].
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
exec /usr/bin/python3 -B "$root/bench/measured_run.py" \
  "${PIXMILL:-$root/build/release/pixmill}" "$@"
