"""The real server, each of whose calls to the disk fails or is its last: acknowledged ⊆ recovered ⊆ sent."""
import json
import os
import random
import shutil
import struct
import threading
import unittest

from harness import EndToEnd, Error, Gone, Server, encode, eventually, folder, run

SHIM = os.environ.get("DISK_FAULTS_SHIM", "")
TRIES = int(os.environ.get("DISK_FAULTS_TRIES", 0))  # calls struck by each test; 0: all
THREADS = 8
VICTIM = "gone"


class Life:
    """What one client sends in the life of a server: records by their prompts, each of its own."""

    def __init__(self, name):
        self.name = name
        self.sent = {}          # prompt to (user, verdict)
        self.acknowledged = {}
        self.forgets = self.forgotten = False

    def record(self, prompt, user="ann", verdict="selected"):
        key = f"{self.name} {prompt}"
        self.sent.setdefault(key, set()).add((user, verdict))
        return key, ["RECORD", user, verdict, "A", key] + (["ID", key] if prompt.endswith("id") else [])

    def batch(self, client, records, more=()):
        client.send(b"".join(encode(*request) for _, request in records) + b"".join(encode(*one) for one in more))
        for key, request in records:
            reply = client.receive()
            if isinstance(reply, int):
                self.acknowledged[key] = (request[1], request[2])
        return [client.receive() for _ in more]

    def run(self, one, client):
        """All of it; ends with the connection, or the server's refusals."""
        records = [self.record(f"{i} id") if i % 2 else self.record(f"{i}", user=VICTIM if i % 4 == 2 else "bob")
                   for i in range(8)]
        self.batch(client, records, [["POOL", "SET", "sdxl", "draft", "A", "B"], ["SHARE", "ann", "ON"]])
        advice = client.ask("RECOMMEND", "ann", "ink cat", "AMONG", 1, "A")
        assert advice["checkpoint"] == "A", advice
        client.ask("BGSAVE")
        self.batch(client, [self.record("1 id", verdict="rejected"), self.record("after")])
        eventually(lambda: "rdb_bgsave_in_progress:0" in client.ask("INFO"), "the snapshot has ended")
        self.imported(client)
        self.forgets = True
        reply = client.ask("FORGET", VICTIM)
        self.forgotten = not isinstance(reply, Error) or reply.startswith("UNERASED")
        if self.forgotten:
            for key in [key for key, what in self.acknowledged.items() if what[0] == VICTIM]:
                del self.acknowledged[key], self.sent[key]
        client.ask("SAVE")
        self.batch(client, [self.record(f"late {i} id") for i in range(3)])
        assert "arms" in client.ask("RECOMMEND", "ann", "ink cat", "AMONG", 1, "A")

    def imported(self, client):
        keys = [self.record(f"imported {i}", user="cyd")[0] for i in range(3)]
        text = {"format": "penchant-preferences", "version": 1, "user_id": "cyd",
                "preferences": [{"checkpoint": "A", "action": "selected", "prompt": key} for key in keys]}
        if not isinstance(client.ask("IMPORT", json.dumps(text)), Error):
            self.acknowledged |= {key: ("cyd", "selected") for key in keys}


class Trial:
    """A folder with a life behind it, and one more life in it under a fault."""

    def __init__(self, base, call, how, durability):
        self.base, self.call, self.how, self.durability = base, call, how, durability
        self.life = Life("second")
        self.where = f"{durability}: call {call} {how}"

    def run(self):
        """How many calls there were."""
        with folder() as path:
            data = path / "data"
            shutil.copytree(self.base.data, data)
            environment = {"LD_PRELOAD": SHIM, "DISK_FAULTS_FOLDER": str(data),
                           "DISK_FAULTS_COUNT": str(path / "count"), "DISK_FAULTS_AT": str(self.call),
                           "DISK_FAULTS_HOW": self.how}
            self.live(Server(data, environment, durability=self.durability, snapshot_every=0))
            self.check(data)
            return struct.unpack("@L", (path / "count").read_bytes())[0]

    def live(self, one):
        started = True
        try:
            one.start()
            with one.client() as client:
                self.life.run(one, client)
        except (Gone, ConnectionError):
            pass
        except AssertionError as error:
            started = "did not start" not in str(error)
            if started:
                one.kill9()
                raise AssertionError(f"{self.where}: {error}") from error
        status = one.process.wait() if not started else self.end(one)
        expected = [-9] if self.how == "kill" else [0, 1]
        if self.call and status not in expected + [0]:
            raise AssertionError(f"{self.where}: exit status {status}\n{one.log}")

    @staticmethod
    def end(one):
        one.process.terminate()
        return one.wait()

    def check(self, data):
        """Starts again, where nothing fails; then all that was acknowledged is there, and nothing that was not sent."""
        again = Server(data, durability=self.durability, snapshot_every=0)
        try:
            again.start()
            erased = again.info("erasures_pending")
            if self.life.forgets and erased != "0":
                eventually(lambda: again.info("erasures_pending") == "0", f"{self.where}: all is erased")
            total = int(again.info("records_total"))
            assert again.terminate() == 0, self.where
        finally:
            if again.is_running():
                again.kill9()
        found = run("check", "--data", data, "--json")
        assert found.returncode == 0, f"{self.where}: {found.stdout}{found.stderr}"
        unfinished = {path.name for path in data.glob("*.tmp")}
        assert all(name.startswith("snapshot-") for name in unfinished), f"{self.where}: {unfinished}"
        lines = [json.loads(line) for line in run("dump", "--data", data).stdout.splitlines()]
        assert len(lines) == total, f"{self.where}: {len(lines)} of {total} records in the history"
        self.compare(lines)

    def compare(self, lines):
        told = {line["prompt"]: (line["user_id"], line["action"]) for line in lines}
        assert len(told) == len(lines), f"{self.where}: a record is there twice"
        sent = self.base.life.sent | self.life.sent
        for prompt, what in told.items():
            assert what in sent.get(prompt, ()), f"{self.where}: {prompt} {what} was not sent"
            assert what[0] != VICTIM or not self.life.forgotten, f"{self.where}: {prompt} was forgotten"
        for prompt, what in (self.base.life.acknowledged | self.life.acknowledged).items():
            if what[0] == VICTIM and self.life.forgets:
                continue
            assert prompt in told, f"{self.where}: {prompt} is lost"
            is_corrected = len(sent[prompt]) > 1
            assert told[prompt] == what or is_corrected, f"{self.where}: {prompt} is {told[prompt]}, not {what}"


class DiskFaults(EndToEnd):
    def base(self):
        one = self.server(snapshot_every=0)
        one.life = Life("first")
        with one.client() as client:
            one.life.run(one, client)
            one.life.batch(client, [one.life.record(f"end {i}", user=VICTIM if i else "ann") for i in range(3)])
            assert client.ask("SAVE") == "OK"
            one.life.batch(client, [one.life.record("behind the snapshot")])
        eventually(lambda: one.files("*.zst"), "the closed segment is compressed")
        one.kill9()
        return one

    def strike(self, how, durability):
        base = self.base()
        calls = Trial(base, 0, how, durability).run()
        self.assertGreater(calls, 100)
        picked = list(range(1, calls + 1))
        if TRIES:
            picked = sorted(random.Random(calls).sample(picked, min(TRIES, calls)))
        waiting, failures = list(reversed(picked)), []

        def work():
            while waiting:
                try:
                    Trial(base, waiting.pop(), how, durability).run()
                except IndexError:
                    return
                except Exception as error:
                    failures.append(error)
        workers = [threading.Thread(target=work) for _ in range(THREADS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print(f"{durability}: of {calls} calls {len(picked)} struck ({how})", flush=True)
        self.assertEqual([str(failure) for failure in failures], [])

    def test_whichever_call_fails(self):
        self.strike("fail", "always")

    def test_whichever_call_fails_half_done(self):
        self.strike("short", "everysec")

    def test_whichever_call_is_the_last_before_SIGKILL(self):
        self.strike("kill", "always")
        self.strike("kill", "everysec")


if __name__ == "__main__":
    unittest.main()
