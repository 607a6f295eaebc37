"""A real Prometheus scrapes /metrics, and says what it has read."""
import json
import pathlib
import shutil
import socket
import subprocess
import unittest
import urllib.parse
import urllib.request

from harness import eventually
from http_client import PORTRAIT, RECOMMEND, RECORDS, Http


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus(Http):
    def setUp(self):
        if not shutil.which("prometheus"):
            self.skipTest("there is no prometheus")
        self.one = self.server(stores=2)
        folder = self.folder()
        config = folder / "prometheus.yml"
        config.write_text("global: {scrape_interval: 1s}\nscrape_configs: [{job_name: penchant, static_configs: "
                          f"[{{targets: ['127.0.0.1:{self.one.http_port}']}}]}}]\n")
        self.port = free_port()
        self.process = subprocess.Popen(["prometheus", f"--config.file={config}",
                                         f"--storage.tsdb.path={folder / 'tsdb'}",
                                         f"--web.listen-address=127.0.0.1:{self.port}"], stderr=subprocess.DEVNULL)
        self.addCleanup(self.process.wait)
        self.addCleanup(self.process.kill)

    def query(self, expression):
        """Its value as Prometheus has it; nothing before it has any."""
        target = f"http://127.0.0.1:{self.port}/api/v1/query?query={urllib.parse.quote(expression)}"
        try:
            with urllib.request.urlopen(target, timeout=5) as answer:
                result = json.load(answer)["data"]["result"]
        except OSError:
            return None
        return float(result[0]["value"][1]) if result else None

    def test_it_reads_what_has_happened(self):
        for i in range(3):
            self.post(RECORDS, PORTRAIT | {"id": str(i)})
        self.get(RECOMMEND + "?user_id=ann&prompt=portrait")
        for expression, value in [("up", 1), ("penchant_recorded_total", 3), ("penchant_records", 3),
                                  ('sum(penchant_decisions_total)', 1), ("penchant_read_only", 0),
                                  ('penchant_command_duration_seconds_count{command="records"}', 3)]:
            eventually(lambda e=expression, v=value: self.query(e) == v, f"{expression} = {value}")

    def test_what_it_reads_is_as_the_format_wants_it(self):
        if not shutil.which("promtool"):
            self.skipTest("there is no promtool")
        text = self.ask("GET", "/metrics").body
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, b""))
        names = set(line.split()[2] for line in text.decode().splitlines() if line.startswith("# TYPE"))
        page = (pathlib.Path(__file__).parents[2] / "docs/metrics.md").read_text()
        self.assertEqual([name for name in names if f"`{name}" not in page], [])


if __name__ == "__main__":
    unittest.main()
