#!/usr/bin/python3
"""Writes a shop's product sheet over the pictures of a folder.

usage: catalog.py PICTURES BASE_URL > catalog.csv

40 rows and 120 URLs, most of them plain, some as sheets from the wild are:
unquoted and Python-style lists, other separators, the same picture twice, one
that is gone, commas and blanks in URLs, quotes and umlauts in names.
"""

import os
import sys

WARES = "Print Poster Canvas Calendar Puzzle Mug Cushion Tray".split()
ROWS, PER_ROW = 40, 3


def quoted(cell):
    return '"' + cell.replace('"', '""') + '"'


def plain_row(number, name, urls):
    return f"{number},{name},{quoted(','.join(urls))}"


# Row number -> how that row is written.
AWKWARD = {
    4: lambda n, name, urls: f"{n},{name},{','.join(urls)}",
    7: lambda n, name, urls: f"{n},{name},{quoted(';'.join(urls))}",
    9: lambda n, name, urls: f"{n},{name},{quoted(str(urls))}",
    12: lambda n, _, urls: plain_row(
        n, quoted('Tray "Wine", red, 12" wide'), urls
    ),
    15: lambda n, _, urls: plain_row(n, "Küchenschürze grün", urls),
    18: lambda n, name, urls: plain_row(f"{n:04d}", name, urls),
    21: lambda _, name, urls: plain_row("", name, urls),
    26: lambda n, name, urls: f"{n},{name},{quoted(', '.join(urls))}",
    33: lambda n, name, urls: plain_row(
        n, name, [" " + url + " " for url in urls]
    ),
}


def product_name(number, picture):
    subject = picture.split("-", 1)[1].rsplit(".", 1)[0].replace("_", " ")
    return f"{WARES[number % len(WARES)]} {subject.capitalize()}"


def pick(pictures, base):
    """The URL lists of all rows."""
    urls = [f"{base}/{name}" for name in pictures]
    rows = [
        [urls[(PER_ROW * row + k) % len(urls)] for k in range(PER_ROW)]
        for row in range(ROWS)
    ]
    rows[10][1] = rows[10][0]
    rows[20][2] = f"{base}/discontinued/lamp.jpg"
    rows[23][0] = f"{base}/crop,800x600,fit/{pictures[69]}"
    rows[30][1] = f"{base}/neue möbel/{pictures[91]}"
    return rows


def main():
    folder, base = sys.argv[1:3]
    pictures = sorted(
        name for name in os.listdir(folder) if name[0].isdigit()
    )
    lines = ["S. No.,Product Name,Input Image Urls"]
    for k, urls in enumerate(pick(pictures, base)):
        number = k + 1
        write = AWKWARD.get(number, plain_row)
        name = product_name(number, urls[0].rsplit("/", 1)[1])
        lines.append(write(number, name, urls))
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    print("\r\n".join(lines), end="\r\n")


if __name__ == "__main__":
    main()
