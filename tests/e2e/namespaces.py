"""Test programs that run themselves again inside a namespace of their own."""

import os
import subprocess
import sys

import harness

INSIDE = "PIXMILL_INSIDE_NAMESPACE"


def main_inside(kind, *commands, needs):
    """Runs the program's tests inside; exits with 77 where that is not allowed.

    kind: unshare's flag. commands: the shell's, each of which must succeed
    before the tests. needs: a command that tells whether it is permitted.
    """
    if INSIDE in os.environ:
        return harness.main()
    permitted = subprocess.run(
        ["unshare", kind, *needs], stderr=subprocess.DEVNULL, check=False
    )
    if permitted.returncode != 0:
        print(f"skipped: `unshare {kind}` is not permitted here (needs root)")
        sys.exit(77)
    script = " && ".join([*commands, 'exec "$@"'])
    inside = subprocess.run(
        ["unshare", kind, "bash", "-c", script, "inside", harness.PYTHON, "-B",
         *sys.argv],
        env={**os.environ, INSIDE: "1"},
        check=False,
    )
    sys.exit(inside.returncode)
