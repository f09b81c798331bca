#!/usr/bin/python3
"""Animations for pixmill_gif_bench, each of a kind that GIFs come in.

  bench/imaging/gif_samples.py INTO [PICTURES]

PICTURES holds JPEGs to take photographs from; without it they are drawn. Needs
Pillow. The same pictures make the same files.
"""

import math
import os
import random
import sys

from PIL import Image, ImageDraw, ImageFilter

SIZE = (360, 270)


def drawn(seed):
    """Something with edges, gradients and grain, where there is no picture."""
    chance = random.Random(seed)
    picture = Image.effect_mandelbrot((720, 540), (-2, -1.2, 1, 1.2), 90)
    picture = Image.merge("RGB", [
        picture.point(lambda v, k=k: (v * k + 40) % 256)
        for k in (chance.randint(1, 3), 2, 3)])
    grain = Image.effect_noise((720, 540), 24).convert("RGB")
    return Image.blend(picture.filter(ImageFilter.GaussianBlur(2)), grain, .15)


def photographs(folder, count):
    if folder is None:
        return [drawn(seed) for seed in range(count)]
    found = []
    for name in sorted(os.listdir(folder)):
        with Image.open(os.path.join(folder, name)) as picture:
            if picture.mode == "RGB" and min(picture.size) >= 540 \
                    and max(picture.size) < 2500:
                found.append(picture.copy())
        if len(found) == count:
            break
    return found


def panned(picture, count, step):
    """A camera that moves over a picture."""
    picture = picture.resize((720, 540), Image.LANCZOS)
    return [picture.crop((i * step, i * step // 2,
                          i * step + SIZE[0], i * step // 2 + SIZE[1]))
            for i in range(count)]


def crossfade(first, second, count):
    first, second = (one.resize(SIZE, Image.LANCZOS)
                     for one in (first, second))
    return [Image.blend(first, second, i / (count - 1)) for i in range(count)]


def object_before(picture, count):
    """A ball that moves before a photograph that stands still."""
    ground = picture.resize(SIZE, Image.LANCZOS)
    frames = []
    for i in range(count):
        frame = ground.copy()
        x = 30 + i * 280 // count
        y = 120 + int(80 * math.sin(i / 2))
        ImageDraw.Draw(frame).ellipse((x, y, x + 50, y + 50),
                                      fill=(230, 60, 40), outline="white")
        frames.append(frame)
    return frames


def film(picture, count):
    """A photograph with the grain of a film: each pixel changes a little."""
    ground = picture.resize(SIZE, Image.LANCZOS)
    chance = random.Random(5)
    frames = []
    for _ in range(count):
        grain = Image.new("L", SIZE)
        grain.putdata([max(0, min(255, int(chance.gauss(128, 12))))
                       for _ in range(SIZE[0] * SIZE[1])])
        grain = grain.convert("RGB")
        frames.append(Image.blend(ground, grain, .1))
    return frames


def flat_graphics(count):
    frames = []
    for i in range(count):
        frame = Image.new("RGB", SIZE, (250, 250, 245))
        draw = ImageDraw.Draw(frame)
        for k, colour in enumerate(((40, 90, 160), (220, 120, 30),
                                    (60, 150, 80), (160, 40, 90))):
            height = 40 + int(70 * (1 + math.sin(i / 3 + k * 1.4)))
            draw.rectangle((40 + k * 75, 230 - height, 90 + k * 75, 230),
                           fill=colour)
        draw.line((20, 230, 340, 230), fill="black", width=2)
        draw.text((40, 240), f"frame {i} of {count}", fill="black")
        draw.pieslice((280, 15, 340, 75), 0, 360 * i // count,
                      fill=(90, 60, 200))
        frames.append(frame)
    return frames


def screen(count):
    """A window with text that is typed, and a pointer."""
    chance = random.Random(9)
    words = [chance.choice(("int", "return", "while", "auto", "(x)", "{", "}",
                            "size", "+=", "count;")) for _ in range(400)]
    frames = []
    for i in range(count):
        frame = Image.new("RGB", (480, 320), (236, 236, 240))
        draw = ImageDraw.Draw(frame)
        for x in range(480):  # The title's bar is a gradient.
            draw.line((x, 0, x, 24), fill=(60 + x // 8, 80 + x // 10, 150))
        draw.rectangle((10, 34, 470, 310), fill="white", outline=(150,) * 3)
        for k, word in enumerate(words[:60 + i * 6]):
            draw.text((20 + k % 8 * 55, 42 + k // 8 * 13), word,
                      fill=(20, 20, 120) if len(word) > 4 else (30, 30, 30))
        x, y = 60 + i * 14, 80 + i * 5
        draw.polygon((x, y, x, y + 16, x + 11, y + 11), fill="black",
                     outline="white")
        frames.append(frame)
    return frames


def sprites(count):
    """Something on nothing."""
    frames = []
    for i in range(count):
        frame = Image.new("RGBA", (240, 240))
        draw = ImageDraw.Draw(frame)
        for k in range(24):
            turn = (i + k) * math.pi / 12
            x, y = 120 + 85 * math.cos(turn), 120 + 85 * math.sin(turn)
            draw.ellipse((x - 18, y - 18, x + 18, y + 18),
                         fill=(10 * k, 255 - 9 * k, 128 + 5 * k, 255))
        frames.append(frame)
    return frames


def reduced(frames, colours=256, shared=True,
            dither=Image.Dither.FLOYDSTEINBERG):
    frames = [frame.convert("RGB") for frame in frames]
    if not shared:
        own = [frame.quantize(colours) for frame in frames]
        return [frame.quantize(palette=one, dither=dither)
                for frame, one in zip(frames, own)]
    wide, high = frames[0].size
    sheet = Image.new("RGB", (wide, high * min(len(frames), 6)))
    for i in range(min(len(frames), 6)):
        sheet.paste(frames[i * len(frames) // min(len(frames), 6)],
                    (0, i * high))
    palette = sheet.quantize(colours)
    return [frame.quantize(palette=palette, dither=dither)
            for frame in frames]


def save(into, name, frames, **options):
    frames[0].save(os.path.join(into, name + ".gif"), save_all=True,
                   append_images=frames[1:], loop=0,
                   **{"duration": 80, "optimize": False, **options})


def main():
    into = sys.argv[1]
    os.makedirs(into, exist_ok=True)
    photos = photographs(sys.argv[2] if len(sys.argv) > 2 else None, 4)
    no_dither = Image.Dither.NONE
    save(into, "pan", reduced(panned(photos[0], 12, 6)))
    save(into, "pan-plain",
         reduced(panned(photos[1], 12, 4), dither=no_dither))
    save(into, "pan-palettes",
         reduced(panned(photos[2], 10, 9), shared=False))
    save(into, "fade", reduced(crossfade(photos[0], photos[2], 12)))
    save(into, "fade-palettes",
         reduced(crossfade(photos[1], photos[3], 12), shared=False))
    save(into, "ball", reduced(object_before(photos[3], 20)))
    save(into, "ball-previous", reduced(object_before(photos[1], 16), 64),
         disposal=3)
    save(into, "film", reduced(film(photos[2], 10), 128))
    save(into, "charts", reduced(flat_graphics(30), 32, dither=no_dither))
    save(into, "charts-dithered", reduced(flat_graphics(20), 16))
    save(into, "screen", reduced(screen(30), 64, dither=no_dither))
    save(into, "screen-dithered", reduced(screen(20), 24))
    save(into, "sprites", sprites(16), disposal=2)


if __name__ == "__main__":
    main()
