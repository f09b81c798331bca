#!/usr/bin/python3
"""What coordinating costs a head: workers whose work is none (see
fake_worker.cpp), a head as it is, each outcome committed durably.

usage: coordination.py PIXMILL FAKE_WORKER [--rows 100000] [--workers 1,2,4,8]
                       [--slots 1024] [--milliseconds 0] [--perf FILE]

Prints, for each number of workers: outcomes/s from the job's start to its end,
CPU of the head, of its busiest thread and of the workers per outcome, and the
head's peak memory.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
sys.path.insert(0, os.path.join(ROOT, "bench"))


def cpu_in(path):
    with open(path) as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    return cpu_in(f"/proc/{pid}/stat")


def busiest_thread_seconds(pid):
    """One thread is the first that has a core to itself."""
    tasks = f"/proc/{pid}/task"
    return max(cpu_in(f"{tasks}/{each}/stat") for each in os.listdir(tasks))


def peak_mb(pid):
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0


def seconds_between(status):
    begun, ended = (datetime.datetime.fromisoformat(
        status[key].replace("Z", "+00:00"))
        for key in ("started_at", "finished_at"))
    return (ended - begun).total_seconds()


def measure(options, count):
    import cluster
    from harness import sheet

    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        head = cluster.Head(folder, [])
        workers = [
            subprocess.Popen(
                [options.fake_worker, head.where, f"w{number}",
                 str(options.slots // count), str(options.milliseconds)],
                stderr=subprocess.DEVNULL)
            for number in range(count)
        ]
        try:
            head.joined(*(f"w{number}" for number in range(count)))
            text = sheet([[str(k), "Mug", f"http://192.0.2.1/{k}.jpg"]
                          for k in range(options.rows)])
            before = cpu_seconds(head.process.pid)
            job = head.submit(text)
            submitted = cpu_seconds(head.process.pid)
            busy = [cpu_seconds(worker.pid) for worker in workers]
            tracer = options.perf and subprocess.Popen(
                ["perf", "record", "-q", "-g", "-o", options.perf, "-p",
                 str(head.process.pid), "--", "sleep", "8"])
            while not head.status(job)["finished_at"]:
                time.sleep(0.5)
            status = head.status(job)
            if tracer:
                tracer.wait()
            assert status["state"] == "completed", status
            assert status["progress"]["done"] == options.rows, status
            spent = cpu_seconds(head.process.pid)
            seconds = seconds_between(status)
            return {
                "workers": count,
                "outcomes_per_s": round(options.rows / seconds),
                "head_us": round((spent - submitted) / options.rows * 1e6, 1),
                "head_busiest_thread_us": round(
                    busiest_thread_seconds(head.process.pid) / options.rows
                    * 1e6, 1),
                "submit_us": round((submitted - before) / options.rows * 1e6,
                                   1),
                "worker_us": round(sum(
                    cpu_seconds(w.pid) - b for w, b in zip(workers, busy)
                ) / options.rows * 1e6, 1),
                "head_peak_mb": round(peak_mb(head.process.pid)),
                "seconds": round(seconds, 2),
            }
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
            head.kill()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pixmill")
    parser.add_argument("fake_worker")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--workers", default="1,2,4,8")
    parser.add_argument("--slots", type=int, default=1024)
    parser.add_argument("--milliseconds", type=int, default=0)
    parser.add_argument("--perf")
    given = parser.parse_args()
    os.environ["PIXMILL"] = os.path.abspath(given.pixmill)
    for number in map(int, given.workers.split(",")):
        print(json.dumps(measure(given, number)), flush=True)
