#!/usr/bin/env python3
"""The server beside redis-server, on this machine, in one run, through redis-benchmark as it comes.

Usage: bench/net.py PENCHANT CANNED_SERVER [--rounds 5]
Each figure is the median of the rounds; the contenders take turns within a round, because machines drift. CPU is the
server's own, per request, from /proc. The ceiling is redis-benchmark against a server that answers the same bytes
without computing them."""
import argparse
import os
import pathlib
import re
import socket
import statistics
import subprocess
import tempfile
import time

PROMPT = "photorealistic portrait of a woman"
LONG_PROMPT = ("epic fantasy castle on a misty mountain at golden hour, dramatic clouds, cinematic lighting, "
               "matte painting")
TICKS = os.sysconf("SC_CLK_TCK")


def request(*words):
    encoded = [w.encode() for w in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in encoded)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port):
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nobody listens on {port}")


def ask(port, payload, replies=1):
    """Sends bytes and returns what comes back until the server is silent for a moment."""
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(payload)
        s.settimeout(0.5)
        received = b""
        try:
            while chunk := s.recv(1 << 20):
                received += chunk
        except TimeoutError:
            pass
        return received


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Server:
    def __init__(self, name, port, process):
        self.name, self.port, self.process = name, port, process

    def stop(self):
        self.process.terminate()
        self.process.wait()


def start_redis(folder, name, *options):
    os.makedirs(folder)
    port = free_port()
    process = subprocess.Popen(["redis-server", "--port", str(port), "--dir", folder, "--save", "", *options],
                               stdout=subprocess.DEVNULL)
    wait_for(port)
    return Server(name, port, process)


def start_penchant(binary, folder, durability, *options):
    http = [] if "--http-port" in options else ["--http-port", "0"]
    process = subprocess.Popen([binary, "serve", "--port", "0", *http, "--data", folder, "--durability", durability,
                                "--snapshot-every", "0", *options],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = None
    for line in process.stdout:
        if line.startswith("resp"):
            port = int(line.rsplit(":", 1)[1])
        if line.strip() == "ready":
            break
    return Server("penchant", port, process)


def teach(server, checkpoints, words):
    """A user with so many checkpoints, each seen with every word."""
    verdicts = ["rejected", "selected", "selected"]
    batch = b"".join(request("RECORD", "default", verdicts[(c + i) % 3], f"checkpoint-{c:03}", words)
                     for i in range(25) for c in range(checkpoints))
    replies = ask(server.port, batch)
    assert replies.count(b":") == 25 * checkpoints, replies[:200]


def start_canned(binary, payload, reply, folder):
    port = free_port()
    path = os.path.join(folder, f"reply-{port}")
    pathlib.Path(path).write_bytes(reply)
    process = subprocess.Popen([binary, str(port), str(len(payload)), path], stdin=subprocess.PIPE)
    wait_for(port)
    return Server("ceiling", port, process)


def measure(server, depth, requests, words):
    """Requests a second, and the server's CPU in microseconds a request."""
    before = cpu_seconds(server.process.pid)
    run = subprocess.run(["redis-benchmark", "-p", str(server.port), "-P", str(depth), "-n", str(requests), "-c", "50",
                          "-q", *words], capture_output=True, text=True, check=True)
    rate = float(re.findall(r"([\d.]+) requests per second", run.stdout)[-1])
    return rate, (cpu_seconds(server.process.pid) - before) / requests * 1e6


def compare(title, contenders, rounds, depths, share=1):
    """contenders: (label, server, words); the others are measured against the first, with `share` of the requests."""
    print(f"\n{title}\n{'-P':>4}  {'':28} {'requests/s':>12} {'of first':>9} {'CPU us':>7}")
    for depth in depths:
        requests = int((100_000 if depth == 1 else 400_000 if depth == 16 else 1_000_000) * share)
        figures = {label: [] for label, _, _ in contenders}
        for _ in range(rounds):
            for label, server, words in contenders:
                figures[label].append(measure(server, depth, requests, words))
        first = [rate for rate, _ in figures[contenders[0][0]]]
        for label, _, _ in contenders:
            rates = [rate for rate, _ in figures[label]]
            ratio = statistics.median(r / f for r, f in zip(rates, first))
            cpu = statistics.median(c for _, c in figures[label])
            print(f"{depth:>4}  {label:28} {statistics.median(rates):12,.0f} {ratio:9.2f} {cpu:7.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("penchant")
    parser.add_argument("canned")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--depths", type=int, nargs="*", default=[1, 16, 64])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        servers = []
        try:
            redis = start_redis(os.path.join(folder, "redis"), "redis")
            aof = start_redis(os.path.join(folder, "aof"), "aof", "--appendonly", "yes", "--appendfsync", "everysec")
            always = start_redis(os.path.join(folder, "always"), "always", "--appendonly", "yes", "--appendfsync",
                                 "always")
            penchant = start_penchant(options.penchant, os.path.join(folder, "p"), "everysec")
            synced = start_penchant(options.penchant, os.path.join(folder, "pa"), "always")
            servers += [redis, aof, always, penchant, synced]
            ask(redis.port, request("SET", "key:__rand_int__", "xxx"))
            teach(penchant, 50, PROMPT)
            question = ["RECOMMEND", "default", PROMPT]
            reply = ask(penchant.port, request(*question))
            canned = start_canned(options.canned, request(*question), reply, folder)
            record = ["RECORD", "writer", "selected", "epicrealismXL", LONG_PROMPT]
            unread = start_canned(options.canned, request(*record), b":1\r\n", folder)
            servers += [canned, unread]
            compare("RECOMMEND, 50 checkpoints, exploit band: one arm in the reply", [
                ("redis-server GET", redis, ["GET", "key:__rand_int__"]),
                ("RECOMMEND", penchant, question),
                ("same bytes, nothing computed", canned, question)], options.rounds, options.depths)
            compare("RECORD, everysec", [
                ("redis-server SET, everysec", aof, ["SET", "key:__rand_int__", "xxx"]),
                ("RECORD of 3 keywords", penchant, ["RECORD", "writer", "selected", "epicrealismXL", PROMPT]),
                ("RECORD of 12 keywords", penchant, record),
                ("same bytes, nothing computed", unread, record)], options.rounds, options.depths)
            compare("RECORD, always", [
                ("redis-server SET, always", always, ["SET", "key:__rand_int__", "xxx"]),
                ("RECORD of 12 keywords", synced, record)],
                options.rounds, options.depths, share=0.2)
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    main()
