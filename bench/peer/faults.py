#!/usr/bin/python3
"""Every fault of the comparison rig's faulty origin, through `pixmill run`.

usage: faults.py PIXMILL RIG IMAGES          (as root)

Enters a network namespace with nothing but lo (RIG/in-netns.sh). The origin
listens on all of lo's addresses and only 127.0.0.2 may be reached, so that a
redirect to any other one, loopback in disguise included, must fail.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))

from measured_run import harness  # noqa: E402

HOST, PORT = "127.0.0.2", 18081

GOOD = """ok/{f} delay/500/{f} drip/100000/{f} no-type/{f}
type/application~octet-stream/{f} redirect/3/{f} gzip/{f} flaky/2/a/{f}
flaky-reset/1/b/{f} retry-after/1/c/{f}""".split()

BAD = """status/404/{f} status/500/{f} html svg mvg garbage/5000 empty
cut-image/60/{f} truncate/50/{f} short/50/{f} truncate-chunked/50/{f} reset
close bad-http header-bomb/4096 redirect-loop/a redirect-to/metadata
redirect-to/private redirect-to/file redirect-to/decimal redirect-to/mapped
huge/600 huge-chunked/600 gzip-bomb/600 pixel-bomb-png/30000/30000
pixel-bomb-jpg length-lie/100 drip/50/{f} hang/body/{f}
hang/headers""".split()


def flags():
    return [
        word
        for setting in (
            f'fetch.allow-cidrs=["{HOST}/32"]', f"fetch.allow-ports=[{PORT}]",
            "fetch.total-timeout=10s", "fetch.low-speed-time=4s",
        )
        for word in ("--set", setting)
    ]


def run_job(folder, name, paths):
    rows = [
        [str(k), path, f"http://{HOST}:{PORT}/{path}"]
        for k, path in enumerate(paths, 1)
    ]
    sheet = os.path.join(folder, name + ".csv")
    with open(sheet, "w", newline="") as file:
        file.write(harness.sheet(rows))
    out = os.path.join(folder, name)
    result = harness.run(
        ["run", sheet, "--out", out, *flags()], timeout=300
    )
    return result, harness.read_jsonl(os.path.join(out, "results.jsonl"))


def compare(folder, file):
    """Prints a line for each fault; says how many ended as they should."""
    cases = [(path.format(f=file), True) for path in GOOD]
    cases += [(path.format(f=file), False) for path in BAD]
    calm, _ = run_job(folder, "calm", [f"ok/{file}"])
    result, items = run_job(folder, "faults", [path for path, _ in cases])
    fit = 0
    for (path, good), item in zip(cases, items):
        fine = (item["status"] in ("done", "kept_original")) == good
        fit += fine
        code = harness.error_of(item) or ""
        print(f"{' ' if fine else '*'} {path:<46} {item['status']:<8} {code}")
    grown = (result.peak_bytes - calm.peak_bytes) / 1e6
    with urllib.request.urlopen(f"http://{HOST}:{PORT}/stats") as answer:
        hits = json.load(answer)["by_mode"].get("ssrf-hit", 0)
    print(f"{fit} of {len(cases)} as they should, in {result.seconds:.1f} s; "
          f"memory {grown:+.0f} MB; forbidden addresses reached {hits} times")
    return fit == len(cases) and hits == 0


def main():
    pixmill, rig, images = (os.path.abspath(a) for a in sys.argv[1:4])
    if "RIG_LISTEN" not in os.environ:
        os.execv(f"{rig}/in-netns.sh", [
            "in-netns.sh", sys.executable, os.path.abspath(__file__),
            pixmill, rig, images,
        ])
    harness.PIXMILL = pixmill
    file = sorted(n for n in os.listdir(images) if n.endswith(".jpg"))[0]
    subprocess.run([f"{rig}/origin/start.sh", images], check=True)
    try:
        with tempfile.TemporaryDirectory(prefix="pixmill-faults-") as folder:
            fine = compare(folder, file)
    finally:
        subprocess.run([f"{rig}/origin/stop.sh"], check=False)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
