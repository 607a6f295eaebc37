#!/usr/bin/env python3
"""Snapshots of a running server beside redis-server's: SAVE and the start again, of the same volume, in turns; and what
RECOMMEND and RECORD take while a snapshot is written in the background.

    bench/snapshot.py build/release/penchant [USERS]     (default: 10,000 users of 200 records each)

Volume is bytes of file: redis-server keeps hashes of words with two numbers, about as many bytes of them.
"""
import pathlib
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
RECORDS = 200
IDLE_S = 4


def encode(*arguments):
    parts = [a if isinstance(a, bytes) else str(a).encode() for a in arguments]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, *arguments):
        self.socket.sendall(encode(*arguments))
        reply = self.socket.recv(1 << 16)
        if reply[:1] == b"-":
            raise RuntimeError(reply.decode())
        return reply

    def pipeline(self, requests):
        self.socket.sendall(b"".join(requests))
        left = len(requests)
        while left > 0:
            left -= self.socket.recv(1 << 20).count(b"\r\n")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_until_ready(port, process):
    while process.poll() is None:
        try:
            connection = Connection(port)
            connection.ask("PING")
            return connection
        except (OSError, RuntimeError):
            time.sleep(0.002)
    raise RuntimeError("the server has ended")


class Server:
    def __init__(self, command, port, pattern):
        self.command, self.port, self.pattern = command, port, pattern

    def start(self):
        begin = time.perf_counter()
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = wait_until_ready(self.port, self.process)
        return time.perf_counter() - begin

    def save(self):
        begin = time.perf_counter()
        self.connection.ask("SAVE")
        return time.perf_counter() - begin

    def kill(self):
        self.process.kill()
        self.process.wait()

    def file_bytes(self):
        return max(pathlib.Path(self.pattern[0]).glob(self.pattern[1])).stat().st_size

    def resident_mb(self, field="VmRSS"):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) / 1000
        return 0


def prompts(count=5000):
    share = [1 / (i + 1) for i in range(20_000)]
    words = random.Random(1).choices(range(20_000), share, k=14 * count)
    return [", ".join(f"theme{word}" for word in words[14 * i:14 * i + 14]) for i in range(count)]


def fill_penchant(connection, users):
    draw = random.Random(2)
    texts = prompts()
    for user in range(users):
        connection.pipeline([encode("RECORD", f"user{user}", draw.choice(("selected", "rejected")),
                                    f"checkpoint-{(user * 7 + draw.randrange(20)) % 200}", draw.choice(texts))
                             for _ in range(RECORDS)])


def fill_redis(connection, users, bytes_of_file):
    fields = max(1, round(bytes_of_file / users / 27))  # what a field takes in its file
    draw = random.Random(3)
    for user in range(users):
        pairs = [part for _ in range(fields)
                 for part in (f"theme{draw.randrange(20_000)}", f"{draw.random() * 9:.6f} {draw.random() * 9:.6f}")]
        connection.pipeline([encode("HSET", f"user{user}", *pairs)])


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] * 1e6


def latencies(connection, request, until):
    seconds = []
    while not until():
        begin = time.perf_counter()
        connection.ask(*request())
        seconds.append(time.perf_counter() - begin)
    return seconds


def measure_background(server, name, request):
    """Idle and while a snapshot is written; closed loop, one client."""
    tell = Connection(server.port)
    idle, during, took, freezes = [], [], [], []
    for _ in range(ROUNDS):
        end = time.perf_counter() + IDLE_S
        idle += latencies(server.connection, request, lambda: time.perf_counter() > end)
        begin = time.perf_counter()
        tell.ask("BGSAVE")
        freezes.append(time.perf_counter() - begin)
        looked = [begin]

        def is_done():
            if time.perf_counter() - looked[0] < 0.05:
                return False
            looked[0] = time.perf_counter()
            return b"rdb_bgsave_in_progress:0" in tell.ask("INFO", "persistence")

        during += latencies(server.connection, request, is_done)
        took.append(time.perf_counter() - begin)
    print(f"{name}: idle p50 {percentile(idle, .5):.0f} us, p99.9 {percentile(idle, .999):.0f}; during BGSAVE "
          f"p50 {percentile(during, .5):.0f}, p99.9 {percentile(during, .999):.0f} "
          f"({percentile(during, .999) / percentile(idle, .999):.2f} times); "
          f"BGSAVE took {statistics.median(took):.2f} s, "
          f"its request {statistics.median(freezes) * 1e3:.1f} ms", flush=True)


def measure_memory(server, rate, request):
    """What is copied while BGSAVE writes and so many records a second come for users drawn from all."""
    tell = Connection(server.port)
    before = server.resident_mb()
    pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")  # VmHWM begins anew
    begin = time.perf_counter()
    tell.ask("BGSAVE")
    sent = 0
    while b"rdb_bgsave_in_progress:0" not in tell.ask("INFO", "persistence"):
        due = int((time.perf_counter() - begin) * rate) - sent
        if due > 0:
            server.connection.pipeline([encode(*request()) for _ in range(due)])
        sent += max(due, 0)
        time.sleep(0.01)
    took = time.perf_counter() - begin
    most = server.resident_mb("VmHWM")
    print(f"{sent / took:,.0f} records a second while BGSAVE writes, {took:.2f} s: memory {before:.0f} MB, at most "
          f"{most:.0f}: {most / before:.2f} times", flush=True)


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    users = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with tempfile.TemporaryDirectory(prefix="penchant-bench-") as folder:
        ours_folder, redis_folder = pathlib.Path(folder) / "ours", pathlib.Path(folder) / "redis"
        redis_folder.mkdir()
        port, redis_port = free_port(), free_port()
        ours = Server([binary, "serve", "--data", ours_folder, "--port", port, "--http-port", 0, "--snapshot-every", 0,
                       "--snapshot-every-records", 0], port, (ours_folder, "snapshot-*.penchant"))
        ours.command = list(map(str, ours.command))
        redis = Server(["redis-server", "--port", str(redis_port), "--dir", str(redis_folder), "--save", "",
                        "--appendonly", "no"], redis_port, (redis_folder, "*.rdb"))
        try:
            ours.start()
            fill_penchant(ours.connection, users)
            ours.save()
            redis.start()
            fill_redis(redis.connection, users, ours.file_bytes())
            redis.save()
            print(f"penchant: {ours.resident_mb():.0f} MB of memory, {ours.file_bytes() / 1e6:.0f} MB of file; "
                  f"redis-server: {redis.resident_mb():.0f}, {redis.file_bytes() / 1e6:.0f}", flush=True)
            times = {one: ([], []) for one in (ours, redis)}
            for _ in range(ROUNDS):
                for one, (saved, started) in times.items():
                    saved.append(one.save())
                    one.kill()
                    started.append(one.start())
            for name, one in (("penchant", ours), ("redis-server", redis)):
                saved, started = map(statistics.median, times[one])
                size = one.file_bytes() / 1e6
                print(f"{name}: SAVE {saved:.2f} s, {size / saved:.0f} MB/s of file; started again {started:.2f} s, "
                      f"{size / started:.0f} MB/s", flush=True)
            redis.kill()
            draw = random.Random(4)
            texts = prompts(500)
            user = lambda: f"user{draw.randrange(users)}"
            record = lambda: ("RECORD", user(), "selected", f"checkpoint-{draw.randrange(200)}", draw.choice(texts))
            for rate in (1000, 3000, 10_000):
                for _ in range(3):
                    measure_memory(ours, rate, record)
            measure_background(ours, "RECOMMEND", lambda: ("RECOMMEND", user(), draw.choice(texts)))
            measure_background(ours, "RECORD", record)
        finally:
            for one in (ours, redis):
                if hasattr(one, "process"):
                    one.kill()


if __name__ == "__main__":
    main()
