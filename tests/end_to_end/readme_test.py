"""The README works when pasted: `./dev run`, then every line of its tour, which prints what stands below it."""
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
TOUR_S = 120


def blocks():
    return re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S)


def pasted_lines():
    """Each line of the README's shell blocks behind the first, with what the comments below it say that it prints."""
    lines = []
    for line in "".join(blocks()[1:]).splitlines():
        if line.startswith("#"):
            lines[-1][1].append(line[2:])
        else:
            lines.append((line, []))
    return lines


def as_pattern(printed):
    """`...` stands for the rest of a line; alone on the last one, for whatever follows."""
    lines = [re.escape(line).replace(r"\.\.\.", "[^\n]*") + "\n" for line in printed]
    if printed[-1] == "...":
        lines[-1] = "(?s:.*)"
    return "".join(lines)


def port_is_free():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) != 0


class Readme(unittest.TestCase):
    maxDiff = None

    def test_it_opens_with_the_two_commands(self):
        first = [line.split("#")[0].strip() for line in blocks()[0].splitlines()]
        self.assertEqual(first, ["./dev run", "./dev test"])

    def test_every_line_answers_when_pasted_as_is_shown(self):
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
                advised = [(line.strip(), []) for line in told if line.strip().startswith("redis-cli")]
                self.assertGreaterEqual(len(advised), 2)
                self.paste(pasted_lines() + advised)
            finally:
                os.killpg(run.pid, signal.SIGTERM)
                run.wait(START_S)
                run.stdout.close()

    def paste(self, lines):
        """Into one shell, as a reader does: a line may use what an earlier one has set."""
        self.assertGreaterEqual(len(lines), 16)
        mark = "\x1e"
        script = "".join(f"{line}\nprintf '{mark}%s{mark}' $?\n" for line, _ in lines)
        done = subprocess.run(["bash", "-c", script], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=TOUR_S)
        answers = done.stdout.split(mark)
        for (line, printed), answer, status in zip(lines, answers[0::2], answers[1::2], strict=False):
            with self.subTest(line):
                self.assertEqual(status, "0", done.stderr)
                self.assertNotRegex(answer, r"^(ERR|READONLY|WRONG)")
                if printed:
                    answer += "" if answer.endswith("\n") else "\n"  # curl adds none to what it was sent
                    self.assertRegex(answer, rf"\A{as_pattern(printed)}\Z")
                elif line.startswith(("penchant", "redis-cli")):
                    self.assertTrue(answer.strip())
        self.assertEqual(len(answers), 2 * len(lines) + 1)


if __name__ == "__main__":
    unittest.main()
