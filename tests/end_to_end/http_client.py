"""HTTP for the end-to-end tests, by curl."""
import json
import subprocess

from harness import EndToEnd

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
