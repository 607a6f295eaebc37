"""The vocabulary of the end-to-end tests: a real server in a folder of its own, and ways to talk to it.

    with server(durability="always") as penchant:
        penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
        client = penchant.client()
        client.ask("STATS", "ann")["records"]
        penchant.kill9()
        penchant.start()

PENCHANT_BINARY names the executable; build/release/penchant where it is not set. Every server, client and
folder is gone when its `with` ends.
"""
import contextlib
import functools
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

BINARY = os.environ.get("PENCHANT_BINARY", pathlib.Path(__file__).parents[2] / "build/release/penchant")
PATIENCE_S = 30  # what is not there after so long is not coming


def eventually(condition, what, seconds=PATIENCE_S):
    """The first true value of condition()."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
    return value


class Error(str):
    """An error reply. It is a value, because in a pipeline it is one answer among many."""


class Gone(Exception):
    """The server closed the connection where a reply was due."""


def encode(*arguments):
    parts = [a if isinstance(a, bytes) else str(a).encode() for a in arguments]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


class Client:
    """A connection that speaks RESP; protocol 3 gives maps as dictionaries and reals as floats."""

    def __init__(self, address, protocol=3, timeout=PATIENCE_S, receive_buffer=None, token=None):
        self.socket = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.replies = self.socket.makefile("rb")
        if protocol == 3:
            self.ask("HELLO", 3, *(["AUTH", "default", token] if token else []))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.replies.close()
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def ask(self, *arguments):
        self.send(encode(*arguments))
        return self.receive()

    def pipeline(self, requests, window=500):
        """The replies to all requests, `window` of them under way at a time."""
        replies = []
        for begin in range(0, len(requests), window):
            some = requests[begin:begin + window]
            self.send(b"".join(encode(*request) for request in some))
            replies += [self.receive() for _ in some]
        return replies

    def receive(self):
        line = self.replies.readline()
        if not line.endswith(b"\r\n"):
            raise Gone(f"the connection ended after {line!r}")
        kind, rest = line[:1], line[1:-2].decode()
        match kind:
            case b"+":
                return rest
            case b"-":
                return Error(rest)
            case b":":
                return int(rest)
            case b",":
                return float(rest)
            case b"_":
                return None
            case b"#":
                return rest == "t"
            case b"$" | b"=":
                return self._bulk(int(rest), verbatim=kind == b"=")
            case b"*" | b"~" | b">":
                return None if rest == "-1" else [self.receive() for _ in range(int(rest))]
            case b"%":
                return {self.receive(): self.receive() for _ in range(int(rest))}
        raise AssertionError(f"no RESP reply begins with {line!r}")

    def _bulk(self, size, verbatim):
        if size < 0:
            return None
        data = self.replies.read(size + 2)
        if len(data) != size + 2:
            raise Gone("the connection ended within a reply")
        return data[4 if verbatim else 0:-2].decode(errors="surrogateescape")

    def is_closed_by_server(self):
        """Waits for the end of the connection, whatever comes before it; false when it goes on."""
        try:
            while self.replies.read1(65536):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False


class Server:
    """`penchant serve` over a folder. It can be killed, ended and started again."""

    def __init__(self, data, environment=None, **options):
        self.data = pathlib.Path(data)
        self.environment = environment or {}
        self.options = options
        self.process = None

    def start(self, **options):
        """Starts and waits for `ready`; `options` replace those of before. What it logs is in `log`."""
        self.options |= options
        self.process = subprocess.Popen(serve_command(self.data, **self.options), text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=os.environ | self.environment)
        self._log_lines = []
        self._log_reader = threading.Thread(target=read_lines, args=[self.process.stderr, self._log_lines])
        self._log_reader.start()
        said = []
        for line in self.process.stdout:
            said.append(line.strip())
            if said[-1] == "ready":
                break
        else:
            self.wait()
            raise AssertionError(f"the server did not start: {self.log}")
        self.port, self.http_port = (
            int(next(line for line in said if line.startswith(f"{kind} ")).rsplit(":", 1)[1])
            for kind in ("resp", "http"))
        return self

    @property
    def log(self):
        return "".join(self._log_lines)

    def wait(self, seconds=PATIENCE_S):
        """Its exit status, when it has ended."""
        status = self.process.wait(seconds)
        self.process.stdout.close()
        self._log_reader.join()
        return status

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill9(self):
        """Does not wait for its log, which a process of its own may hold for longer."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def restart(self, **options):
        """Killed and started again."""
        self.kill9()
        return self.start(**options)

    def client(self, protocol=3, **options):
        return Client(("127.0.0.1", self.port), protocol, **options)

    def redis_cli(self, *arguments, lines=None):
        """What redis-cli prints; `lines` are commands on its standard input."""
        done = subprocess.run(["redis-cli", "-p", str(self.port), *map(str, arguments)], text=True,
                              input="\n".join(lines) if lines else None, capture_output=True,
                              timeout=PATIENCE_S, check=True)
        return done.stdout.strip()

    def resident_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def info(self, name):
        with self.client() as client:
            return re.search(rf"^{name}:(.*)\r$", client.ask("INFO"), re.MULTILINE)[1]

    def files(self, pattern):
        return sorted(self.data.glob(pattern))


def read_lines(stream, lines):
    with stream:
        for line in stream:
            lines.append(line)


def serve_command(data, **options):
    command = [BINARY, "serve", "--data", str(data)]
    for name, value in ({"port": 0, "http_port": 0, "stores": 1} | options).items():
        command += ["--" + name.replace("_", "-")] + ([] if value is None else [str(value)])
    return command


@contextlib.contextmanager
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="penchant-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextlib.contextmanager
def server(data=None, environment=None, **options):
    """A started server over `data`, or over a folder of its own."""
    with contextlib.ExitStack() as stack:
        data = data or stack.enter_context(folder()) / "data"
        one = Server(data, environment, **options)
        stack.callback(lambda: one.is_running() and one.kill9())
        yield one.start()


def run(*arguments, lines=None):
    """A subcommand run to its end."""
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE_S,
                          input="\n".join(lines) if lines else "")


def refused_start(data, **options):
    """The sentence with which a server refuses to start, having exited with 1."""
    done = run(*serve_command(data, **options)[1:])
    assert done.returncode == 1, f"exit status {done.returncode}: {done.stdout}{done.stderr}"
    return done.stderr.splitlines()[-1]


class Writer(threading.Thread):
    """Records one image after another, `batch` in a pipeline, until the connection ends.

    `sent` holds the ids of all records that may have reached the server, `acknowledged` maps those that were
    answered to the time of the answer.
    """

    def __init__(self, one, name, batch=20):
        super().__init__(name=name)
        self.client = one.client()
        self.batch = batch
        self.sent = []
        self.acknowledged = {}
        self.refusals = []
        self.start()

    def run(self):
        with self.client, contextlib.suppress(Gone, OSError):
            while True:
                ids = [f"{self.name}-{len(self.sent) + i}" for i in range(self.batch)]
                self.sent += ids
                self.client.send(b"".join(encode(*record_of(one)) for one in ids))
                for one in ids:
                    self._take(one, self.client.receive())

    def _take(self, one, reply):
        if isinstance(reply, Error):
            self.refusals.append(reply)
        else:
            self.acknowledged[one] = time.monotonic()


def record_of(identifier):
    """A record that follows from its id, so that it can be sent again: the answer 0 says it was known."""
    number = hash_of(identifier)
    words = ["portrait", "forest", "castle", "neon", "watercolor", "robot", "ocean", "cat"]
    verdict = "selected" if number % 3 else "rejected"
    return ["RECORD", f"user{number % 3}", verdict, f"checkpoint{number % 5}",
            f"{words[number % 8]} {words[number // 8 % 8]}", "ID", identifier]


@functools.cache
def hash_of(identifier):
    return int.from_bytes(identifier.encode(), "big") * 2654435761 % 2**32 >> 8


def known(one, identifiers):
    """Which of the records the server has. Asking records the others."""
    identifiers = list(identifiers)
    with one.client() as client:
        replies = client.pipeline([record_of(i) for i in identifiers])
    for reply in replies:
        assert isinstance(reply, int), reply
    return {identifier for identifier, reply in zip(identifiers, replies) if reply == 0}


class EndToEnd(unittest.TestCase):
    """A test case whose servers and folders end with the test."""

    maxDiff = None

    def server(self, **options):
        return self.enterContext(server(**options))

    def folder(self):
        return self.enterContext(folder())

    def assertRefused(self, reply, pattern):
        self.assertIsInstance(reply, Error)
        self.assertRegex(reply, pattern)
