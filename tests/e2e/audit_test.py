"""The page of `pixmill audit`, read as a browser would, and by one."""

import base64
import html.parser
import json
import os
import re
import shutil
import subprocess

import harness
from harness import Case, OK, WITH_FAILURES, sheet

NASTY = "<script>document.title='owned'</script>"


class Page(html.parser.HTMLParser):
    """What a page shows and what it would load."""

    def __init__(self, text):
        super().__init__()
        self.titles = []
        self.images = []
        self.loads = []
        self.scripts = 0
        self.policy = ""
        self.inside = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.inside = tag
        if tag == "img":
            self.images.append(attributes["src"])
        self.scripts += tag == "script"
        if tag == "meta" and "http-equiv" in attributes:
            self.policy = attributes["content"]
        self.loads += [
            attributes[name] for name in ("src", "href") if name in attributes
        ]

    def handle_data(self, data):
        if self.inside == "h2":
            self.titles.append(data)
            self.inside = None


class Audit(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.nginx()

    def url(self, name):
        return f"{self.origin.base}/{name}"

    def audit(self, *flags):
        path = os.path.join(self.folder, "audit.html")
        result = harness.run([
            "audit", os.path.join(self.out, "results.csv"), "--out", path,
            *harness.loopback(self.origin.port), *flags,
        ])
        self.assertExit(OK, result)
        with open(path, encoding="utf-8") as file:
            return Page(file.read()), path, result

    def finished_job(self):
        rows = [
            ["1", NASTY, [self.url("photo0.jpg"), self.url("gone.jpg")]],
            ["2", "Pan", [self.url("photo1.jpg"), self.url("photo0.jpg")]],
            ["3", "Mug", [self.url("alpha.webp")]],
        ]
        self.assertExit(
            WITH_FAILURES, self.run_sheet(sheet(rows), self.origin)
        )

    def test_holds_every_picture_worst_first(self):
        self.finished_job()
        page, _, _ = self.audit()
        items = [i for i in self.items() if i["output"]]
        shown = [base64.b64decode(i.split(",", 1)[1]) for i in page.images]
        expected = set()
        for item in items:
            with open(os.path.join(self.out, item["output"]), "rb") as file:
                expected.add(file.read())
            name = item["url"].rsplit("/", 1)[1]
            with open(os.path.join(self.pictures, name), "rb") as file:
                expected.add(file.read())
        self.assertEqual(set(shown), expected)
        self.assertTrue(all(i.startswith("data:image/") for i in page.images))
        worst = {}
        for item in items:
            tiles = (item["ssim_worst"], item["chroma_ssim_worst"])
            worst[item["name"]] = min(
                worst.get(item["name"], 9), *(t for t in tiles if t)
            )
        titles = [t for t in page.titles if t in worst]
        self.assertEqual(titles, sorted(titles, key=worst.get))

    def test_needs_nothing_else_and_runs_nothing_else(self):
        self.finished_job()
        page, _, _ = self.audit()
        self.assertEqual([i for i in page.loads if not i.startswith("data:")],
                         [])
        self.assertEqual(page.scripts, 1)
        self.assertIn("default-src 'none'", page.policy)
        self.assertIn(NASTY, page.titles)

    def test_says_what_it_shows_and_what_is_missing(self):
        self.finished_job()
        self.origin.stop()
        _, path, result = self.audit("--json", "--limit", "2")
        told = json.loads(result.stdout)
        self.assertEqual(told["slots"], 5)
        self.assertEqual(told["results"], 3)
        self.assertEqual(told["shown"], 2)
        self.assertEqual(told["incomplete"], 2)
        self.assertEqual(told["without_result"], 1)
        with open(path, encoding="utf-8") as file:
            self.assertIn("before not shown: connect", file.read())

    def test_refuses_what_are_no_results(self):
        path = self.write(sheet([["1", "A", [self.url("photo0.jpg")]]]))
        result = harness.run(["audit", path])
        self.assertExit(harness.INVALID_CSV, result)

    def test_works_in_a_browser(self):
        browser = shutil.which("chromium")
        if browser is None:
            self.skipTest("chromium is not installed")
        self.finished_job()
        _, path, _ = self.audit()
        shown = subprocess.run(
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu",
                "--virtual-time-budget=2000", "--dump-dom",
                f"--user-data-dir={self.folder}/browser", f"file://{path}",
            ],
            capture_output=True, text=True, timeout=60, check=True,
        ).stdout
        self.assertIn("<title>Audit of results.csv</title>", shown)
        # The script has run: it gives each stage the picture's shape.
        self.assertEqual(len(re.findall(r'style="aspect-ratio: ', shown)), 3)


if __name__ == "__main__":
    harness.main()
