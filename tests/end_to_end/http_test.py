"""HTTP as curl sees it: every operation of the OpenAPI file, every kind of refusal, exports and imports, bad clients."""
import gzip
import json
import pathlib
import socket
import subprocess
import threading
import time
import unittest
import warnings

import harness
from harness import EndToEnd, eventually

warnings.filterwarnings("ignore", category=DeprecationWarning)
import jsonschema  # noqa: E402 (its own warning)

OPENAPI = json.loads((pathlib.Path(__file__).parents[2] / "web/openapi.json").read_text())
RECOMMEND = "/api/preferences/recommend-checkpoint"
RECORDS = "/api/preferences/records"
PORTRAIT = {"user_id": "ann", "prompt": "portrait of a woman <lora:ink:0.8>", "checkpoint": "A", "action": "selected",
            "negative_prompt": "blurry", "parameters": {"steps": 30}, "id": "image-1"}


class Answer:
    """What curl got: status, fields in lower case, body."""

    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    @property
    def json(self):
        return json.loads(self.body)


def curl(port, method, target, body=None, fields=(), more=()):
    """One request; a body that is no text is sent as JSON."""
    how = ["--head", "-o", "/dev/null"] if method == "HEAD" else ["-X", method, "-o", "-"]
    command = ["curl", "-sS", "-m", "30", "--path-as-is", "-g", "-D", "/dev/stderr", *how, *more]
    if body is not None:
        text = body if isinstance(body, str) else json.dumps(body)
        command += ["--data-binary", "@-"]
        fields = ("Content-Type: application/json", "Expect:", *fields)
    for field in fields:
        command += ["-H", field]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}{target}"], capture_output=True, timeout=60,
                          input=text.encode() if body is not None else b"")
    heads = done.stderr.decode().replace("\r", "").strip().split("\n\n")
    lines = heads[-1].split("\n")
    assert lines[0].startswith("HTTP/1.1 "), done.stderr
    named = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines[1:]}
    return Answer(int(lines[0].split()[1]), named, done.stdout)


def resolved(schema):
    """The schema with what it refers to at hand."""
    return schema | {"components": OPENAPI["components"]}


def operations():
    """(path, method) of everything that the OpenAPI file describes, aliases followed."""
    for path, item in OPENAPI["paths"].items():
        if "$ref" in item:
            item = OPENAPI["paths"][item["$ref"].removeprefix("#/paths/").replace("~1", "/")]
        for method, operation in item.items():
            yield path, method, operation


QUESTION = {"user_id": "ann", "prompt": "portrait"}
# For each operation: the target and the body that are asked, in this order.
SAMPLES = {
    ("/api/preferences/recommend-checkpoint", "get"): ("?user_id=ann&prompt=portrait&top=2&policy=thompson", None),
    ("/api/preferences/recommend-checkpoint", "post"): ("", QUESTION | {"among": ["A", "B"], "at": "2030-01-01T00:00:00Z"}),
    ("/api/preferences/recommend/checkpoint", "get"): ("?user_id=ann&prompt=portrait", None),
    ("/api/preferences/recommend/checkpoint", "post"): ("", QUESTION | {"peek": True}),
    ("/api/preferences/recommend-loras", "get"): ("?user_id=ann&prompt=portrait&count=1", None),
    ("/api/preferences/recommend-loras", "post"): ("", QUESTION),
    ("/api/preferences/recommend/loras", "get"): ("?user_id=ann&prompt=portrait", None),
    ("/api/preferences/recommend/loras", "post"): ("", QUESTION),
    ("/api/preferences/recommend-parameters", "get"): ("?user_id=ann&prompt=portrait", None),
    ("/api/preferences/recommend-parameters", "post"): ("", QUESTION),
    ("/api/preferences/recommend/parameters", "get"): ("?user_id=ann&prompt=portrait", None),
    ("/api/preferences/recommend/parameters", "post"): ("", QUESTION),
    ("/api/preferences/recommend-negatives", "get"): ("?user_id=ann&prompt=portrait", None),
    ("/api/preferences/recommend-negatives", "post"): ("", QUESTION),
    ("/api/preferences/recommend/negatives", "get"): ("?user_id=ann&prompt=portrait", None),
    ("/api/preferences/recommend/negatives", "post"): ("", QUESTION),
    ("/api/preferences/explain", "get"): ("?user_id=ann&prompt=portrait&checkpoint=A", None),
    ("/api/preferences/explain", "post"): ("", QUESTION | {"checkpoint": "A"}),
    ("/api/preferences/score", "get"): ("?user_id=ann&prompt=portrait&checkpoint=A&checkpoint=B", None),
    ("/api/preferences/score", "post"): ("", QUESTION | {"checkpoint": ["A", "B"]}),
    ("/api/preferences/keywords", "get"): ("?prompt=portrait", None),
    ("/api/preferences/keywords", "post"): ("", {"prompt": "portrait"}),
    ("/api/preferences/plan", "post"): ("", QUESTION | {"count": 5}),
    ("/api/preferences/scores", "post"): ("", {"user_id": "ann", "prompts": ["portrait", "castle"], "top": 2}),
    ("/api/preferences/matrix", "get"): ("?user_id=ann&keywords=10&checkpoints=10", None),
    ("/api/preferences/stats", "get"): ("?user_id=ann", None),
    ("/api/preferences/records", "get"): ("?user_id=ann&limit=1&since=2020-01-01T00:00:00Z", None),
    ("/api/preferences/records", "post"): ("", [PORTRAIT, PORTRAIT | {"id": None}]),
    ("/api/preferences/reject-all", "post"): ("", QUESTION | {"generations": [{"checkpoint": "B"}, {"checkpoint": "C"}]}),
    ("/api/preferences/decisions/{decision_id}/verdict", "post"): ("", {"checkpoint": "A", "action": "selected"}),
    ("/api/preferences/export", "get"): ("?user_id=ann", None),
    ("/api/preferences/import", "post"): ("", {"version": "1.0", "preferences": []}),
    ("/api/pools", "get"): ("", None),
    ("/api/pools/{family}/{tier}", "put"): ("", {"checkpoints": ["A"]}),
    ("/api/pools/{family}/{tier}", "get"): ("", None),
    ("/api/pools/{family}/{tier}", "delete"): ("", None),
    ("/api/users", "get"): ("", None),
    ("/api/users/{user_id}/sharing", "put"): ("", {"share": True}),
    ("/api/users/{user_id}", "delete"): ("", None),
    ("/api/server", "get"): ("", None),
    ("/api/session", "get"): ("", None),
    ("/api/session", "post"): None,  # needs a token: tokens_test.py
    ("/api/session", "delete"): ("", None),
    ("/metrics", "get"): ("", None),
    ("/healthz", "get"): ("", None),
    ("/readyz", "get"): ("", None),
    ("/openapi.json", "get"): ("", None),
    ("/", "get"): ("", None),
}

# (method, target, body, status, field)
REFUSALS = [
    ("GET", RECOMMEND + "?user_id=ann", None, 400, "prompt"),
    ("GET", RECOMMEND + "?prompt=p&top=0", None, 400, "top"),
    ("GET", RECOMMEND + "?prompt=p&top=65537", None, 400, "top"),
    ("GET", RECOMMEND + "?prompt=p&tier=best", None, 400, "tier"),
    ("GET", RECOMMEND + "?prompt=p&policy=best", None, 400, "policy"),
    ("GET", RECOMMEND + "?prompt=p&seed=-1", None, 400, "seed"),
    ("GET", RECOMMEND + "?prompt=p&at=soon", None, 400, "at"),
    ("GET", RECOMMEND + "?prompt=p&peek=maybe", None, 400, "peek"),
    ("GET", RECOMMEND + "?prompt=p&prompt=q", None, 400, "prompt"),
    ("GET", RECOMMEND + "?prompt=p&colour=red", None, 400, "colour"),
    ("GET", RECOMMEND + f"?prompt=p&user_id={'u' * 257}", None, 400, "user_id"),
    ("GET", RECOMMEND + f"?prompt=p&family={'f' * 65}", None, 400, "family"),
    ("POST", RECOMMEND, "{", 400, None),
    ("POST", RECOMMEND, [], 400, None),
    ("POST", RECOMMEND, {"prompt": {}}, 400, "prompt"),
    ("POST", RECOMMEND, {"prompt": ["a"]}, 400, "prompt"),
    ("POST", RECOMMEND, "[" * 40 + "]" * 40, 400, None),
    ("POST", "/api/preferences/plan", QUESTION, 400, "count"),
    ("POST", "/api/preferences/plan", QUESTION | {"count": 1_000_001}, 400, "count"),
    ("POST", "/api/preferences/scores", {"prompts": ["p"] * 1025}, 400, "prompts"),
    ("POST", RECORDS, PORTRAIT | {"checkpoint": None}, 400, "checkpoint"),
    ("POST", RECORDS, PORTRAIT | {"action": "loved"}, 400, "action"),
    ("POST", RECORDS, PORTRAIT | {"timestamp": "soon"}, 400, "timestamp"),
    ("POST", RECORDS, PORTRAIT | {"loras": {}}, 400, "loras"),
    ("POST", RECORDS, [PORTRAIT, PORTRAIT | {"task_type": "best"}], 400, "records[1].task_type"),
    ("POST", RECORDS, 7, 400, None),
    ("GET", RECORDS + "?limit=1001", None, 400, "limit"),
    ("GET", RECORDS + "?action=loved", None, 400, "action"),
    ("GET", RECORDS + "?user_id=ann&cursor=x", None, 400, "cursor"),
    ("POST", "/api/preferences/reject-all", QUESTION, 400, "generations"),
    ("POST", "/api/preferences/reject-all", QUESTION | {"generations": [{}]}, 400, "records[0].checkpoint"),
    ("POST", "/api/preferences/decisions/none/verdict", {"checkpoint": "A", "action": "selected"}, 404, "decision_id"),
    ("POST", "/api/preferences/decisions/none/verdict", {"checkpoint": "A"}, 400, "action"),
    ("POST", "/api/preferences/decisions/none/verdict", {"checkpoint": "A", "action": "selected", "prompt": "p"}, 400, "prompt"),
    ("GET", "/api/preferences/export?user_id=nobody", None, 404, "user_id"),
    ("POST", "/api/preferences/import", {"version": 3}, 400, None),
    ("POST", "/api/preferences/import", "{", 400, None),
    ("GET", "/api/pools/sdxl/standard", None, 404, "family"),
    ("GET", "/api/pools/sdxl/best", None, 400, "tier"),
    ("PUT", "/api/pools/sdxl/standard", {"checkpoints": []}, 400, "checkpoints"),
    ("DELETE", "/api/pools/sdxl/standard", None, 404, "family"),
    ("PUT", "/api/users/ann/sharing", {"share": "perhaps"}, 400, "share"),
    ("PUT", "/api/users/ann/sharing", {}, 400, "share"),
    ("GET", "/api/nothing", None, 404, None),
    ("GET", "/../etc/passwd", None, 404, None),
    ("GET", "/%zz", None, 400, None),
    ("POST", "/api/users", {}, 405, None),
    ("DELETE", "/", None, 405, None),
]


class Http(EndToEnd):
    def ask(self, method, target, body=None, **more):
        return curl(self.one.http_port, method, target, body, **more)

    def get(self, target):
        answer = self.ask("GET", target)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def post(self, target, body):
        answer = self.ask("POST", target, body)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json


class Operations(Http):
    def setUp(self):
        self.one = self.server(stores=2)
        self.post(RECORDS, PORTRAIT)

    def path_of(self, path):
        if "{decision_id}" in path:
            path = path.replace("{decision_id}", self.get(RECOMMEND + "?user_id=ann&prompt=portrait")["decision_id"])
        return path.replace("{family}", "sdxl").replace("{tier}", "draft").replace("{user_id}", "ann")

    def test_each_is_answered_as_the_openapi_file_says(self):
        self.assertEqual(set(SAMPLES), {(path, method) for path, method, _ in operations()})
        described = {(path, method): operation for path, method, operation in operations()}
        for (path, method), sample in SAMPLES.items():
            if sample is None:
                continue
            with self.subTest(f"{method} {path}"):
                query, body = sample
                answer = self.ask(method.upper(), self.path_of(path) + query, body)
                self.assertEqual(answer.status, 200, answer.body)
                (kind, content), = described[path, method]["responses"]["200"]["content"].items()
                self.assertEqual(answer.fields["content-type"].partition(";")[0], kind)
                if kind == "application/json":
                    jsonschema.validate(answer.json, resolved(content["schema"]))
                if body is not None:
                    asked = described[path, method]["requestBody"]["content"]["application/json"]["schema"]
                    jsonschema.validate(body, resolved(asked))

    def test_each_parameter_that_is_described_is_known_and_no_other(self):
        for path, method, operation in operations():
            named = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            for name in [*named, "unheard_of"]:
                if not path.startswith("/api/preferences") or method != "get":
                    continue
                answer = self.ask("GET", f"{path}?{name}=x")
                is_unknown = answer.status == 400 and b"there is no parameter" in answer.body
                self.assertEqual(is_unknown, name == "unheard_of", f"{path} {name}: {answer.body}")

    def test_each_path_has_the_methods_that_are_described(self):
        methods = {}
        for path, method, _ in operations():
            methods.setdefault(path, set()).add(method.upper())
        for path, described in methods.items():
            answer = self.ask("PATCH", self.path_of(path))
            self.assertEqual(answer.status, 405, path)
            self.assertEqual(set(answer.fields["allow"].split(", ")) - {"HEAD"}, described, path)

    def test_a_refusal_says_why_and_about_which_field_and_changes_nothing(self):
        before = self.get(RECORDS + "?user_id=ann"), self.get("/api/users"), self.get("/api/pools")
        for method, target, body, status, field in REFUSALS:
            with self.subTest(f"{method} {target[:80]} {str(body)[:80]}"):
                answer = self.ask(method, target, body)
                self.assertEqual(answer.status, status, answer.body)
                jsonschema.validate(answer.json, resolved(OPENAPI["components"]["schemas"]["Error"]))
                self.assertEqual(answer.json["field"], field, answer.body)
        self.assertEqual((self.get(RECORDS + "?user_id=ann"), self.get("/api/users"), self.get("/api/pools")), before)

    def test_head_is_get_without_a_body(self):
        head = self.ask("HEAD", "/api/users")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.fields["content-length"]), len(self.ask("GET", "/api/users").body))

    def test_a_page_that_has_not_changed_is_not_sent_again(self):
        tag = self.ask("GET", "/").fields["etag"]
        self.assertEqual(self.ask("GET", "/", fields=[f"If-None-Match: {tag}"]).status, 304)


class TheSpecsChecklist(Http):
    """Of spec/context-aware-preference-learning.md, over HTTP alone."""

    def test_rejections_stay_with_their_prompts_and_travel(self):
        self.one = self.server(stores=2, decay_days=0)
        self.ask("PUT", "/api/pools/sdxl/standard", {"checkpoints": ["A", "B"]})
        for _ in range(10):
            self.post("/api/preferences/reject-all", {"prompt": "anime girl", "generations": [{"checkpoint": "A"}] * 3})
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
        self.assertEqual(self.post("/api/preferences/import", exported.body.decode()), {"recorded": 0, "duplicates": 50})
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
        with harness.contextlib.ExitStack() as stack:
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
        answer = self.raw(b"POST /api/preferences/records HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n"
                          b"Content-Type: application/json\r\n\r\n{")
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:100])
        self.assertLess(self.one.resident_bytes(), before + (16 << 20))

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
        targets = [f"http://127.0.0.1:{self.one.http_port}{RECOMMEND}?prompt=p&among=A&user_id=user{i}" for i in range(100)]
        done = subprocess.run(["curl", "-sS", "-w", "%{num_connects}\n", *targets], capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.count('"checkpoint":"A"'), 200)
        self.assertEqual(sum(int(line[-1]) for line in done.stdout.splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
