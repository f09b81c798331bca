"""A full disk holds a job up, and costs it nothing.

Runs inside a mount namespace with a small file system of its own.
"""

import errno
import os
import subprocess

import harness
import namespaces
from harness import Case, OK, poll, sheet


class FullDisk(Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.out)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", self.out],
            check=True,
        )
        self.addCleanup(subprocess.run, ["umount", "-l", self.out], check=True)
        self.ballast = os.path.join(self.out, "ballast")

    def fill(self):
        with open(self.ballast, "wb", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError as why:
                    self.assertEqual(why.errno, errno.ENOSPC)

    def test_the_job_goes_on_when_there_is_space_again(self):
        origin = self.faulty()
        urls = [
            f"{origin.base}/{'ok' if k < 6 else 'hold/k'}/photo{k % 8}.jpg?n={k}"
            for k in range(60)
        ]
        rows = [[str(k), "A", urls[k : k + 2]] for k in range(0, 60, 2)]
        errors = os.path.join(self.folder, "errors")
        with open(errors, "w") as file:
            process = subprocess.Popen(
                [harness.PIXMILL, "run", self.write(sheet(rows)),
                 "--out", self.out, "--set", "jobs.item-timeout=5s",
                 *harness.loopback(origin.port)],
                stdout=subprocess.DEVNULL, stderr=file,
            )
        try:
            poll(lambda: origin.count() > 6)
            self.fill()
            origin.release()
            poll(lambda: "space" in open(errors).read())
            # Longer than an image may take: the wait is not its fault.
            with self.assertRaises(subprocess.TimeoutExpired):
                process.wait(8)
            os.remove(self.ballast)
            self.assertEqual(process.wait(60), OK, open(errors).read())
        finally:
            process.kill()
            process.wait()
        self.assertTrue(all(item["output"] for item in self.items()))
        self.assertEqual(len(self.items()), 60)


if __name__ == "__main__":
    namespaces.main_inside(
        "-m", needs=["mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    )
