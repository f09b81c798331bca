#!/usr/bin/python3
"""Makes a shop's product pictures out of a few large photographs.

usage: pictures.py PHOTOS OUT

PHOTOS is a folder of large JPEG photographs, OUT is made. The same photographs
give the same pictures: 100 crops of 528 to 1600 pixels, as cameras, editors
and shop systems leave them: JPEG of several qualities (some progressive, some
stored lying on their side with an EXIF orientation, some with GPS data), PNG
with and without alpha, lossy WebP.
"""

import os
import random
import sys

from PIL import Image, ImageDraw

COUNT = 100
ORIENTATION, GPS = 0x0112, 0x8825


def crop(photo, chance, width, height):
    """A random cut of `photo`, about half of it or more, at this size."""
    share = chance.uniform(0.5, 0.95)
    ratio = min(photo.width / width, photo.height / height) * share
    w, h = int(width * ratio), int(height * ratio)
    x = chance.randrange(photo.width - w + 1)
    y = chance.randrange(photo.height - h + 1)
    return photo.resize((width, height), Image.LANCZOS, (x, y, x + w, y + h))


def cut_out(picture):
    """The picture on a transparent ground, with smooth edges."""
    mask = Image.new("L", (picture.width * 2, picture.height * 2), 0)
    edge = picture.width // 10
    ImageDraw.Draw(mask).rounded_rectangle(
        (edge, edge, mask.width - edge, mask.height - edge), edge * 4, fill=255
    )
    picture = picture.convert("RGBA")
    picture.putalpha(mask.resize(picture.size, Image.LANCZOS))
    return picture


def camera_exif(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[GPS] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)}
    return exif.tobytes()


def save_jpeg(picture, path, number, chance):
    options = {"quality": chance.choice((82, 85, 88, 90, 92, 95))}
    options["progressive"] = number % 5 == 1
    if number % 6 == 2:
        # Stored lying on its side; the orientation turns it upright again.
        picture = picture.transpose(Image.ROTATE_90)
        options["exif"] = camera_exif(6)
    elif number % 6 == 4:
        options["exif"] = camera_exif(1)
    picture.save(path + ".jpg", **options)


def make(photo, out, number, name):
    chance = random.Random(number)
    path = os.path.join(out, f"{number:03d}-{name}")
    side = chance.choice((800, 1000, 1000, 1200, 1600))
    other = int(side * chance.choice((1, 1, 0.75, 0.66)))
    if number % 10 == 7:
        picture = crop(photo, chance, 600, 600)
        if number % 20 == 7:
            picture = cut_out(picture)
        picture.save(path + ".png")
    elif number % 10 == 9:
        crop(photo, chance, side, other).save(path + ".webp", quality=90)
    else:
        save_jpeg(crop(photo, chance, side, other), path, number, chance)


def main():
    photos, out = sys.argv[1:3]
    names = sorted(f for f in os.listdir(photos) if f.endswith(".jpg"))
    os.makedirs(out, exist_ok=True)
    for k, file in enumerate(names):
        photo = Image.open(os.path.join(photos, file))
        # Decodes at half the size or less; plenty for crops of this size.
        photo.draft("RGB", (2400, 2400))
        photo = photo.convert("RGB")
        name = file.split("_by_")[0].split("-")[0].lower()
        for number in range(k, COUNT, len(names)):
            make(photo, out, number, name)


if __name__ == "__main__":
    main()
