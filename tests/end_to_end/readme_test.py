"""The README works line by line when pasted: `./dev run`, then every redis-cli and penchant line of it."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORT = 7379
START_S = 600  # ./dev run builds first


def pasted_lines():
    """The lines of the README's shell blocks that ask a server something."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    return [line for block in blocks for line in block.splitlines() if line.startswith("redis-cli")]


def port_is_free():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) != 0


class Readme(unittest.TestCase):
    def test_it_opens_with_the_two_commands(self):
        first_block = (ROOT / "README.md").read_text().split("```sh\n")[1].split("```")[0]
        self.assertEqual([line.split("#")[0].strip() for line in first_block.splitlines()], ["./dev run", "./dev test"])

    def test_every_line_answers_when_pasted(self):
        if not port_is_free():
            self.skipTest(f"port {PORT} is taken")
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "PENCHANT_DEMO_DATA": folder}
            run = subprocess.Popen([ROOT / "dev", "run"], env=environment, stdout=subprocess.PIPE, text=True,
                                   start_new_session=True)
            try:
                told = []
                for line in run.stdout:
                    told.append(line)
                    if line.startswith("Ctrl-C"):
                        break
                self.assertIn(f"resp 127.0.0.1:{PORT}\n", told)
                self.assertIn("ready\n", told)
                self.paste([line.strip() for line in told if line.strip().startswith("redis-cli")] + pasted_lines())
            finally:
                os.killpg(run.pid, signal.SIGTERM)
                run.wait(START_S)
                run.stdout.close()

    def paste(self, lines):
        self.assertGreaterEqual(len(lines), 8)
        for line in lines:
            with self.subTest(line):
                answer = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60)
                self.assertEqual(answer.returncode, 0, answer.stderr)
                self.assertNotRegex(answer.stdout, r"^(ERR|READONLY|WRONG)", line)
                self.assertTrue(answer.stdout.strip(), line)


if __name__ == "__main__":
    unittest.main()
