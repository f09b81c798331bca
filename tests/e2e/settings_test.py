"""A mistake in the settings stops the start with one line that explains it."""

import json
import os

import harness
from harness import Case, OK, USAGE, sheet


class Settings(Case):
    def refuse(self, arguments, *words, **options):
        result = harness.run(arguments, **options)
        self.assertExit(USAGE, result)
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        self.assertEqual(len(lines), 1, str(result))
        for word in words:
            self.assertIn(word, lines[0])

    def file(self, text):
        return self.write(text, "my.conf")

    def test_an_unknown_key(self):
        path = self.file("[fetch]\nper-orgin = 3\n")
        self.refuse(
            ["config", "show", "--config", path],
            "my.conf", "per-orgin", "per-origin",
        )

    def test_a_wrong_type(self):
        path = self.file('[fetch]\nper-origin = "many"\n')
        self.refuse(
            ["config", "show", "--config", path], "per-origin", "many"
        )

    def test_a_value_out_of_range(self):
        path = self.file("[fetch]\nper-origin = 0\n")
        self.refuse(["config", "show", "--config", path], "per-origin", "0")

    def test_a_missing_file(self):
        self.refuse(
            ["config", "show", "--config", "/nonexistent.conf"],
            "/nonexistent.conf",
        )

    def test_a_wrong_flag(self):
        self.refuse(
            ["config", "show", "--set", "fetch.per-origin=many"], "per-origin"
        )

    def test_a_wrong_variable(self):
        self.refuse(
            ["config", "show"], "PIXMILL_FETCH_PER_ORIGIN", "many",
            env={**os.environ, "PIXMILL_FETCH_PER_ORIGIN": "many"},
        )

    def test_the_order_of_flag_variable_file(self):
        path = self.file("[fetch]\nper-origin = 3\n")
        arguments = ["config", "show", "--json", "--config", path]
        variable = {**os.environ, "PIXMILL_FETCH_PER_ORIGIN": "4"}
        for value, extra, options in (
            (3, [], {}),
            (4, [], {"env": variable}),
            (5, ["--set", "fetch.per-origin=5"], {"env": variable}),
        ):
            result = harness.run([*arguments, *extra], **options)
            self.assertExit(OK, result)
            self.assertIn(str(value), self.shown(result, "per-origin"))

    def shown(self, result, key):
        """What `config show --json` says about a key, as text."""
        shown = json.loads(result.stdout)
        return next(json.dumps(x) for x in shown if x["key"] == key)

    def test_a_target_that_is_none(self):
        path = self.write(sheet([["1", "A", "https://example.com/a.jpg"]]))
        self.refuse(
            ["run", path, "--out", self.out, "--target", "half"], "half"
        )

    def test_a_sheet_that_is_not_there(self):
        result = harness.run(["run", "/nonexistent.csv", "--out", self.out])
        self.assertExit(USAGE, result)
        self.assertIn("/nonexistent.csv", result.stderr)

    def test_an_unknown_verb(self):
        self.assertExit(USAGE, harness.run(["frobnicate"]))

    def test_the_version(self):
        result = harness.run(["version"])
        self.assertExit(OK, result)
        self.assertRegex(result.stdout, r"\d+\.\d+\.\d+")

    def test_the_doctor(self):
        result = harness.run(["doctor"])
        self.assertExit(OK, result)
        self.assertIn("JPEG", result.stdout)


if __name__ == "__main__":
    harness.main()
