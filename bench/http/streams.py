#!/usr/bin/python3
"""What event streams cost `pixmill serve`, in CPU of its own.

usage: streams.py PIXMILL [--streams 64] [--seconds 10]

A job waits for its pictures, first without listeners and then with many; then
another one runs at 80 pictures a second, again without and with them. Prints
how much of a core the server used, codec processes left out.
"""

import argparse
import os
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) or "."
sys.path[:0] = [os.path.join(ROOT, "tests/e2e")]

import harness  # noqa: E402
import pictures  # noqa: E402
from events import Stream  # noqa: E402
from service_test import Server  # noqa: E402


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share_of_a_core(server, seconds):
    before = cpu_seconds(server.process.pid)
    time.sleep(seconds)
    return (cpu_seconds(server.process.pid) - before) / seconds


def listen(server, job, count):
    """Opens streams and reads them on threads; how to close them."""
    streams = [Stream(server.url, f"/v1/jobs/{job}/events")
               for _ in range(count)]
    events = [0] * count

    def read(number):
        try:
            for _ in streams[number]:
                events[number] += 1
        except (OSError, ValueError, AttributeError):
            pass  # It has been closed.

    for number in range(count):
        threading.Thread(target=read, args=(number,), daemon=True).start()

    def close():
        for stream in streams:
            stream.close()
        return sum(events)

    return close


def measure(server, origin, what, delay, count, options):
    urls = [f"{origin.base}/delay/{delay}/photo{k % 8}.jpg?n={k}-{what}"
            for k in range(count)]
    text = harness.sheet([[str(k), "A", [u]] for k, u in enumerate(urls)])
    job = server.submit(text).json["id"]
    time.sleep(1)
    alone = share_of_a_core(server, options.seconds)
    close = listen(server, job, options.streams)
    time.sleep(2)  # What has happened so far is told first.
    heard = share_of_a_core(server, options.seconds)
    events = close()
    state = server.get(f"/v1/jobs/{job}").json["state"]
    print(f"{what} job: {alone * 100:.1f} % of a core without listeners, "
          f"{heard * 100:.1f} % with {options.streams} ({events} events told; "
          f"{state} at the end)", flush=True)
    server.ask("POST", f"/v1/jobs/{job}/cancel", b"")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill")
    parser.add_argument("--streams", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    harness.PIXMILL = os.path.abspath(options.pixmill)
    origin = harness.FaultyOrigin(pictures.shared_set())
    with tempfile.TemporaryDirectory(prefix="pixmill-streams-") as state:
        # 40 pictures at once, each half a second on its way: 80 a second.
        server = Server(state, origin, "jobs.slots=40",
                        "fetch.per-origin=40")
        try:
            measure(server, origin, "waiting", 60_000, 40, options)
            measure(server, origin, "running", 500, 6_000, options)
        finally:
            server.stop()
            origin.stop()


if __name__ == "__main__":
    main()
