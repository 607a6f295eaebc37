"""penchant bench against a real server: what it counts, and that nothing is hidden from it."""
import contextlib
import json
import signal
import socket
import subprocess
import threading
import time
import unittest

from harness import BINARY, PATIENCE_S, EndToEnd, eventually, run

SMALL = ["--users", 5, "--checkpoints", 5, "--words", 500]
QUICK = ["--warm-up", 0, *SMALL]


class Bench(EndToEnd):
    def setUp(self):
        self.penchant = self.server()

    def bench(self, *arguments, status=0):
        done = run("bench", "--port", self.penchant.port, *QUICK, *arguments)
        self.assertEqual((done.returncode, done.stderr), (status, ""), done.stdout)
        return done.stdout

    def measured(self, *arguments, status=0):
        return json.loads(self.bench("--json", *arguments, status=status))

    def begin(self, *arguments):
        """In the background; it has begun when the server has had a few of its recommendations."""
        process = subprocess.Popen([BINARY, "bench", "--port", str(self.penchant.port), *map(str, QUICK),
                                    *map(str, arguments)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        eventually(lambda: int(self.penchant.info("recommendations")) > 20, "recommendations are asked for")
        return process

    def end(self, process, status=0):
        out, err = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, status, out + err)
        return out, err

    def assertAddsUp(self, figures):
        kinds = figures["kinds"].values()
        self.assertEqual(sum(kind["requests"] for kind in kinds), figures["requests"])
        self.assertEqual(sum(kind["errors"] for kind in kinds), figures["errors"])
        self.assertEqual(sum(count for _, count in figures["histogram"]), figures["requests"] - figures["errors"])
        for latencies in [kind["latency_ms"] for kind in kinds]:
            told = [latencies[name] for name in ["p50", "p90", "p99", "p99.9", "p99.99", "max"]]
            self.assertEqual(told, sorted(told))


class Counts(Bench):
    def test_they_add_up_and_are_the_servers(self):
        figures = self.measured("--requests", 3000, "--records", 30)
        self.assertEqual((figures["loop"], figures["requests"], figures["errors"], figures["unanswered"]),
                         ("closed", 3000, 0, 0))
        self.assertAddsUp(figures)
        taught = 5 * 5
        self.assertEqual(figures["kinds"]["RECORD"]["requests"], int(self.penchant.info("records")) - taught)
        self.assertEqual(figures["kinds"]["RECOMMEND"]["requests"], int(self.penchant.info("recommendations")))

    def test_a_second_run_teaches_nothing_new(self):
        for _ in range(2):
            self.measured("--requests", 100, "--records", 0)
        self.assertEqual(self.penchant.info("records_total"), "25")

    def test_an_open_loop_sends_what_is_due_in_its_time(self):
        figures = self.measured("--rate", 400, "--arrival", "fixed", "--seconds", 1)
        self.assertEqual((figures["loop"], figures["requests"], figures["rate_asked"]), ("open", 400, 400))
        self.assertAddsUp(figures)

    def test_one_given_request_is_all_that_is_asked(self):
        figures = self.measured("--requests", 500, "--request", "ECHO", "two words")
        self.assertAddsUp(figures)
        self.assertEqual(list(figures["kinds"]), ["REQUEST"])
        self.assertEqual(self.penchant.info("records_total"), "0")

    def test_a_given_request_that_is_refused_is_an_error(self):
        done = run("bench", "--port", self.penchant.port, "--requests", 10, "--json", "--request", "NOSUCH")
        self.assertEqual((done.returncode, json.loads(done.stdout)["errors"]), (1, 10))

    def test_a_warm_up_does_not_count(self):
        done = run("bench", "--port", self.penchant.port, *SMALL, "--rate", 400, "--arrival", "fixed", "--seconds", 1,
                   "--warm-up", 1, "--json")
        self.assertEqual(json.loads(done.stdout)["requests"], 400)
        self.assertGreater(int(self.penchant.info("records")) + int(self.penchant.info("recommendations")), 600)

    def test_a_pipeline_longer_than_the_run_is_as_long_as_the_run(self):
        self.assertEqual(self.measured("--requests", 10, "--pipeline", 100, "--connections", 3)["requests"], 10)

    def test_prompts_of_a_file_are_asked_with(self):
        prompts = self.folder() / "prompts.txt"
        prompts.write_text("xylophone\nzeppelin\n")
        self.measured("--requests", 200, "--records", 100, "--prompts", prompts)
        with self.penchant.client() as client:
            self.assertEqual(client.ask("STATS", "bench-0")["keywords"], 2)

    def test_it_speaks_over_a_unix_socket(self):
        path = self.folder() / "socket"
        self.server(unix=path)
        done = run("bench", "--unix", path, *QUICK, "--requests", 100, "--json")
        self.assertEqual(json.loads(done.stdout)["requests"], 100)


class Errors(Bench):
    def test_they_are_counted_and_shown(self):
        for answer, shown in [(b"-ERR out of sorts\r\n", "ERR out of sorts"),
                              (b"+fine\r\n", "an answer of another kind")]:
            with self.subTest(shown), FakeServer(RECOMMEND=answer) as fake:
                done = run("bench", "--port", fake.port, *QUICK, "--requests", 50, "--connections", 2, "--json")
                figures = json.loads(done.stdout)
                self.assertEqual(done.returncode, 1)
                self.assertAddsUp(figures)
                self.assertEqual(figures["requests"], 50)
                self.assertEqual(figures["kinds"]["RECORD"]["errors"], 0)
                self.assertEqual(figures["errors"], figures["kinds"]["RECOMMEND"]["requests"])
                self.assertEqual(figures["first_error"], shown)
                self.assertIsNone(figures["server_cpu_cores"])

    def test_a_server_that_cannot_be_taught_says_why(self):
        with FakeServer(RECORD=b"-READONLY the disk is full\r\n") as fake:
            done = run("bench", "--port", fake.port, *QUICK)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "penchant bench: a record is refused: READONLY the disk is full\n")

    def test_a_server_that_goes_away_leaves_what_there_is(self):
        process = self.begin("--rate", 500, "--seconds", 20)
        self.penchant.kill9()
        out, err = self.end(process, status=1)
        self.assertIn("Ended early: ", out)
        self.assertIn("p99.99", out)
        self.assertRegex(err, r"\Apenchant bench: .*connection.*\n\Z")


class Honesty(Bench):
    def test_a_server_that_stands_still_makes_late_all_that_is_due_meanwhile(self):
        process = self.begin("--rate", 1000, "--seconds", 3, "--json")
        self.stand_still(0.3)
        figures = json.loads(self.end(process)[0])
        self.assertAddsUp(figures)
        late = sum(count for up_to_ms, count in figures["histogram"] if up_to_ms > 100)
        self.assertGreater(late, 100)  # of the 200 due in its first 200 ms, at random times
        for latencies in [kind["latency_ms"] for kind in figures["kinds"].values()]:
            self.assertGreaterEqual(latencies["p99.9"], 200)
            self.assertGreaterEqual(latencies["max"], 200)
        self.assertEqual(figures["unanswered"], 0)

    def test_also_where_it_could_not_be_sent_meanwhile(self):
        process = self.begin("--rate", 1000, "--seconds", 3, "--connections", 1, "--pipeline", 1, "--json")
        self.stand_still(0.3)
        figures = json.loads(self.end(process)[0])
        self.assertGreater(sum(count for up_to_ms, count in figures["histogram"] if up_to_ms > 100), 100)
        self.assertGreaterEqual(figures["sent_late_ms"]["max"], 200)

    def stand_still(self, seconds):
        self.penchant.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.penchant.process.send_signal(signal.SIGCONT)

    def test_what_has_no_answer_is_told(self):
        process = self.begin("--rate", 200, "--seconds", 30, "--json")
        self.penchant.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            figures = json.loads(self.end(process, status=1)[0])
        finally:
            self.penchant.process.send_signal(signal.SIGCONT)
        self.assertGreater(figures["unanswered"], 10)
        self.assertEqual(figures["ended_early"], "interrupted")


class Report(Bench):
    def test_an_interrupt_prints_what_there_is(self):
        process = self.begin("--seconds", 60, "--requests", 10**9)
        process.send_signal(signal.SIGINT)
        out, err = self.end(process)
        self.assertEqual(err, "")
        self.assertIn("Ended early: interrupted.", out)
        self.assertIn("Limited by ", out)

    def test_it_says_which_loop_the_percentiles_of_each_kind_and_what_limited_it(self):
        out = self.bench("--requests", 500)
        self.assertTrue(out.startswith("Closed loop: 50 connections and 16 requests under way on each"), out)
        self.assertRegex(out, r"requests +p50 +p90 +p99 +p99\.9 +p99\.99 +max\nRECORD +\d+ .*\nRECOMMEND +\d+ ")
        self.assertRegex(out, r"up to ms +requests\n(.*%.*\n)+\nLimited by .*\n\Z")
        self.assertRegex(out, r"The server was busy for \d+% of one processor's time, this client for \d+%")
        self.assertNotIn("sent late", out)

    def test_a_rate_that_is_kept_is_the_limit(self):
        out = self.bench("--rate", 50, "--seconds", 1)
        self.assertTrue(out.startswith("Open loop: 50 requests a second (poisson)"), out)
        self.assertIn("ms from when it was due", out)
        self.assertIn("sent late", out)
        self.assertIn("Limited by the rate asked: 50 a second", out)

    def test_a_kind_that_was_not_asked_has_no_line(self):
        self.assertNotIn("RECORD ", self.bench("--requests", 100, "--records", 0))


class FakeServer:
    """Answers each request by its first word."""

    def __init__(self, **answers):
        self.answers = {"HELLO": b"+OK\r\n", "PING": b"+PONG\r\n", "RECORD": b":1\r\n", "INFO": b"$-1\r\n"} | answers
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listening.close()

    def _accept(self):
        with contextlib.suppress(OSError):  # it is over
            while True:
                threading.Thread(target=self._serve, args=[self.listening.accept()[0]], daemon=True).start()

    def _serve(self, client):
        with client, client.makefile("rb") as lines, contextlib.suppress(ConnectionError):
            while line := lines.readline():
                words = []
                for _ in range(int(line[1:])):
                    size = int(lines.readline()[1:])
                    words.append(lines.read(size + 2)[:-2])
                client.sendall(self.answers[words[0].decode()])


if __name__ == "__main__":
    unittest.main()
