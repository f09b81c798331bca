"""Webhooks as the reference library of Standard Webhooks sees them.

It is npm's `standardwebhooks`, installed into the build folder in a pinned
version. Exits with 77 where npm cannot be reached.
"""

import json
import os
import subprocess
import sys

import contract_proxy
import harness
import webhook_test

LIBRARY = "standardwebhooks@1.0.0"
FOLDER = os.path.join(contract_proxy.FOLDER, "webhooks")
OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_plJ3nmyCDGBKInavdOK15jsl1plJ3nmyCDGBKInavdO="
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs="
SCRIPT = """
  const { Webhook } = require("standardwebhooks");
  const { secret, headers, body } = JSON.parse(
    require("fs").readFileSync(0, "utf8"));
  try {
    new Webhook(secret).verify(body, headers);
    console.log("verified");
  } catch (error) {
    console.log(error.message);
  }
"""


def install():
    if os.path.isdir(os.path.join(FOLDER, "node_modules/standardwebhooks")):
        return True
    os.makedirs(FOLDER, exist_ok=True)
    done = subprocess.run(
        ["npm", "install", "--prefix", FOLDER, "--ignore-scripts", "--no-audit",
         "--no-fund", "--loglevel=error", "--fetch-retries=1",
         "--fetch-timeout=30000", LIBRARY],
        stdout=sys.stderr, check=False,
    )
    return done.returncode == 0


def verdict(came, secret, body=None):
    """What the library says."""
    text = came.body.decode() if body is None else body
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    given = {
        "secret": secret, "body": text,
        "headers": {name: came.headers[name] for name in names},
    }
    return subprocess.run(
        ["node", "-e", SCRIPT], input=json.dumps(given), text=True, cwd=FOLDER,
        capture_output=True, check=True,
    ).stdout.strip()


class Signatures(webhook_test.WebhookCase):
    def start_with(self, secrets):
        os.environ["PIXMILL_WEBHOOK_SECRETS"] = secrets
        self.addCleanup(os.environ.pop, "PIXMILL_WEBHOOK_SECRETS", None)
        return self.start()

    def test_verify_with_the_reference_library(self):
        answers = [500]
        receiver = self.receiver(lambda _: answers.pop() if answers else 204)
        server = self.start_with(OLD)
        self.settled(server, self.submit(server, receiver.url()))
        self.settled(server, self.submit(server, receiver.url(), "full",
                                         self.catalogue(5)))
        for came in receiver.deliveries():
            self.assertEqual(verdict(came, OLD), "verified")
            self.assertNotEqual(verdict(came, OTHER), "verified")
            self.assertNotEqual(
                verdict(came, OLD, came.body.decode() + " "), "verified"
            )

    def test_verify_with_both_secrets_while_they_rotate(self):
        receiver = self.receiver()
        server = self.start_with(f"{NEW},{OLD}")
        self.settled(server, self.submit(server, receiver.url()))
        [came] = receiver.deliveries()
        self.assertEqual(len(came.headers["webhook-signature"].split(" ")), 2)
        for secret in (OLD, NEW):
            self.assertEqual(verdict(came, secret), "verified")
        self.assertNotEqual(verdict(came, OTHER), "verified")
        server.stop()

    def test_verify_after_a_replay(self):
        receiver = self.receiver()
        server = self.start_with(OLD)
        job = self.submit(server, receiver.url())
        event = self.settled(server, job)
        server.ask("POST", event["links"]["replay"], b"")
        harness.poll(lambda: len(receiver.deliveries()) == 2)
        for came in receiver.deliveries():
            self.assertEqual(came.id, event["id"])
            self.assertEqual(verdict(came, OLD), "verified")


if __name__ == "__main__":
    if not contract_proxy.node_is_there():
        print("skipped: node and npm are not there (apt-get install npm)")
        sys.exit(77)
    if not install():
        print(f"skipped: npm cannot install {LIBRARY}")
        sys.exit(77)
    harness.main()
