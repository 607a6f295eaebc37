"""While the state is read every request is answered -LOADING, and SIGTERM ends the start in order.

A named pipe stands where a file of decisions should: a start waits in opening it for as long as the test likes.
"""
import os
import pathlib
import resource
import select
import subprocess
import threading
import time
import unittest

from harness import Client, EndToEnd, Error, encode, eventually, read_lines, run, serve_command


class Loading(EndToEnd):
    def setUp(self):
        self.data = self.folder() / "data"
        before = self.server(data=self.data)
        before.redis_cli("RECORD", "ann", "selected", "A", "ink")
        before.kill9()
        self.pipe = self.data / f"decisions-{1:020}-{1:020}.ring"
        os.mkfifo(self.pipe)
        self.socket = self.data.parent / "socket"
        self.begin()

    def begin(self):
        self.process = subprocess.Popen(serve_command(self.data, unix=self.socket), text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self.end)
        self.log = []
        self.log_reader = threading.Thread(target=read_lines, args=[self.process.stderr, self.log])
        self.log_reader.start()
        self.port, self.http_port = (int(self.process.stdout.readline().strip().rsplit(":", 1)[1]) for _ in range(2))

    def end(self):
        self.process.kill()
        self.process.wait()
        self.log_reader.join()
        self.process.stdout.close()

    def client(self):
        return self.enterContext(Client(("127.0.0.1", self.port), protocol=2))

    def waits_at_the_pipe(self):
        """Behind the state, the decisions are next: there a thread that sleeps again and again waits for us."""
        stat = pathlib.Path(f"/proc/{self.process.pid}/stat")
        def sleeps():
            time.sleep(0.02)
            return stat.read_text().rsplit(") ", 1)[1][0] == "S"
        return any("state of" in line for line in self.log) and all(sleeps() for _ in range(10))

    def let_it_load(self):
        """Whoever waits in opening the pipe finds it empty; until the server is ready."""
        ready = threading.Thread(target=self.process.stdout.readline)
        ready.start()
        while ready.is_alive():
            try:
                os.close(os.open(self.pipe, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                ready.join(0.01)

    def test_over_http_it_is_alive_and_not_ready(self):
        for target, status, text in [("/healthz", 200, "ok"), ("/readyz", 503, "is reading its state"),
                                     ("/api/users", 503, "is reading its state")]:
            done = subprocess.run(["curl", "-s", "-w", " %{http_code}", f"http://127.0.0.1:{self.http_port}{target}"],
                                  text=True, capture_output=True, check=True)
            self.assertIn(text, done.stdout)
            self.assertTrue(done.stdout.endswith(f" {status}"), done.stdout)

    def test_every_request_is_answered_loading_and_the_conversation_goes_on_when_it_is_done(self):
        client = self.client()
        other = self.enterContext(Client(str(self.socket), protocol=2))
        for one in (client, other):
            for request in (["PING"], ["RECORD", "ann", "selected", "B", "ink"], ["RECOMMEND", "ann", "ink"]):
                reply = one.ask(*request)
                self.assertIsInstance(reply, Error)
                self.assertRegex(reply, "^LOADING Penchant is reading its state")
        self.let_it_load()
        for one in (client, other):
            self.assertEqual(one.ask("PING"), "PONG")
            told = one.ask("RECOMMEND", "ann", "ink")
            self.assertIn("ink", told[told.index("reason") + 1])
        self.assertEqual(client.ask("RECORD", "ann", "selected", "B", "ink"), 2)

    def test_an_unfinished_request_is_small_where_clients_are_asked_for_a_token(self):
        begun = b"*1\r\n$1000000\r\n" + b"x" * (64 * 1024)
        client = self.client()
        client.send(begun)
        self.assertEqual(select.select([client.socket], [], [], 0.5)[0], [])
        self.end()
        self.assertEqual(run("token", "add", "studio", "--role", "admin", "--data", self.data).returncode, 0)
        self.begin()
        client = self.client()
        client.send(begun)
        self.assertTrue(client.is_closed_by_server())

    def test_a_pipeline_is_answered_request_by_request_however_it_is_cut(self):
        client = self.client()
        for byte in encode("PING") + encode("STATS", "ann"):
            client.send(bytes([byte]))
        for _ in range(2):
            self.assertRegex(client.receive(), "^LOADING ")

    def test_who_speaks_another_language_is_let_go(self):
        client = self.client()
        client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertTrue(client.is_closed_by_server())
        self.assertRegex(self.client().ask("PING"), "^LOADING ")

    def test_who_comes_in_the_middle_of_a_request_is_let_go_when_it_is_done(self):
        client = self.client()
        client.send(b"*1\r\n$4\r\nPI")
        self.assertRegex(self.client().ask("PING"), "^LOADING ")
        self.let_it_load()
        self.assertTrue(client.is_closed_by_server())
        self.assertEqual(self.client().ask("PING"), "PONG")

    def test_where_there_is_no_descriptor_left_the_next_try_comes_after_a_pause(self):
        eventually(self.waits_at_the_pipe, "the pipe is being opened")
        taken = {int(name) for name in os.listdir(f"/proc/{self.process.pid}/fd")}
        first_free = next(number for number in range(len(taken) + 1) if number not in taken)
        before = resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (first_free, before[1]))
        began = time.monotonic()
        client = self.client()
        eventually(lambda: "".join(self.log).count("cannot let a client in: Too many open files") >= 4, "four tries")
        self.assertGreater(time.monotonic() - began, 0.3)
        resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, before)
        self.assertRegex(client.ask("PING"), "^LOADING ")

    def test_sigterm_ends_it_in_order(self):
        self.assertRegex(self.client().ask("PING"), "^LOADING ")
        self.process.terminate()
        self.assertEqual(self.process.wait(30), 0)
        self.log_reader.join()
        self.assertIn("ended while the state was read", "".join(self.log))
        self.assertFalse(self.socket.exists())
        self.pipe.unlink()
        again = self.server(data=self.data)
        self.assertEqual(again.redis_cli("RECORD", "ann", "selected", "B", "ink"), "2")


if __name__ == "__main__":
    unittest.main()
