"""The dashboard in Chromium against the real server: every panel, in light and dark, narrow and wide."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

from http_client import RECORDS, Http

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMPTS = ROOT.parent / "shared/data/prompts"
NODE_S = 900


def lines_of(name, count):
    """Of the real data, where it is there; else words of our own."""
    if (PROMPTS / name).exists():
        return [line for line in (PROMPTS / name).read_text().splitlines() if line.strip()][:count]
    words = ["portrait", "castle", "forest", "neon", "watercolor", "robot", "ocean", "cat"]
    return [f"{words[i % 8]} {words[i // 8 % 8]} {words[i // 64 % 8]} {i}" for i in range(count)]


def node(*arguments, **environment):
    return subprocess.run(["node", "--test", "--test-concurrency=1", *arguments], cwd=ROOT, text=True,
                          capture_output=True, timeout=NODE_S, env=os.environ | environment)


class Dashboard(Http):
    def setUp(self):
        if not shutil.which("node"):
            self.skipTest("there is no node")

    def assertPassed(self, done):
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-2000:])

    def has_browser(self):
        chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        if not pathlib.Path(chromium).exists():
            self.skipTest(f"there is no {chromium}")
        if not (ROOT / "web/node_modules/playwright-core").exists():
            installed = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=ROOT / "web",
                                       capture_output=True)
            if installed.returncode != 0:
                self.skipTest("npm cannot install playwright-core")

    def test_what_needs_no_browser(self):
        self.assertPassed(node("tests/web/logic.test.mjs"))

    def test_every_panel_of_a_server_with_records(self):
        self.has_browser()
        self.one = self.server(stores=2, scorer="auto")
        prompts = lines_of("aigiqa20k.txt", 2000)
        names = lines_of("checkpoint_names.txt", 30)
        records = [{"user_id": "ann" if i % 5 else "bob", "prompt": prompt, "checkpoint": names[i * 7 % 30],
                    "action": "selected" if i * 2654435761 % 7 < 3 + i % 2 else "rejected",
                    "parameters": {"steps": 20 + i % 3}, "loras": ["ink"] if i % 3 == 0 else [],
                    "negative_prompt": "blurry, lowres"}
                   for i, prompt in enumerate(prompts)]
        for begin in range(0, len(records), 500):
            self.post(RECORDS, records[begin:begin + 500])
        self.ask("PUT", "/api/pools/sdxl/standard", {"checkpoints": names[:12]})
        self.assertPassed(node("tests/web/dashboard.test.mjs", PENCHANT_PROMPT="portrait of a woman",
                               PENCHANT_URL=f"http://127.0.0.1:{self.one.http_port}"))
        self.assertEqual(json.loads(self.ask("GET", "/api/server").body)["preferences"]["decisions_kept"], 0)

    def test_pages_of_other_origins_get_nothing(self):
        self.has_browser()
        self.one = self.server()
        self.assertPassed(node("tests/web/foreign.test.mjs", PENCHANT_URL=f"http://127.0.0.1:{self.one.http_port}"))
        self.assertEqual(self.get("/api/users"), [])


if __name__ == "__main__":
    unittest.main()
