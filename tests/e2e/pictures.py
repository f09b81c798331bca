"""Small pictures that compress like photographs, made with Pillow.

They are the same wherever they are made, and their names say what they are:
`turned` ones are stored on their side with an EXIF orientation.
"""

import atexit
import os
import random
import shutil
import tempfile

from PIL import Image, ImageDraw, ImageFilter

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def scene(number, width=480, height=320):
    """Ground, shapes and grain; the top left corner is always red."""
    chance = random.Random(number)
    noise = Image.frombytes("RGB", (60, 40), chance.randbytes(60 * 40 * 3))
    picture = noise.resize((width, height), Image.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y = chance.randrange(width), chance.randrange(height)
        r = chance.randrange(10, 60)
        color = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=color)
    picture = picture.filter(ImageFilter.GaussianBlur(0.6))
    grain = Image.frombytes("L", picture.size, chance.randbytes(width * height))
    picture = Image.blend(picture, grain.convert("RGB"), 0.04)
    ImageDraw.Draw(picture).rectangle((0, 0, 79, 79), fill=(230, 20, 20))
    return picture


def exif(orientation):
    data = Image.Exif()
    data[ORIENTATION] = orientation
    data[MAKER] = "A camera"
    data[GPS] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)}
    return data.tobytes()


def lay_down(picture, orientation):
    """Stores `picture` so that `orientation` turns it upright again."""
    back = {
        3: Image.ROTATE_180,
        6: Image.ROTATE_90,
        8: Image.ROTATE_270,
    }
    return picture.transpose(back[orientation])


def transparent(picture):
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, *picture.size), fill=255)
    picture = picture.convert("RGBA")
    picture.putalpha(mask.filter(ImageFilter.GaussianBlur(3)))
    return picture


def make_set(folder):
    """One picture of each kind that a shop has."""

    def path(name):
        return os.path.join(folder, name)

    for k in range(8):
        scene(k).save(path(f"photo{k}.jpg"), quality=92)
    scene(20).save(path("progressive.jpg"), quality=92, progressive=True)
    scene(21).convert("L").save(path("grey.jpg"), quality=92)
    for turn in (3, 6, 8):
        lay_down(scene(30 + turn), turn).save(
            path(f"turned{turn}.jpg"), quality=92, exif=exif(turn)
        )
    scene(40).save(path("photo.png"))
    transparent(scene(41)).save(path("alpha.png"))
    scene(42).quantize(200).save(path("palette.png"))
    scene(43).save(path("photo.webp"), quality=92)
    transparent(scene(44)).save(path("alpha.webp"), lossless=True)
    scene(45, 96, 64).save(path("tiny.jpg"), quality=90)
    frames = [scene(k, 160, 120) for k in range(50, 54)]
    frames[0].save(
        path("moving.gif"), save_all=True, append_images=frames[1:],
        duration=100, loop=0,
    )


def make_many(folder, count, width=240, height=160):
    """`count` small JPEG photographs, all different."""
    for k in range(count):
        path = os.path.join(folder, f"{k:03d}.jpg")
        scene(1000 + k, width, height).save(path, quality=90)


_shared = None


def shared_set():
    """A folder with `make_set`, made once for a test program."""
    global _shared
    if _shared is None:
        _shared = tempfile.mkdtemp(prefix="pixmill-pictures-")
        atexit.register(shutil.rmtree, _shared, ignore_errors=True)
        make_set(_shared)
    return _shared
