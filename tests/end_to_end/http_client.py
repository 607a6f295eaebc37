"""HTTP for the end-to-end tests, by curl, and in bytes."""
import json
import socket
import subprocess

from harness import EndToEnd

RECOMMEND = "/api/preferences/recommend-checkpoint"
RECORDS = "/api/preferences/records"
IMPORT = "/api/preferences/import"
EXPORT = "/api/preferences/export?user_id=ann"
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


def head_of(method, target, body_bytes=None, more=""):
    if body_bytes is not None:
        more += f"Content-Type: application/json\r\nContent-Length: {body_bytes}\r\n"
    return f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()


def connect(port, receive_buffer=None):
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(30)
    client.connect(("127.0.0.1", port))
    return client


def rest_of(client):
    return b"".join(iter(lambda: client.recv(65536), b""))


def answers_of(replies, count):
    """(status, body) of the next answers; fewer where the connection ends."""
    answers = []
    while len(answers) < count and (line := replies.readline()):
        fields = {}
        while (field := replies.readline()) not in (b"\r\n", b""):
            name, _, value = field.decode().partition(":")
            fields[name.lower()] = value.strip()
        answers.append((int(line.split()[1]), fields, replies.read(int(fields.get("content-length", 0)))))
    return answers
