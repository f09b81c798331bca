"""A job while workers are killed, frozen, cut off, drained and replaced.

One head and three workers, each in a network namespace of its own behind a
bridge; the faults follow from a seed. Whatever happens, each image comes out
once, the same as in an undisturbed run.

usage: cluster_chaos_test.py    PIXMILL_CHAOS_SEEDS="1 2 3" for other seeds
"""

import os
import random
import subprocess
import time

import harness
import namespaces
from cluster import Head, Worker
from harness import Case, sheet

IMAGES = int(os.environ.get("PIXMILL_CHAOS_IMAGES", "3000"))
SEEDS = os.environ.get("PIXMILL_CHAOS_SEEDS",
                       "1 2 3 4 5 6 7 8 9 10").split()
HOST = "10.77.0.1"
NAMES = ("w1", "w2", "w3")


def make_lossy(name):
    """A network that is not quite perfect: one packet of 200 is lost, by nft
    where the kernel has no netem."""
    drop = " && ".join(f"ip netns exec {name} nft '{what}'" for what in (
        "add table inet lossy",
        "add chain inet lossy in { type filter hook input priority 0; }",
        'add rule inet lossy in iifname "eth0"'
        " numgen random mod 200 == 0 counter drop",
    ))
    return (f"(tc qdisc add dev {name} root netem delay 1ms 1ms loss 0.5%"
            f" 2>/dev/null || ({drop})"
            " || echo 'no packets are lost: neither netem nor nft is there')")


COMMANDS = [
    "mkdir -p /run/netns",
    "mount -t tmpfs tmpfs /run/netns",
    "ip link set lo up",
    "ip link add br0 type bridge",
    f"ip address add {HOST}/24 dev br0",
    "ip link set br0 up",
    *(
        command
        for number, name in enumerate(NAMES, 11)
        for command in (
            f"ip netns add {name}",
            f"ip link add {name} type veth peer name eth0 netns {name}",
            f"ip link set {name} master br0 up",
            f"ip -n {name} link set lo up",
            f"ip -n {name} address add 10.77.0.{number}/24 dev eth0",
            f"ip -n {name} link set eth0 up",
        )
    ),
    *(make_lossy(name) for name in NAMES),
]


class Chaos(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty(host=HOST)
        self.settings = [
            word for setting in (
                'fetch.allow-cidrs=["10.77.0.0/24"]',
                f"fetch.allow-ports=[{self.origin.port}]",
                "fetch.first-pause=50ms",
                "fetch.per-origin=64",
                "fetch.max-attempts=10",
                "jobs.straggler-after=2s",
            ) for word in ("--set", setting)
        ]
        self.catalogue = sheet([
            [str(k), "Mug", [f"http://{HOST}:{self.origin.port}/delay/80/"
                             f"tiny.jpg?n={k}-{i}" for i in range(3)]]
            for k in range(IMAGES // 3)
        ])

    def cert(self, *words):
        self.assertExit(harness.OK, harness.run(
            ["cert", *words, "--ca", os.path.join(self.folder, "ca")]))

    def bundle(self, name):
        path = os.path.join(self.folder, f"{name}.pem")
        if not os.path.exists(path):
            self.cert("issue", name, "--out", path)
        return ["--set", f'cluster.bundle="{path}"']

    def head(self):
        folder = os.path.join(self.folder, "head")
        os.mkdir(folder)
        made = harness.run(
            ["token", "new", "--scope", "admin", "--set",
             f'store.journal="{folder}/journal"'])
        self.assertExit(harness.OK, made)
        head = Head(folder, [*self.settings, *self.bundle("head"), "--set",
                             f'http.address="{HOST}"'],
                    host=HOST, token=made.stdout.strip())
        self.addCleanup(head.kill)
        return head

    def worker(self, head, name):
        worker = Worker(self.folder, head.where, name,
                        [*self.settings, *self.bundle(name), "--set",
                         f"cluster.direct={self.direct}"],
                        ["--slots", "8"], ["ip", "netns", "exec", name])
        self.addCleanup(worker.kill)
        return worker

    def alone(self):
        """What one machine makes of it, undisturbed."""
        out = os.path.join(self.folder, "alone")
        self.assertExit(harness.OK, harness.run(
            ["run", self.write(self.catalogue), "--out", out, *self.settings],
            timeout=300))
        return {(i["row"], i["slot"]): i["sha256"]
                for i in harness.read_jsonl(os.path.join(out, "results.jsonl"))}

    # -- faults ----------------------------------------------------------------

    def kill(self, dice, head, name, workers):
        workers[name].kill()
        time.sleep(dice.uniform(0, 1))
        workers[name] = self.worker(head, name)

    def freeze(self, dice, head, name, workers):
        workers[name].freeze()
        time.sleep(dice.uniform(0.5, 4))
        workers[name].thaw()

    def cut_off(self, dice, head, name, workers):
        subprocess.run(["ip", "link", "set", name, "down"], check=True)
        time.sleep(dice.uniform(0.5, 4))
        subprocess.run(["ip", "link", "set", name, "up"], check=True)

    def drain(self, dice, head, name, workers):
        workers[name].process.send_signal(15)
        workers[name].wait(40)
        workers[name] = self.worker(head, name)

    def restart_head(self, dice, head, name, workers):
        head.kill()
        time.sleep(dice.uniform(0, 1.5))
        head.start()

    def run_seed(self, seed, expected):
        dice = random.Random(seed)
        # Results through the head, or past it into its folder.
        self.direct = "false" if seed % 2 else "true"
        head = self.head()
        workers = {name: self.worker(head, name) for name in NAMES[:2]}
        head.joined(*NAMES[:2])
        job = head.submit(self.catalogue)
        time.sleep(0.5)
        workers["w3"] = self.worker(head, "w3")  # Comes late.
        faults = [self.kill, self.freeze, self.cut_off, self.drain,
                  self.restart_head]
        dice.shuffle(faults)
        told = []
        for number in range(200):
            fault, name = faults[number % 5], dice.choice(NAMES)
            told.append(f"{fault.__name__} {name}")
            fault(dice, head, name, workers)
            time.sleep(dice.uniform(0.2, 0.8))
            if number >= 4 and head.status(job)["finished_at"]:
                break
        status = head.finished(job, 120)
        print(f"seed {seed}: {', '.join(told)}", flush=True)
        self.assertEqual(status["state"], "completed", told)
        found = {key: item["sha256"] for key, item in head.items(job).items()}
        self.assertEqual(found, expected)
        for worker in workers.values():
            worker.kill()
        head.kill()
        subprocess.run(["rm", "-rf", head.folder], check=True)

    def test_loses_nothing(self):
        self.cert("init")
        expected = self.alone()
        self.assertEqual(len(expected), IMAGES // 3 * 3)
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.run_seed(int(seed), expected)


if __name__ == "__main__":
    namespaces.main_inside("-nm", *COMMANDS, needs=[
        "sh", "-c", "mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns"
        " && ip link add br0 type bridge && ip netns add w1"])
