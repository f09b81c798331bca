#!/usr/bin/python3
"""How long and how much memory `pixmill run` takes to accept a large sheet.

usage: acceptance.py PIXMILL [--rows 1000000]

Three URLs a row, all different, at an origin that takes connections and never
answers: the first connection says that the job was accepted and has started.
Memory is the peak of the process itself until five seconds after that.
"""

import argparse
import os
import signal
import socket
import subprocess
import tempfile
import time

from measured_run import harness


def write_sheet(path, rows, base):
    with open(path, "w") as file:
        file.write("S. No.,Product Name,Input Image Urls\n")
        for k in range(1, rows + 1):
            urls = ",".join(f"{base}/products/{k}-{n}.jpg" for n in (1, 2, 3))
            file.write(f'{k},Product number {k},"{urls}"\n')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pixmill-large-") as folder, \
            socket.create_server(("127.0.0.1", 0), backlog=256) as origin:
        port = origin.getsockname()[1]
        path = os.path.join(folder, "products.csv")
        write_sheet(path, options.rows, f"http://127.0.0.1:{port}")
        begin = time.monotonic()
        process = subprocess.Popen(
            [options.pixmill, "run", path, "--out", f"{folder}/out",
             *harness.loopback(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        origin.settimeout(300)
        origin.accept()[0].close()
        accepted = time.monotonic() - begin
        time.sleep(5)
        with open(f"/proc/{process.pid}/status") as file:
            peak = next(line for line in file if line.startswith("VmHWM"))
        process.send_signal(signal.SIGINT)
        process.wait(30)
        size = os.path.getsize(path)
    print(f"{options.rows} rows, {size / 1e6:.0f} MB, accepted after "
          f"{accepted:.1f} s, peak {int(peak.split()[1]) / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
