#!/usr/bin/python3
"""`pixmill run` over a folder of images, and every output opened by Pillow.

usage: outputs.py PIXMILL IMAGES [FLAGS...]

FLAGS go to `pixmill run`. Prints, by format: how many outputs are at or under
half of their source, larger than it, missing, or not as Pillow wants them:
opened and decoded, of the upright source's size, like it (a picture on its side
is not, unless it says so), without EXIF but for that.
"""

import collections
import os
import statistics
import sys
import tempfile
import urllib.parse

from PIL import Image, ImageChops, ImageOps, ImageStat

from measured_run import harness

Image.MAX_IMAGE_PIXELS = None
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
# Mean difference of 16 x 16 thumbnails that says another picture, of 255.
UNLIKE = 16
ORIENTATION = 0x0112


def thumbnail(image):
    if image.mode.startswith("I"):  # 16 bits; Pillow would clip them.
        image = image.point(lambda value: value / 256).convert("L")
    whole = image.convert("RGBA")
    ground = Image.new("RGBA", whole.size, "white")
    ground.alpha_composite(whole)
    return ground.convert("RGB").resize((16, 16), Image.BOX)


def fault_of(source, output):
    """What Pillow finds wrong with an output; None: nothing."""
    try:
        with Image.open(output) as image:
            image.load()
            exif = dict(image.getexif())
            made = ImageOps.exif_transpose(image) or image.copy()
    except Exception as why:  # Whatever Pillow raises is the finding.
        return f"not opened: {why}"
    if set(exif) - {ORIENTATION}:
        return "EXIF"
    try:
        with Image.open(source) as image:
            upright = ImageOps.exif_transpose(image)
            upright.load()
    except OSError:
        return None  # Pillow reads no arithmetic-coded JPEG.
    if made.size != upright.size:
        return f"{made.size} of {upright.size}"
    difference = ImageStat.Stat(
        ImageChops.difference(thumbnail(made), thumbnail(upright))
    )
    unlike = statistics.mean(difference.mean)
    return f"differs by {unlike:.0f}" if unlike > UNLIKE else None


def main():
    pixmill, folder = sys.argv[1], os.path.abspath(sys.argv[2])
    harness.PIXMILL = os.path.abspath(pixmill)
    names = sorted(n for n in os.listdir(folder) if n.endswith(PICTURES))
    table = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory(prefix="pixmill-outputs-") as state:
        path, out = f"{state}/sheet.csv", f"{state}/out"
        rows = [
            [str(k), name, os.path.join(folder, urllib.parse.quote(name))]
            for k, name in enumerate(names, 1)
        ]
        with open(path, "w", newline="") as file:
            file.write(harness.sheet(rows))
        result = harness.run(
            ["run", path, "--out", out, *sys.argv[3:]], timeout=1800
        )
        print(result.stdout.strip())
        for name, item in zip(names, harness.read_jsonl(f"{out}/results.jsonl")):
            row = table[os.path.splitext(name)[1]]
            row["images"] += 1
            if not item["output"]:
                row["missing"] += 1
                print(f"  {name}: {harness.error_of(item)}")
                continue
            before, after = item["bytes_in"], item["bytes_out"]
            row["at most half"] += after * 2 <= before
            row["larger"] += after > before
            fault = fault_of(
                os.path.join(folder, name), os.path.join(out, item["output"])
            )
            if fault:
                row["wrong"] += 1
                print(f"  {name}: {fault}")
    for kind, row in sorted(table.items()):
        print(f"{kind:<6}" + ", ".join(
            f"{row[key]} {key}"
            for key in ("images", "at most half", "larger", "missing", "wrong")
        ))


if __name__ == "__main__":
    main()
