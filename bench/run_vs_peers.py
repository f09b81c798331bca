#!/usr/bin/python3
"""`pixmill run` and other stacks over the same images, in turn.

usage: run_vs_peers.py PIXMILL --rig DIR [--rows 200] [--rounds 3]
       [--scenario one|latency|tiny] [--peers "seed-plain seed-tuned"]

DIR is a checkout of the comparison rig, whose run-peers.sh measures each peer
through its HTTP API: from the first submission to the last callback, servers
already started. Pixmill is measured from the start of its process to its end.
Within a round the peers and Pixmill take turns; medians at the end.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import types

from end_to_end import rounds

STATE = os.environ.get("RIG_STATE", "/tmp/pixmill-rig")
COLUMNS = (
    ("images_per_s", "images/s", "img_s"),
    ("cpu_ms_per_image", "CPU ms/image", "cpu_ms_img"),
    ("peak_pss_mb", "peak PSS MB", "peak_pss_mb"),
    ("out_by_in", "bytes out/in", "ratio"),
)


def run_peers(options, found):
    """One round of the peers; appends to `found` by peer and column."""
    subprocess.run(
        [os.path.join(options.rig, "run-peers.sh"), str(options.rows), "1"],
        env={
            **os.environ, "PEERS": options.peers, "RIG_STATE": STATE,
            "SCENARIO": options.scenario,
        },
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
    )
    path = f"{STATE}/run-{options.scenario}/results.jsonl"
    with open(path) as file:
        for line in file:
            result = json.loads(line)
            for key, _, theirs in COLUMNS:
                value = result.get(theirs)
                if value is not None:
                    found.setdefault(result["name"], {}).setdefault(
                        key, []
                    ).append(value)


def images_of(options, scratch):
    """The folder that the rig has its images in, for this scenario."""
    if options.scenario != "tiny":
        return os.path.join(STATE, "images")
    shutil.copy(os.path.join(options.rig, "origin", "tiny.jpg"), scratch)
    return scratch


def print_table(found):
    names = list(found)
    print(f"{'median':<14}" + "".join(f"{name:>14}" for name in names))
    for key, title, _ in COLUMNS:
        middle = {
            name: statistics.median(found[name][key])
            for name in names if key in found[name]
        }
        print(f"{title:<14}" + "".join(
            f"{middle[name]:>14.4g}" if name in middle else f"{'-':>14}"
            for name in names
        ))
        for name in names[:-1]:
            if name in middle and middle[name]:
                share = middle["pixmill"] / middle[name]
                print(f"{'':<14}pixmill is {share:.2f} x {name}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill")
    parser.add_argument("--rig", required=True)
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scenario", default="one",
                        choices=("one", "latency", "tiny"))
    parser.add_argument("--peers", default="seed-plain seed-tuned")
    parser.add_argument("--set", action="append", default=[], dest="settings")
    options = parser.parse_args()
    job = types.SimpleNamespace(
        count=options.rows * 3, target="quality:50",
        delay=0.1 if options.scenario == "latency" else 0.0,
    )
    found, source = {}, None
    with tempfile.TemporaryDirectory(prefix="pixmill-tiny-") as scratch:
        for _ in range(options.rounds):
            run_peers(options, found)
            source = source or rounds(
                options.pixmill, images_of(options, scratch), job,
                options.settings,
            )
            ours = found.setdefault("pixmill", {})
            result = next(source)
            for key, _, _ in COLUMNS:
                ours.setdefault(key, []).append(result[key])
        source.close()
    print(f"scenario {options.scenario}: {options.rounds} rounds of "
          f"{job.count} images, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}")
    print_table(found)


if __name__ == "__main__":
    main()
