#!/usr/bin/python3
"""Prints the largest savings of a job.

usage: savings.py RESULTS.jsonl
"""

import json
import os
import sys

SHOWN = 8


def kilobytes(count):
    return f"{count / 1000:,.0f} kB"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        items = [json.loads(line) for line in file]
    # A picture that several slots name is one saving.
    done = {item["sha256"]: item for item in items if item["status"] == "done"}
    largest = sorted(
        done.values(),
        key=lambda item: item["bytes_out"] - item["bytes_in"],
    )[:SHOWN]
    print("\nThe largest savings:\n")
    print(f"  {'product':<24} {'picture':<26} {'before':>9} {'after':>9}"
          f" {'saved':>6}  {'quality':>7}")
    for item in largest:
        share = 1 - item["bytes_out"] / item["bytes_in"]
        print(
            f"  {item['name'][:24]:<24}"
            f" {os.path.basename(item['url'])[:26]:<26}"
            f" {kilobytes(item['bytes_in']):>9}"
            f" {kilobytes(item['bytes_out']):>9}"
            f" {share:>6.0%}  {item['quality'] or '':>7}"
        )


if __name__ == "__main__":
    main()
