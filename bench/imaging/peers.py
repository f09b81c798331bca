#!/usr/bin/python3
"""Pixmill's JPEG engine beside others, at half of the bytes, in one run.

  bench/imaging/peers.py BENCH PIXMILL (FOLDER | --rig RIG) [--every N] [--npm DIR]

BENCH is pixmill_codec_bench, PIXMILL the program; FOLDER holds JPEGs, RIG a
checkout of the comparison rig, whose corpus.sh then makes them. Takes every Nth
file. sharp is installed by npm into DIR (pinned); without --npm it is left out.
Needs Pillow; Magick++ is pixmill_magick_bench beside BENCH. Prints for each: CPU ms
a megapixel, as a multiple of libjpeg-turbo's decode and encode at quality 50 in the
same run, the fill of the target, files over it, and, as `pixmill compare` has it,
SSIM of luma and of the worst tile; where Debian's libjxl-devtools is installed also
the 3-norm of Butteraugli (0: the same), and in how many files it is lower than with
the last contender, which is sharp with mozjpeg if there is one.
"""

import argparse
import io
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import tempfile

from PIL import Image, ImageOps

SHARP = "sharp@0.35.5"
HERE = os.path.dirname(os.path.abspath(__file__))


def cpu_of(who):
    used = resource.getrusage(who)
    return (used.ru_utime + used.ru_stime) * 1e3


def pixmill(bench, folder, out, *flags):
    text = subprocess.run(
        [bench, folder, "--out", out, *flags],
        capture_output=True, text=True, check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ).stdout
    for name in os.listdir(out):  # a.jpg.jpg
        os.rename(os.path.join(out, name),
                  os.path.join(out, name.rsplit(".", 1)[0]))
    cpu = float(re.search(r"CPU ([\d.]+) ms/MP", text)[1])
    turbo = float(re.search(r"q50 ([\d.]+) ms/MP", text)[1])
    return cpu, turbo


def pillow_half(source, quality_of_all=None):
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(source)))
    picture.load()
    icc = picture.info.get("icc_profile")

    def encoded(quality):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality, optimize=True,
                     icc_profile=icc)
        return out.getvalue()

    if quality_of_all:
        return encoded(quality_of_all)
    low, high, best = 1, 95, None
    while low <= high:
        quality = (low + high) // 2
        made = encoded(quality)
        if len(made) <= len(source) // 2:
            best, low = made, quality + 1
        else:
            high = quality - 1
    return best


def each(folder, out, make):
    """Returns the CPU ms a megapixel of `make` over the files."""
    begin = cpu_of(resource.RUSAGE_SELF) + cpu_of(resource.RUSAGE_CHILDREN)
    pixels = 0
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            source = file.read()
        width, height = Image.open(path).size
        pixels += width * height / 1e6
        made = make(path, source)
        if made:
            with open(os.path.join(out, name), "wb") as file:
                file.write(made)
    end = cpu_of(resource.RUSAGE_SELF) + cpu_of(resource.RUSAGE_CHILDREN)
    return (end - begin) / pixels


def magick(bench, folder, out):
    program = os.path.join(os.path.dirname(bench), "pixmill_magick_bench")
    said = subprocess.run([program, folder, out], capture_output=True,
                          text=True, check=True).stdout.split()
    return float(said[1]) / float(said[2])


def sharp(npm, kind, folder, out):
    shutil.copy(os.path.join(HERE, "peers.mjs"), npm)
    said = subprocess.run(
        ["node", os.path.join(npm, "peers.mjs"), kind, folder, out],
        capture_output=True, text=True, check=True,
    ).stdout.split()
    return float(said[1]) / float(said[2])


def butteraugli(source, made):
    """The 3-norm; None where the tool is missing or will not have the file."""
    if shutil.which("butteraugli_main") is None:
        return None
    # Pillow's PNG: upright, in sRGB, and of one kind for all.
    with tempfile.TemporaryDirectory() as work:
        paths = []
        for index, path in enumerate((source, made)):
            picture = ImageOps.exif_transpose(Image.open(path))
            paths.append(os.path.join(work, f"{index}.png"))
            picture.convert("RGB").save(
                paths[-1], compress_level=1, icc_profile=None)
        said = subprocess.run(["butteraugli_main", *paths],
                              capture_output=True, text=True, check=False)
    found = re.search(r"3-norm: ([\d.]+)", said.stdout)
    return float(found[1]) if found else None


def judged(program, folder, out):
    fills, over, means, worst, norms = [], 0, [], [], {}
    for name in sorted(os.listdir(out)):
        source = os.path.join(folder, name)
        made = os.path.join(out, name)
        fill = os.path.getsize(made) / (os.path.getsize(source) / 2)
        fills.append(fill)
        over += fill > 1
        said = subprocess.run([program, "compare", source, made, "--json"],
                              capture_output=True, text=True, check=False)
        if said.returncode == 0:
            found = json.loads(said.stdout)
            means.append(found["ssim"])
            worst.append(found["ssim_worst"])
        norm = butteraugli(source, made)
        if norm is not None:
            norms[name] = norm
    return fills, over, means, worst, norms


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("pixmill")
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--rig")
    parser.add_argument("--every", type=int, default=8)
    parser.add_argument("--npm")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = options.folder
        if folder is None:
            subprocess.run(["bash", os.path.join(options.rig, "corpus.sh"),
                            os.path.join(work, "corpus"), "full"], check=True)
            folder = os.path.join(work, "corpus", "jpeg")
        files = os.path.join(work, "files")
        os.mkdir(files)
        for name in sorted(os.listdir(folder))[:: options.every]:
            # Four components and arithmetic coding are beyond some of them.
            with Image.open(os.path.join(folder, name)) as picture:
                if picture.mode in ("L", "RGB"):
                    shutil.copy(os.path.join(folder, name), files)
        contenders = {
            "Pixmill best": lambda out: pixmill(
                options.bench, files, out, "--ratio", "50")[0],
            "Pixmill fast": lambda out: pixmill(
                options.bench, files, out, "--ratio", "50", "--mode",
                "fast")[0],
            "Pixmill quality 50": lambda out: pixmill(
                options.bench, files, out, "--quality", "50")[0],
            "Pillow quality 50": lambda out: each(
                files, out, lambda _, source: pillow_half(source, 50)),
            "Pillow, searched": lambda out: each(
                files, out, lambda _, source: pillow_half(source)),
        }
        contenders["Magick++ jpeg:extent"] = lambda out: magick(
            options.bench, files, out)
        if options.npm:
            os.makedirs(options.npm, exist_ok=True)
            subprocess.run(["npm", "install", "--silent", "--prefix",
                            options.npm, SHARP], check=True)
            contenders["sharp, searched"] = lambda out: sharp(
                options.npm, "turbo", files, out)
            contenders["sharp mozjpeg, searched"] = lambda out: sharp(
                options.npm, "moz", files, out)
        turbo = pixmill(options.bench, files,
                        tempfile.mkdtemp(dir=work), "--quality", "50")[1]
        print(f"{len(os.listdir(files))} files; libjpeg-turbo decode and "
              f"encode at quality 50: {turbo:.2f} ms/MP\n")
        print("| | ms/MP | x turbo | fill, median | over | SSIM, mean | "
              "worst tile, median | Butteraugli, median | better than the "
              "last |\n|---|---|---|---|---|---|---|---|---|")
        rows, last = [], {}
        for name, run in contenders.items():
            out = tempfile.mkdtemp(dir=work)
            cost = run(out)
            *judgement, last = judged(options.pixmill, files, out)
            rows.append((name, cost, judgement, last))
        for name, cost, (fills, over, means, worst), norms in rows:
            both = norms.keys() & last.keys()
            better = sum(norms[one] < last[one] for one in both)
            print(f"| {name} | {cost:.1f} | {cost / turbo:.2f} | "
                  f"{statistics.median(fills):.3f} | {over} | "
                  f"{statistics.mean(means):.4f} | "
                  f"{statistics.median(worst):.4f} | "
                  + (f"{statistics.median(norms.values()):.3f} | "
                     f"{better} of {len(both)} |" if norms else "| |"),
                  flush=True)


if __name__ == "__main__":
    main()
