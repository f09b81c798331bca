#!/usr/bin/python3
"""An origin of pictures that fails in every way an origin can.

usage: origin.py FOLDER [--host ADDRESS]

Prints its port, then serves until its standard input ends. Every path ends in
the name of a file of FOLDER where an answer carries a picture.

    /ok/FILE                     the picture
    /u/ANYTHING/FILE             the picture, under as many URLs as wanted
    /delay/MS/FILE               the picture, after MS milliseconds
    /hold/KEY/FILE               the picture, once /_release/KEY was asked for
    /pace/MS/KEY/FILE            the picture, after MS milliseconds; at once when
                                 /_release/KEY was asked for
    /status/CODE                 that status
    /after/N/CODE/KEY/FILE       CODE for the first N requests of KEY
    /retry-after/SECONDS/KEY/FILE  429 with Retry-After, once for each KEY
    /quota/N/SECONDS/KEY/FILE    the picture, after 100 ms; but 429 with Retry-After
                                 for the one after the first N of KEY, and for all
                                 others until it is over
    /resets/N/KEY/FILE           a reset for the first N requests of KEY
    /drip/RATE/FILE              RATE bytes a second
    /truncated/PERCENT/FILE      the whole length promised, then closed
    /reset/PERCENT/FILE          the same, then reset
    /cut-chunks/PERCENT/FILE     chunked, closed without the last chunk
    /cut-picture/PERCENT/FILE    a sound answer with a cut picture in it
    /claims/BYTES/FILE           a Content-Length of BYTES whatever is sent
    /redirect/N/FILE             N redirects, then the picture
    /loop                        a redirect to itself
    /to/URL                      a redirect to URL (percent-encoded)
    /hang/headers                no answer
    /hang/body/FILE              half a picture, then nothing
    /page.jpg /svg.jpg           HTML, SVG, as image/jpeg
    /garbage/BYTES /empty        no picture at all
    /endless                     10 GiB in chunks
    /gzip/FILE /gzip-bomb        Content-Encoding: gzip, nobody asked
    /header-bomb /bad-http       not quite HTTP
    /bomb.png                    900 megapixels in 110 KB
    /forbidden                   a picture that nobody may reach
    /_stats                      {"paths": {path: requests}, "bytes": sent}
    /_count                      requests so far
    /_release/KEY                lets all go that KEY holds, now and later
    /_load                       {"most": pictures asked for at once, "early":
                                 requests two seconds after a 429 of /quota and
                                 before its Retry-After is over}
"""

import argparse
import asyncio
import gzip
import json
import os
import socket
import struct
import sys
import urllib.parse
import zlib

CHUNK = b"\0" * 65536
TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


def png_bomb(side):
    """A black picture of side x side, one bit a pixel."""

    def chunk(kind, data):
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", checksum
        )

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((side // 8 + 1) * side), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


class Origin:
    def __init__(self, folder):
        self.files = {}
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    self.files[name] = file.read()
        self.paths = {}
        self.seen = {}
        self.sent = 0
        self.count = 0
        self.active = 0
        self.most = 0
        self.early = 0
        self.quotas = {}
        self.gates = {}

    # -- one connection --------------------------------------------------------

    async def serve(self, reader, writer):
        try:
            while await self.answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError):
            pass
        finally:
            writer.close()

    async def answer(self, reader, writer):
        """Answers one request; says whether the connection goes on."""
        line = await reader.readline()
        while line and (await reader.readline()).strip():
            pass
        if not line:
            return False
        path = line.split()[1].decode()
        if path == "/_stats":
            body = json.dumps({"paths": self.paths, "bytes": self.sent})
            await self.send(writer, body.encode(), "application/json")
            return True
        if path == "/_count":
            await self.send(writer, b"%d" % self.count, "text/plain")
            return True
        if path == "/_load":
            body = json.dumps({"most": self.most, "early": self.early})
            await self.send(writer, body.encode(), "application/json")
            return True
        if path.startswith("/_release/"):
            self.gate(path.split("/")[2]).set()
            await self.send(writer, b"{}", "application/json")
            return True
        self.count += 1
        self.paths[path] = self.paths.get(path, 0) + 1
        kind, *rest = path.split("?")[0].lstrip("/").split("/")
        name = "do_" + kind.replace("-", "_").replace(".", "_")
        handler = getattr(self, name, self.do_missing)
        self.active += 1
        self.most = max(self.most, self.active)
        try:
            # A handler that spoils the connection says so by answering False.
            return await handler(writer, *rest) is not False
        finally:
            self.active -= 1

    async def write(self, writer, data):
        writer.write(data)
        self.sent += len(data)
        await writer.drain()

    async def head(self, writer, status, **fields):
        lines = [f"HTTP/1.1 {status} Any"]
        lines += [f"{k.replace('_', '-')}: {v}" for k, v in fields.items()]
        await self.write(writer, ("\r\n".join(lines) + "\r\n\r\n").encode())

    async def send(self, writer, body, kind, **fields):
        fields = {"Content-Type": kind, "Content-Length": len(body), **fields}
        lines = ["HTTP/1.1 200 OK"]
        lines += [f"{k.replace('_', '-')}: {v}" for k, v in fields.items()]
        head = ("\r\n".join(lines) + "\r\n\r\n").encode()
        await self.write(writer, head + body)

    def first_times(self, key, count):
        self.seen[key] = self.seen.get(key, 0) + 1
        return self.seen[key] <= int(count)

    @staticmethod
    def abort(writer):
        sock = writer.get_extra_info("socket")
        sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        writer.transport.abort()
        return False

    # -- answers that carry the picture ---------------------------------------

    async def do_ok(self, writer, name, **fields):
        if name not in self.files:
            return await self.do_missing(writer)
        kind = TYPES.get(os.path.splitext(name)[1], "application/octet-stream")
        await self.send(writer, self.files[name], kind, **fields)

    async def do_u(self, writer, _, name):
        await self.do_ok(writer, name)

    async def do_delay(self, writer, ms, name):
        await asyncio.sleep(int(ms) / 1000)
        await self.do_ok(writer, name)

    def gate(self, key):
        return self.gates.setdefault(key, asyncio.Event())

    async def do_hold(self, writer, key, name):
        await self.gate(key).wait()
        await self.do_ok(writer, name)

    async def do_pace(self, writer, ms, key, name):
        try:
            await asyncio.wait_for(self.gate(key).wait(), int(ms) / 1000)
        except asyncio.TimeoutError:
            pass
        await self.do_ok(writer, name)

    async def do_after(self, writer, count, code, key, name):
        if self.first_times("after" + key, count):
            return await self.do_status(writer, code)
        await self.do_ok(writer, name)

    async def do_retry_after(self, writer, seconds, key, name):
        if self.first_times("retry" + key, 1):
            return await self.head(
                writer, 429, Retry_After=seconds, Content_Length=0
            )
        await self.do_ok(writer, name)

    async def do_quota(self, writer, count, seconds, key, name):
        now = asyncio.get_running_loop().time()
        quota = self.quotas.setdefault(key, {"seen": 0, "begun": 0, "over": 0})
        if now < quota["over"]:
            # What was on its way when the first was refused is no fault.
            self.early += now > quota["begun"] + 2
            left = int(quota["over"] - now) + 1
            return await self.head(
                writer, 429, Retry_After=left, Content_Length=0
            )
        quota["seen"] += 1
        if quota["seen"] == int(count) + 1:
            quota.update(begun=now, over=now + int(seconds))
            return await self.head(
                writer, 429, Retry_After=seconds, Content_Length=0
            )
        await asyncio.sleep(0.1)
        await self.do_ok(writer, name)

    async def do_resets(self, writer, count, key, name):
        if self.first_times("resets" + key, count):
            return self.abort(writer)
        await self.do_ok(writer, name)

    async def do_redirect(self, writer, count, name):
        if int(count) == 0:
            return await self.do_ok(writer, name)
        await self.do_to(writer, f"/redirect/{int(count) - 1}/{name}")

    async def do_gzip(self, writer, name):
        body = gzip.compress(self.files[name])
        await self.send(writer, body, "image/jpeg", Content_Encoding="gzip")

    async def do_drip(self, writer, rate, name):
        body = self.files[name]
        step = max(1, int(rate) // 10)
        await self.head(writer, 200, Content_Length=len(body))
        for at in range(0, len(body), step):
            await self.write(writer, body[at : at + step])
            await asyncio.sleep(0.1)

    async def do_forbidden(self, writer):
        await self.do_ok(writer, sorted(self.files)[0])

    # -- answers that do not ---------------------------------------------------

    async def do_missing(self, writer, *_):
        await self.do_status(writer, 404)

    async def do_status(self, writer, code):
        await self.head(writer, code, Content_Length=0)

    async def do_to(self, writer, *url):
        target = urllib.parse.unquote("/".join(url))
        await self.head(writer, 302, Location=target, Content_Length=0)

    async def do_loop(self, writer):
        await self.do_to(writer, "/loop")

    async def do_page_jpg(self, writer):
        page = b"<!doctype html><title>Sorry</title><p>Gone." * 20
        await self.send(writer, page, "image/jpeg")

    async def do_svg_jpg(self, writer):
        svg = (
            b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
            b'<image href="file:///etc/hostname" width="9" height="9"/></svg>'
        )
        await self.send(writer, svg, "image/jpeg")

    async def do_garbage(self, writer, count):
        await self.send(writer, b"\x5a" * int(count), "image/jpeg")

    async def do_empty(self, writer):
        await self.send(writer, b"", "image/jpeg")

    async def do_bomb_png(self, writer):
        await self.send(writer, png_bomb(30000), "image/png")

    async def do_cut_picture(self, writer, percent, name):
        await self.send(writer, self.share(percent, name), "image/jpeg")

    async def do_gzip_bomb(self, writer):
        body = gzip.compress(b"\0" * (64 << 20))
        await self.send(writer, body, "image/jpeg", Content_Encoding="gzip")

    # -- answers that end early or never ---------------------------------------

    def share(self, percent, name):
        body = self.files[name]
        return body[: len(body) * int(percent) // 100]

    async def do_truncated(self, writer, percent, name):
        await self.head(writer, 200, Content_Length=len(self.files[name]))
        await self.write(writer, self.share(percent, name))
        return False

    async def do_reset(self, writer, percent="0", name=None):
        if name:
            await self.head(writer, 200, Content_Length=len(self.files[name]))
            await self.write(writer, self.share(percent, name))
            await asyncio.sleep(0.05)
        return self.abort(writer)

    async def do_cut_chunks(self, writer, percent, name):
        await self.head(writer, 200, Transfer_Encoding="chunked")
        body = self.share(percent, name)
        await self.write(writer, b"%x\r\n%b\r\n" % (len(body), body))
        return False

    async def do_claims(self, writer, count, name):
        await self.head(writer, 200, Content_Length=count)
        await self.write(writer, self.files[name])
        return False

    async def do_endless(self, writer):
        await self.head(writer, 200, Transfer_Encoding="chunked")
        for _ in range((10 << 30) // len(CHUNK)):
            await self.write(writer, b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))
        await self.write(writer, b"0\r\n\r\n")

    async def do_hang(self, writer, where, name=None):
        if where == "body":
            await self.head(writer, 200, Content_Length=len(self.files[name]))
            await self.write(writer, self.share(50, name))
        await asyncio.sleep(600)

    async def do_header_bomb(self, writer):
        await self.write(writer, b"HTTP/1.1 200 OK\r\n")
        for k in range(4096):
            await self.write(writer, b"X-%d: %b\r\n" % (k, b"b" * 1000))
        await self.write(writer, b"\r\n")
        return False

    async def do_bad_http(self, writer):
        await self.write(writer, b"HTP/9 banana\r\n\r\n")
        return False


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--host", default="127.0.0.1")
    arguments = parser.parse_args()
    server = await asyncio.start_server(
        Origin(arguments.folder).serve, arguments.host, 0, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)
    # Connections that hang are not waited for.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
