"""HTTP beyond single answers: the spec's checklist, files of any size, bad clients, what lasts."""
import contextlib
import gzip
import json
import socket
import subprocess
import threading
import time
import unittest

from harness import eventually
from http_client import PORTRAIT, RECOMMEND, RECORDS, Http, curl


class TheSpecsChecklist(Http):
    """Of spec/context-aware-preference-learning.md, over HTTP alone."""

    def test_rejections_stay_with_their_prompts_and_travel(self):
        self.one = self.server(stores=2, decay_days=0)
        self.ask("PUT", "/api/pools/sdxl/standard", {"checkpoints": ["A", "B"]})
        for _ in range(10):
            three = [{"checkpoint": "A"}] * 3
            self.post("/api/preferences/reject-all", {"prompt": "anime girl", "generations": three})
            self.post(RECORDS, {"prompt": "anime girl", "checkpoint": "B", "action": "selected"})
            self.post(RECORDS, {"prompt": "photorealistic landscape", "checkpoint": "A", "action": "selected"})
        asked = [RECOMMEND + f"?prompt={prompt}&family=sdxl&tier=standard&top=2&policy=greedy"
                 for prompt in ("anime+girl", "photorealistic+landscape")]
        answers = [self.get(target) for target in asked]
        self.assertEqual([answer["checkpoint"] for answer in answers], ["B", "A"])
        exported = self.ask("GET", "/api/preferences/export")
        self.assertEqual(len(exported.json["preferences"]), 50)
        self.one = self.server(stores=3, decay_days=0)
        imported = self.post("/api/preferences/import", exported.body.decode())
        self.assertEqual(imported, {"recorded": 50, "duplicates": 0})
        again = self.post("/api/preferences/import", exported.body.decode())
        self.assertEqual(again, {"recorded": 0, "duplicates": 50})
        for target, answer in zip(asked, answers):
            del answer["decision_id"]
            copy = self.get(target)
            del copy["decision_id"]
            self.assertEqual(copy, answer)


class Files(Http):
    def setUp(self):
        self.one = self.server(stores=2)
        self.post(RECORDS, [PORTRAIT | {"id": f"image-{i}", "feedback_text": "x" * 500} for i in range(2000)])

    def test_an_export_comes_as_the_client_wants_it(self):
        target = f"http://127.0.0.1:{self.one.http_port}/api/preferences/export?user_id=ann"
        bodies = {}
        for coding in ["identity", "gzip", "zstd", "zstd;q=0, gzip", "br"]:
            got = subprocess.run(["curl", "-sS", "-D", "/dev/stderr", "-H", f"Accept-Encoding: {coding}", target],
                                 capture_output=True, check=True)
            fields = got.stderr.decode().lower()
            body = got.stdout
            if "content-encoding: gzip" in fields:
                self.assertIn("gzip", coding)
                body = gzip.decompress(body)
            elif "content-encoding: zstd" in fields:
                self.assertEqual(coding, "zstd")
                body = subprocess.run(["zstd", "-dc"], input=body, capture_output=True, check=True).stdout
            bodies[coding] = json.loads(body)["preferences"]
        self.assertEqual(len(bodies["identity"]), 2000)
        self.assertTrue(all(body == bodies["identity"] for body in bodies.values()))

    def test_a_file_with_one_bad_record_changes_nothing(self):
        good = {"user_id": "bob", "checkpoint": "A", "action": "selected"}
        file = {"format": "penchant-preferences", "version": 1, "preferences": [good] * 5000 + [good | {"action": "?"}]}
        answer = self.ask("POST", "/api/preferences/import", file)
        self.assertEqual((answer.status, answer.json["field"]), (400, "records[5000].action"), answer.body)
        self.assertEqual([user["user_id"] for user in self.get("/api/users")], ["ann"])

    def test_a_client_that_goes_away_ends_its_transfer(self):
        with socket.create_connection(("127.0.0.1", self.one.http_port)) as client:
            client.sendall(b"POST /api/preferences/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
                           b"Content-Type: application/json\r\n\r\n{")
            eventually(lambda: self.one.info("connected_clients") == "2", "the transfer's own connection")
        eventually(lambda: self.one.info("connected_clients") == "1", "its end")

    def test_more_transfers_than_may_be_are_refused(self):
        with contextlib.ExitStack() as stack:
            for _ in range(4):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", self.one.http_port)))
                client.sendall(b"POST /api/preferences/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
                               b"Content-Type: application/json\r\n\r\n{")
            eventually(lambda: self.one.info("connected_clients") == "5", "four transfers")
            answer = self.ask("GET", "/api/preferences/export?user_id=ann")
            self.assertEqual((answer.status, answer.fields["retry-after"]), (409, "5"))
        eventually(lambda: self.ask("GET", "/api/preferences/export?user_id=ann").status == 200, "room again")

    def test_the_end_of_the_server_breaks_transfers_off(self):
        with socket.create_connection(("127.0.0.1", self.one.http_port)) as client:
            client.sendall(b"POST /api/preferences/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
                           b"Content-Type: application/json\r\n\r\n{")
            eventually(lambda: self.one.info("connected_clients") == "2", "the transfer")
            self.assertEqual(self.one.terminate(), 0)


class BadClients(Http):
    def raw(self, data, seconds=10):
        """What comes back until the server closes the connection."""
        with socket.create_connection(("127.0.0.1", self.one.http_port), timeout=seconds) as client:
            client.sendall(data)
            got = b""
            while more := client.recv(65536):
                got += more
            return got

    def test_a_head_that_drips_is_let_go(self):
        self.one = self.server(request_timeout=1)
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.one.http_port), timeout=20) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
            stop = threading.Event()

            def drip():
                while not stop.wait(0.2):
                    try:
                        client.sendall(b"X: y\r\n")
                    except OSError:
                        return
            dripping = threading.Thread(target=drip)
            dripping.start()
            try:
                self.assertEqual(client.recv(100), b"")
            except ConnectionError:
                pass
            stop.set()
            dripping.join()
        self.assertLess(time.monotonic() - begun, 15)

    def test_what_is_too_large_is_refused_before_it_is_kept(self):
        self.one = self.server()
        before = self.one.resident_bytes()
        answer = self.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 431 "), answer[:100])
        answer = self.raw(b"POST /api/preferences/records HTTP/1.1\r\nHost: localhost\r\n"
                          b"Content-Length: 99999999999\r\nContent-Type: application/json\r\n\r\n{")
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:100])
        self.assertLess(self.one.resident_bytes(), before + (16 << 20))

    def test_whoever_sends_too_much_gets_to_read_why(self):
        self.one = self.server()
        for fields in [[], ["Expect: 100-continue"]]:
            answer = curl(self.one.http_port, "POST", RECORDS, " " * (30 << 20), fields=fields)
            self.assertEqual(answer.status, 413)

    def test_the_line_protocol_gets_nowhere_here(self):
        self.one = self.server()
        self.assertTrue(self.raw(b"*1\r\n$4\r\nPING\r\n\r\n").startswith(b"HTTP/1.1 400 "))
        self.assertEqual(self.one.redis_cli("PING"), "PONG")

    def test_further_clients_than_may_be_are_told(self):
        self.one = self.server(max_clients=2)
        with self.one.client(), self.one.client():
            answer = self.ask("GET", "/healthz")
            self.assertEqual((answer.status, answer.fields["retry-after"]), (429, "1"))
        eventually(lambda: self.ask("GET", "/healthz").status == 200, "room again")

    def test_answers_that_nobody_reads_are_bounded(self):
        self.one = self.server(request_timeout=1)
        self.post(RECORDS, [PORTRAIT | {"id": f"image-{i}", "feedback_text": "x" * 2000} for i in range(500)])
        request = b"GET /api/preferences/records?user_id=ann&limit=500 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.one.http_port)) as client:
            client.setblocking(False)
            with self.assertRaises(OSError):
                while True:
                    client.send(request * 100)
            eventually(lambda: self.one.info("connected_clients") == "1", "it is let go")
        self.assertLess(self.one.resident_bytes(), 256 << 20)

    def test_pages_of_others_get_nothing(self):
        self.one = self.server()
        record = json.dumps(PORTRAIT)
        for fields, status in [
                (["Host: evil.example"], 403),                                      # DNS rebinding
                (["Origin: http://evil.example"], 403),                             # fetch() from a page
                (["Origin: null"], 403),                                            # from a sandboxed one
                (["Sec-Fetch-Site: cross-site"], 403),
                (["Content-Type: application/x-www-form-urlencoded"], 415),         # a form
                (["Content-Type: text/plain"], 415),
                (["Content-Type: multipart/form-data; boundary=x"], 415)]:
            answer = curl(self.one.http_port, "POST", RECORDS, more=["--data-binary", record],
                          fields=["Content-Type: application/json", *fields] if "Type" not in fields[0] else fields)
            self.assertEqual(answer.status, status, fields)
            self.assertNotIn("access-control-allow-origin", answer.fields)
        self.assertEqual(self.ask("OPTIONS", RECORDS, fields=["Origin: http://evil.example"]).status, 403)
        self.assertEqual(self.get("/api/users"), [])


class Lasting(Http):
    def test_what_was_answered_is_there_after_kill_9(self):
        self.one = self.server(durability="always", stores=2)
        for i in range(20):
            self.post(RECORDS, {"user_id": f"user{i}", "checkpoint": "A", "action": "selected"})
        self.one.restart()
        self.assertEqual(len(self.get("/api/users")), 20)

    def test_connections_are_kept_alive_over_all_stores(self):
        self.one = self.server(stores=3)
        asked = f"http://127.0.0.1:{self.one.http_port}{RECOMMEND}?prompt=p&among=A&user_id=user"
        done = subprocess.run(["curl", "-sS", "-w", "%{num_connects}\n", *[f"{asked}{i}" for i in range(100)]],
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.count('"checkpoint":"A"'), 200)
        self.assertEqual(sum(int(line[-1]) for line in done.stdout.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
