"""Sheets as they come: every shape runs, and what cannot run is named."""

import gzip
import json
import os

import harness
from harness import Case, INVALID_CSV, OK, WITH_FAILURES, sheet

HEADER = "S. No.,Product Name,Input Image Urls\n"


class Shapes(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.a, self.b = (
            f"{self.origin.base}/ok/photo{k}.jpg" for k in (0, 1)
        )

    def assertSlots(self, data, counts, delimiter=","):
        """Runs `data`; each row answers so many slots, all with pictures."""
        self.assertExit(OK, self.run_sheet(data, self.origin))
        found = [row[-1].split(",") for row in self.results(delimiter)[1:]]
        self.assertEqual([len(links) for links in found], counts)
        self.assertTrue(all(all(links) for links in found), found)

    def test_takes_every_way_to_write_a_list(self):
        a, b = self.a, self.b
        rows = [
            f'1,Quoted,"{a},{b}"',
            f'2,With blanks,"{a}, {b}"',
            f"3,Unquoted,{a},{b}",
            f'4,Semicolons,"{a};{b}"',
            f'5,Pipes,"{a}|{b}"',
            f'6,Lines,"{a}\n{b}"',
            f"7,Python,\"['{a}', '{b}']\"",
            f'8,JSON,"[""{a}"",""{b}""]"',
            f'9,Single,{a}',
            f'"10,Wrapped,""{a},{b}"""',
        ]
        self.assertSlots(
            HEADER + "\n".join(rows) + "\n", [2, 2, 2, 2, 2, 2, 2, 2, 1, 2]
        )

    def test_keeps_a_comma_inside_a_url(self):
        url = f"{self.origin.base}/u/w_200,h_100/photo0.jpg"
        self.assertSlots(HEADER + f'1,A,"{url},{self.b}"\n', [2])
        self.assertIn("/u/w_200,h_100/photo0.jpg", self.origin.requests())

    def test_takes_other_headers_and_delimiters(self):
        text = f"Serial Number;Title;images\n1;A;{self.a}\n2;B;{self.b}\n"
        self.assertSlots(text, [1, 1], ";")

    def test_takes_other_encodings(self):
        text = HEADER + f"1,Küche,{self.a}\n"
        for name in ("utf-8-sig", "utf-16", "cp1252"):
            with self.subTest(name):
                self.assertSlots(text.encode(name), [1])
                self.assertEqual(self.results()[1][1], "Küche")

    def test_takes_gzip(self):
        text = HEADER + f"1,A,{self.a}\n"
        self.assertSlots(gzip.compress(text.encode()), [1])

    def test_encodes_blanks_and_umlauts_in_paths(self):
        url = f"{self.origin.base}/u/grüne vase/photo0.jpg"
        self.assertSlots(HEADER + f'1,A,"{url}"\n', [1])
        self.assertIn(
            "/u/gr%C3%BCne%20vase/photo0.jpg", self.origin.requests()
        )

    def test_carries_more_columns_along(self):
        text = (
            "Sku,S. No.,Input Image Urls,Product Name,Price\n"
            f'x1,1,"{self.a},{self.b}",A,"1,50"\n'
        )
        self.assertExit(OK, self.run_sheet(text, self.origin))
        row = self.results()[1]
        self.assertEqual(row[:2] + row[3:5], ["x1", "1", "A", "1,50"])


class InvalidSheets(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        good = f"{self.origin.base}/ok/photo0.jpg"
        self.text = (
            HEADER
            + f"1,Fine,{good}\n"
            + "2,Wrong,ftp://example.com/a.png\n"
            + f'3,Half,"{good},ftp://example.com/b.png"\n'
        )

    def test_refuses_the_file_before_anything_starts(self):
        result = self.run_sheet(self.text, self.origin)
        self.assertExit(INVALID_CSV, result)
        self.assertIn("ftp://example.com/a.png", result.stdout + result.stderr)
        self.assertIn("url-scheme", result.stdout + result.stderr)
        self.assertEqual(self.origin.requests(), {})
        self.assertFalse(os.path.exists(self.out + "/results.csv"))

    def test_lists_each_error_with_its_place(self):
        result = harness.run(["validate", self.write(self.text), "--json"])
        self.assertExit(INVALID_CSV, result)
        report = json.loads(result.stdout)
        self.assertEqual(report["errors_total"], 2)
        first = report["errors"][0]
        self.assertEqual(first["row"], 2)
        self.assertEqual(first["line"], 3)
        self.assertEqual(first["column"], "Input Image Urls")
        self.assertEqual(first["slot"], 0)
        self.assertEqual(first["code"], "url-scheme")
        self.assertEqual(first["value"], "ftp://example.com/a.png")
        self.assertTrue(first["hint"])

    def test_runs_the_good_slots_when_told_to_skip(self):
        result = self.run_sheet(
            self.text, self.origin, "--on-invalid", "skip"
        )
        self.assertExit(WITH_FAILURES, result)
        found = [row[3].split(",") for row in self.results()[1:]]
        self.assertEqual(
            [[bool(link) for link in links] for links in found],
            [[True], [False], [True, False]],
        )

    def test_names_what_is_not_a_sheet(self):
        for data, code in (
            (b"PK\x03\x04" + b"\0" * 200, "xlsx-not-csv"),
            (b"<!doctype html><html><body>x</body></html>", "html-not-csv"),
            (b"", "no-rows"),
            (HEADER.encode(), "no-rows"),
            (bytes(range(256)) * 8, "not-text"),
        ):
            with self.subTest(code):
                result = harness.run(["validate", self.write(data)])
                self.assertExit(INVALID_CSV, result)
                self.assertIn(code, result.stdout + result.stderr)

    def test_accepts_a_good_sheet(self):
        text = sheet([["1", "A", "https://example.com/a.jpg"]])
        result = harness.run(["validate", self.write(text)])
        self.assertExit(OK, result)


if __name__ == "__main__":
    harness.main()
