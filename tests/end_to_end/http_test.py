"""HTTP against the OpenAPI file: every operation, every parameter, every kind of refusal, as curl sees them."""
import json
import pathlib
import socket
import unittest
import warnings

from harness import run
from http_client import PORTRAIT, RECOMMEND, RECORDS, Http

warnings.filterwarnings("ignore", category=DeprecationWarning)
import jsonschema  # noqa: E402 (its own warning)

OPENAPI = json.loads((pathlib.Path(__file__).parents[2] / "web/openapi.json").read_text())


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
    ("/api/preferences/recommend-checkpoint", "post"): (
        "", QUESTION | {"among": ["A", "B"], "at": "2030-01-01T00:00:00Z"}),
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
    ("/api/preferences/reject-all", "post"): (
        "", QUESTION | {"generations": [{"checkpoint": "B"}, {"checkpoint": "C"}]}),
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
    ("POST", "/api/preferences/decisions/none/verdict", {"checkpoint": "A", "action": "selected", "prompt": "p"}, 400,
     "prompt"),
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


class Tokens(Http):
    def setUp(self):
        data = self.folder() / "data"
        self.token = run("token", "add", "studio", "--role", "writer", "--user", "ann", "--data", data).stdout.strip()
        self.admin = run("token", "add", "root", "--role", "admin", "--data", data).stdout.strip()
        self.one = self.server(data=data, stores=2)

    def test_a_browser_comes_in_with_its_token_and_goes_out(self):
        described = {(path, method): operation for path, method, operation in operations()}
        schema = described["/api/session", "post"]["responses"]["200"]["content"]["application/json"]["schema"]
        answer = self.ask("POST", "/api/session", {"token": self.token})
        jsonschema.validate(answer.json, resolved(schema))
        self.assertEqual(answer.json, {"name": "studio", "role": "writer", "user_id": "ann"})
        cookie = "Cookie: " + answer.fields["set-cookie"].partition(";")[0]
        self.assertEqual(self.ask("POST", RECORDS, PORTRAIT, fields=[cookie]).json["recorded"], 1)
        self.assertEqual(self.ask("GET", "/api/users", fields=[cookie]).status, 403)
        out = self.ask("DELETE", "/api/session", fields=[cookie])
        self.assertIn("Max-Age=0", out.fields["set-cookie"])
        self.assertEqual(self.ask("GET", "/api/session").status, 401)

    def test_files_go_as_far_as_the_token_does(self):
        bearer = [f"Authorization: Bearer {self.token}"]
        self.ask("POST", RECORDS, PORTRAIT, fields=bearer)
        self.assertEqual(self.ask("GET", "/api/preferences/export?user_id=bob", fields=bearer).status, 403)
        self.assertEqual(self.ask("GET", "/api/preferences/export?user_id=ann").status, 401)
        self.assertEqual(self.ask("POST", "/api/preferences/import", {"version": "1.0"}, fields=bearer).status, 403)
        self.assertEqual(self.ask("POST", "/api/preferences/import", {"version": "1.0"}).status, 401)
        exported = self.ask("GET", "/api/preferences/export", fields=bearer)
        self.assertEqual((exported.status, len(exported.json["preferences"])), (200, 1))

    def test_pipelined_requests_keep_to_their_own_tokens_wherever_they_run(self):
        def request(user, token):
            return (f"GET /api/preferences/stats?user_id={user} HTTP/1.1\r\nHost: localhost\r\n"
                    f"Authorization: Bearer {token}\r\n\r\n").encode()
        users = [f"user{i}" for i in range(8)]
        with socket.create_connection(("127.0.0.1", self.one.http_port), timeout=10) as client:
            client.sendall(b"".join(request(user, token) for user in users for token in (self.token, self.admin)))
            got = b""
            while got.count(b"HTTP/1.1 ") < 16 or not got.endswith(b"}"):
                got += client.recv(65536)
        statuses = [int(part[:3]) for part in got.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(statuses, [403, 200] * 8)

    def test_a_transfer_goes_on_where_the_connection_is_to_end(self):
        exported = self.ask("GET", "/api/preferences/export?user_id=nobody",
                            fields=[f"Authorization: Bearer {self.admin}", "Connection: close"])
        self.assertEqual(exported.status, 404)

    def test_no_token_is_in_the_log(self):
        self.ask("POST", "/api/session", {"token": self.token + "x"})
        self.ask("GET", "/api/users", fields=[f"Authorization: Bearer {self.token}x"])
        self.ask("GET", f"/api/users?token={self.token}")
        self.assertIn("a wrong token from", self.one.log)
        self.assertNotIn(self.token, self.one.log)


if __name__ == "__main__":
    unittest.main()
