#!/usr/bin/python3
"""How long the pages of the console take with a million items and ten thousand
actors, and what an open console costs.

    PIXMILL=build/bench/pixmill bench/http/console_pages.py [--items 1000000]
                                                            [--worker]

--worker: the actors are those of a worker in a process of its own.
"""

import argparse
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "e2e"))

import harness  # noqa: E402
from cluster import Worker  # noqa: E402
from service_test import Server  # noqa: E402

PAGES = (
    "/v1/overview", "/v1/jobs", "/v1/errors", "/v1/errors?code=address_blocked",
    "/v1/actors?sort=mailbox&top=20", "/v1/actors?sort=busy&top=1000",
    "/v1/actors/tree?depth=2&limit=100", "/v1/actors/tree?depth=10&limit=1000",
    "/v1/origins", "/v1/deliveries", "/v1/audit", "/v1/config",
    "/v1/history?metric=cpu",
)


def big_sheet(count):
    """Of ten items nine are skipped, and one fails without any network."""
    yield "S. No.,Product Name,Input Image Urls\n"
    for number in range(count):
        url = (f"http://192.168.{number // 10 % 200}.7/{number}.jpg"
               if number % 10 == 0 else "ftp://a.example/x.jpg")
        yield f"{number},Mug,{url}\n"


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--actors", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--worker", action="store_true")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        origin = harness.FaultyOrigin(folder)
        slots = wish.actors // 2
        settings = [f"jobs.slots={slots}", "fetch.per-origin=1",
                    f"jobs.rows-ahead={min(slots, 10_000)}",
                    "jobs.max-running=4"]
        where = f"127.0.0.1:{harness.free_port()}"
        if wish.worker:
            settings += [f'cluster.address="{where}"', "cluster.local-slots=0"]
        server = Server(folder, origin, *settings)
        worker = wish.worker and Worker(
            folder, where, "b", harness.loopback(origin.port, *settings[:3]))
        try:
            measure(server, origin, wish)
        finally:
            if worker:
                worker.kill()
            server.kill()
            origin.stop()


def measure(server, origin, wish):
    text = "".join(big_sheet(wish.items)).encode()
    begun = time.monotonic()
    job = server.submit(text, on_invalid="skip", name="large").json["id"]
    server.finished(job, 900)
    print(f"{wish.items} items settled after {time.monotonic() - begun:.0f} s")
    slow = "S. No.,Product Name,Input Image Urls\n" + "".join(
        f"{n},Mug,{origin.base}/delay/60000/photo1.jpg?n={n}\n"
        for n in range(wish.actors))
    running = server.submit(slow.encode(), name="slow").json["id"]
    until = time.monotonic() + 60
    actors = 0
    while actors < 0.95 * wish.actors and time.monotonic() < until:
        time.sleep(0.5)
        actors = server.get("/v1/actors?top=1").json["total"]
    print(f"{actors} actors live")
    row = server.get("/v1/actors?kind=row&top=1").json["actors"][0]["id"]
    assert row.startswith("b:" if wish.worker else "head:"), row
    worst = 0
    for path in (*PAGES, f"/v1/actors/{row}", f"/v1/jobs/{job}/items"
                 "?status=failed"):
        times = []
        for _ in range(5):
            begin = time.monotonic()
            answer = server.get(path)
            times.append((time.monotonic() - begin) * 1e3)
            assert answer.status == 200, (path, answer.body)
        worst = max(worst, *times)
        print(f"{path:48} median {sorted(times)[2]:6.1f} ms"
              f"  longest {max(times):6.1f} ms  {len(answer.body):8} bytes")
    print(f"longest of all {worst:.1f} ms")
    pid = server.process.pid
    for name, paths in (("closed", ()),
                        ("open at the overview", ("/v1/overview",)),
                        ("open at the actors",
                         ("/v1/actors?sort=busy&top=100",))):
        before = cpu_seconds(pid)
        end = time.monotonic() + wish.seconds
        while time.monotonic() < end:
            for path in paths:
                server.get(path)
            time.sleep(2)
        used = cpu_seconds(pid) - before
        print(f"console {name:24} {100 * used / wish.seconds:5.2f} % of a core")
    server.ask("POST", f"/v1/jobs/{running}/cancel", b"")


if __name__ == "__main__":
    main()
