#!/usr/bin/python3
"""Pixmill's PNGs beside pngquant's, both at half of the bytes, in one run.

  bench/imaging/pngquant.py BENCH PIXMILL FOLDER

BENCH is pixmill_codec_bench, PIXMILL the program; FOLDER holds PNGs. pngquant, a
Debian package, gets as many colours as fit. Prints for its speeds 8 and 3: how many
files reach half of their bytes, and the SSIM of luma and of the worst tile as
`pixmill compare` has them, of the files that both bring there.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile

COLOURS = (256, 192, 128, 96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2)


def halved(path, source):
    return os.path.getsize(path) * 2 <= os.path.getsize(source)


def pngquant(source, out, speed):
    """The most colours that fit; whether any do."""
    for colours in COLOURS:
        done = subprocess.run(
            ["pngquant", "--force", "--speed", str(speed), "--output", out,
             str(colours), source], capture_output=True)
        if done.returncode == 0 and halved(out, source):
            return True
    return False


def likeness(program, source, made):
    said = subprocess.run([program, "compare", "--json", source, made],
                          capture_output=True, text=True, check=True).stdout
    one = json.loads(said)
    return one["ssim"], one["ssim_worst"]


def column(pairs, which):
    ours = [one[which] for one, _ in pairs]
    theirs = [other[which] for _, other in pairs]
    better = sum(a >= b for a, b in zip(ours, theirs))
    return (f"{statistics.mean(ours):.4f} against {statistics.mean(theirs):.4f}"
            f", as good or better in {better} of {len(pairs)}")


def main(bench, program, folder):
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([bench, folder, "--ratio", "50", "--out", out],
                       check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "OMP_NUM_THREADS": "1"})
        sources = [os.path.join(folder, name)
                   for name in sorted(os.listdir(folder))]
        ours = {source: os.path.join(out, os.path.basename(source) + ".png")
                for source in sources}
        reached = sum(halved(ours[source], source) for source in sources)
        for speed in (8, 3):
            pairs = []
            theirs = 0
            for source in sources:
                made = os.path.join(out, "pngquant.png")
                if not pngquant(source, made, speed):
                    continue
                theirs += 1
                if halved(ours[source], source):
                    pairs.append((likeness(program, source, ours[source]),
                                  likeness(program, source, made)))
            print(f"pngquant --speed {speed}: {theirs} of {len(sources)} at "
                  f"half their bytes, Pixmill {reached}")
            print(f"  SSIM, mean      {column(pairs, 0)}")
            print(f"  worst tile, mean {column(pairs, 1)}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
