#!/usr/bin/python3
"""Serves a folder over HTTP on 127.0.0.1, on a port of the system's choosing.

usage: origin.py FOLDER

Prints the port, then serves until it is ended.
"""

import functools
import http.server
import sys


class PictureHandler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Header and body in one write; else each answer waits for a delayed ACK.
    wbufsize = 1 << 16
    extensions_map = {
        ".jpg": "image/jpeg",
        ".png": "image/png",
        ".webp": "image/webp",
        "": "application/octet-stream",
    }

    def log_message(self, *_):
        pass


def main():
    handler = functools.partial(PictureHandler, directory=sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    print(server.server_address[1], flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
