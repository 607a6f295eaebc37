"""Exports and imports: what one server learned another one has, whichever way the file takes."""
import json
import os
import pathlib
import pty
import re
import shutil
import subprocess
import threading
import time
import unittest

import redis

from harness import BINARY, PATIENCE_S, EndToEnd, encode, run

MANY = 200_000
MIB = 1 << 20
AT = int(time.time() + 3600) * 1000  # what is asked about is the same moment everywhere
PROMPTS = ["anime girl <lora:ink:0.8>", "(portrait:1.3) of a man, blurry", "city at night", "ünïcode 猫 \"quoted\"\\"]


def undated(text):
    return re.sub(r'"exported_at":"[^"]*"', "", text)


def records_of(count):
    """Varied, and in part without an ID."""
    for i in range(count):
        options = ["LORA", f"l{i % 5}.safetensors", 0.1 * (i % 13), "AT", AT - (400 - i) * 8_640_123]
        if i % 3:
            options += ["NEGATIVE", "blurry text", "PARAM", "steps", 20 + i % 9, "FAMILY", "sdxl", "TIER", "draft"]
        if i % 2:
            options += ["ID", f"image-{i}"]
        verdict = ["selected", "rejected", "neutral"][i % 7 % 3]
        yield ["RECORD", "ann", verdict, f"model{i % 11}", PROMPTS[i % 4], *options]


class Files(EndToEnd):
    def setUp(self):
        self.here = self.folder()

    def path(self, name):
        return self.here / name

    def well(self, *arguments, **options):
        done = run(*arguments, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def report(self, *arguments, **options):
        return json.loads(self.well("import", *arguments, "--json", **options))

    def refused(self, *arguments, status=1):
        done = run(*arguments)
        self.assertEqual((done.returncode, done.stdout), (status, ""))
        return done.stderr

    def write(self, name, value):
        self.path(name).write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
        return self.path(name)

    def learned(self, count=300):
        """A server that knows ann."""
        one = self.server(snapshot_every=0)
        with one.client() as client:
            client.ask("POOL", "SET", "sdxl", "draft", "model1", "model2.safetensors")
            self.assertFalse([r for r in client.pipeline(list(records_of(count))) if not isinstance(r, int)])
        return one

    def advice(self, one):
        """What it says, to the last digit; a decision's id is its own."""
        told = []
        with one.client() as client:
            for prompt in [*PROMPTS, "anime city man", ""]:
                answer = client.ask("RECOMMEND", "ann", prompt, "TOP", 50, "AT", AT)
                told.append({name: value for name, value in answer.items() if name != "decision"})
                told += [client.ask(command, "ann", prompt, "AT", AT) for command in ["LORAS", "NEGATIVES", "PARAMS"]]
        return told


class Copies(Files):
    def test_a_copy_through_servers_is_the_same_file_and_gives_the_same_advice(self):
        one, other = self.learned(), self.server()
        text = self.well("export", "--user", "ann", "--port", one.port)
        self.assertEqual(self.report(self.write("ann.json", text), "--port", other.port),
                         {"records": 300, "recorded": 300, "duplicates": 0, "stats": 0, "stat_records": 0, "pools": 1,
                          "dry_run": False})
        self.assertEqual(undated(self.well("export", "--user", "ann", "--port", other.port)), undated(text))
        self.assertEqual(self.advice(other), self.advice(one))
        other.terminate()
        other.start()
        self.assertEqual(self.advice(other), self.advice(one))

    def test_a_copy_through_folders_and_pipes_is_the_same(self):
        one = self.learned()
        through_server = self.well("export", "--user", "ann", "--port", one.port)
        advice = self.advice(one)
        one.terminate()
        pipe = f"'{BINARY}' export --user ann --data '{one.data}' | '{BINARY}' import - --data '{self.path('copy')}'"
        piped = subprocess.run(pipe, shell=True, capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual((piped.stdout, piped.stderr), ("300 records recorded, 0 known already.\n1 pool set.\n", ""))
        copy = self.well("export", "--user", "ann", "--data", self.path("copy"))
        self.assertEqual(undated(copy), undated(through_server))
        self.assertEqual(undated(self.well("export", "--user", "ann", "--data", one.data)), undated(through_server))
        other = self.server(data=self.path("copy"))
        self.assertEqual(self.advice(other), advice)

    def test_a_copy_through_redis_clients_is_the_same(self):
        one, other = self.learned(), self.server()
        with redis.Redis(port=one.port) as old, redis.Redis(port=other.port) as new:
            text = old.execute_command("EXPORT", "ann")
            self.assertEqual(new.execute_command("IMPORT", text), [b"recorded", 300, b"duplicates", 0])
            self.assertEqual(new.execute_command("IMPORT", text), [b"recorded", 0, b"duplicates", 300])
            self.assertEqual(undated(new.execute_command("EXPORT", "ann").decode()), undated(text.decode()))
        self.assertEqual(json.loads(one.redis_cli("EXPORT", "ann"))["preferences"], json.loads(text)["preferences"])
        self.assertEqual(self.advice(other), self.advice(one))

    def test_a_backup_goes_back_into_its_own_server_without_a_trace(self):
        one = self.learned()
        backup = self.path("ann.json")
        self.assertEqual(self.well("export", "--user", "ann", "--port", one.port, "--output", backup),
                         f"300 records of ann written to {backup}.\n")
        advice, events = self.advice(one), one.info("journal_written_sequence")
        self.assertEqual(self.report(backup, "--port", one.port)["duplicates"], 300)
        self.assertEqual((self.advice(one), one.info("journal_written_sequence")), (advice, events))
        with one.client() as client:
            self.assertEqual(client.ask("FORGET", "ann"), 300)
        self.assertEqual(self.report(backup, "--port", one.port)["recorded"], 300)
        self.assertEqual(self.advice(one), advice)

    def test_corrections_are_there_as_they_stand(self):
        one, other = self.server(decay_days=0), self.server(decay_days=0)
        with one.client() as client:
            for verdict, checkpoint in [("selected", "A"), ("rejected", "B")]:
                client.ask("RECORD", "ann", verdict, checkpoint, "ink", "ID", "x")
                client.ask("RECORD", "ann", verdict, checkpoint, "ink cat")
            text = client.ask("EXPORT", "ann")
        self.assertEqual([r["checkpoint"] for r in json.loads(text)["preferences"]], ["A", "B", "B"])
        with other.client() as client:
            client.ask("IMPORT", text)
            for server in [one, other]:
                with server.client() as asked:
                    self.assertEqual(asked.ask("SCORE", "ann", "ink", 2, "A", "B"), [6 / 11, 5 / 12])


class Refusals(Files):
    def file(self, *records):
        return {"format": "penchant-preferences", "version": 1, "user_id": "ann", "preferences": list(records)}

    def test_a_bad_record_in_the_middle_changes_nothing_anywhere(self):
        good = {"checkpoint": "A", "action": "selected", "prompt": "ink"}
        bad = self.write("bad.json", self.file(good, {"checkpoint": "A", "action": "liked"}, good))
        one = self.learned(10)
        where = f"penchant import: {bad}: record 2: action must be selected, rejected or neutral\n"
        events = one.info("journal_written_sequence")
        self.assertEqual(self.refused("import", bad, "--port", one.port), where)
        self.assertEqual(one.info("journal_written_sequence"), events)
        self.assertEqual(self.refused("import", bad, "--data", self.path("new")), where)
        self.assertFalse(self.path("new").exists())

    def test_a_limit_is_met_by_the_trial_before_anything_is_recorded(self):
        many = [{"checkpoint": f"m{i}", "action": "neutral"} for i in range(65_537)]
        text = self.write("many.json", self.file(*many))
        self.assertIn("record 65537: this user has the most checkpoints one may have",
                      self.refused("import", text, "--data", self.path("new")))
        self.assertFalse(self.path("new").exists())

    def test_wrong_usage_and_missing_things_are_told(self):
        self.assertIn("FILE is missing", self.refused("import", status=2))
        self.assertIn("unrecognised option", self.refused("export", "--colour", "red", status=2))
        self.assertIn("'--data' is required", self.refused("dump", status=2))
        self.assertIn("cannot read /nowhere: No such file", self.refused("import", "/nowhere", "--data", self.here))
        self.assertIn("no server at", self.refused("export", "--port", 1))
        self.assertIn("nothing is kept in", self.refused("export", "--data", self.path("new")))
        one = self.learned(1)
        self.assertEqual(self.refused("export", "--user", "bob", "--port", one.port),
                         "penchant export: there is no such user; USERS tells them\n")
        self.assertIn("is in use by another penchant", self.refused("dump", "--data", one.data))
        one.terminate()
        self.assertIn("there is no user bob in", self.refused("export", "--user", "bob", "--data", one.data))

    def test_an_output_that_fails_leaves_what_was_there(self):
        one = self.learned(10)
        old = self.write("old.json", "old")
        self.assertIn("no such user", self.refused("export", "--user", "bob", "--port", one.port, "--output", old))
        self.assertEqual((old.read_text(), os.listdir(self.here)), ("old", ["old.json"]))
        done = run("export", "--user", "ann", "--port", one.port, "--output", "/dev/full")
        self.assertEqual((done.returncode, done.stderr),
                         (1, "penchant export: cannot write /dev/full: No space left on device\n"))


class Predecessor(Files):
    RECORD = {"prompt": "a beach", "keywords": ["beach"], "checkpoint": "real:vis.safetensors", "loras": [],
              "action": "selected", "timestamp": "2025-03-01T12:00:00.123456"}
    STATS = [("keyword_checkpoint", "beach:real:vis.safetensors", 9, 9),
             ("keyword_checkpoint", "sea:real:vis.safetensors", 3, 4), ("keyword_lora", "sea:x", 3, 4)]
    FILE = {"version": "1.0", "user_id": "ann", "total_preferences": 2, "preferences": [RECORD, RECORD],
            "stats": [{"type": t, "key": k, "selected": s, "total": n, "rate": s / n} for t, k, s, n in STATS]}

    def test_its_records_count_and_its_statistics_stand_for_those_that_are_gone(self):
        path = self.write("old.json", self.FILE)
        self.assertEqual(self.well("import", path, "--data", self.path("data"), "--dry-run"),
                         "5 records would be recorded, 1 known already.\n"
                         "4 of them stand for 1 statistic without records.\nNothing was changed.\n")
        for one in [["--data", self.path("data")], ["--port", self.server(decay_days=0).port]]:
            self.assertEqual(self.well("import", path, *one),
                             "5 records recorded, 1 known already.\n4 of them stand for 1 statistic without records.\n")
            self.assertEqual(self.report(path, *one)["recorded"], 0)
        exported = json.loads(self.well("export", "--user", "ann", *one))
        counts = {s["key"]: (s["selected"], s["total"]) for s in exported["stats"] if s["type"] == "keyword_checkpoint"}
        self.assertEqual(counts, {"beach:real:vis.safetensors": (1, 1), "sea:real:vis.safetensors": (3, 4)})
        score, = json.loads(self.well("score", "ann", "sea", "real:vis", *one, "--json"))
        self.assertEqual(score["score"], 8 / 14)


class DryRuns(Files):
    def test_a_dry_run_says_what_would_be_and_changes_nothing(self):
        one = self.learned(10)
        text = self.write("ann.json", self.well("export", "--user", "ann", "--port", one.port))
        other = self.server()
        self.assertEqual(self.report(text, "--port", other.port, "--dry-run")["recorded"], None)
        self.assertIn("10 records can be imported", self.well("import", text, "--port", other.port, "--dry-run"))
        with other.client() as client:
            self.assertEqual((client.ask("USERS"), client.ask("POOL", "LIST")), ([], []))
        one.terminate()
        kept = lambda: {path.name: path.read_bytes() for path in one.files("*") if path.name != "lock"}
        files = kept()
        self.assertEqual(self.well("import", text, "--data", one.data, "--dry-run"),
                         "0 records would be recorded, 10 known already.\nNothing was changed.\n")
        self.assertEqual(kept(), files)
        self.assertEqual(self.report(text, "--data", self.path("new"), "--dry-run")["recorded"], 10)
        self.assertFalse(self.path("new").exists())


class Dumps(Files):
    def test_other_programs_read_a_dump(self):
        one = self.learned(20)
        with one.client() as client:
            client.ask("RECORD", "bob", "selected", "B", "ink\ncat", "NOTE", "two\r\nlines")
            client.ask("RECORD", "ann", "selected", "model0", "again", "ID", "image-1")
        one.terminate()
        lines = self.well("dump", "--data", one.data).splitlines()
        records = [json.loads(line) for line in lines]
        self.assertEqual([r["user_id"] for r in records], ["ann"] * 19 + ["bob", "ann"])
        self.assertEqual((records[19]["prompt"], records[19]["feedback_text"]), ("ink\ncat", "two\r\nlines"))
        self.assertEqual([r["prompt"] for r in records if r["id"] == "image-1"], ["again"])
        exported = json.loads(self.well("export", "--user", "ann", "--data", one.data))["preferences"]
        self.assertEqual([r for r in records if r["user_id"] == "ann"], exported)
        self.well("dump", "--data", one.data, "--user", "bob", "--output", self.path("bob.jsonl"))
        self.assertEqual(self.path("bob.jsonl").read_text(), lines[19] + "\n")
        if shutil.which("jq"):
            told = subprocess.run(["jq", "-r", "select(.user_id == \"bob\") | .checkpoint"], input="\n".join(lines),
                                  capture_output=True, text=True, check=True)
            self.assertEqual(told.stdout, "B\n")


class Large(Files):
    def peak_kib(self, *arguments):
        """Asked of the system while it runs: what wait4() tells begins with the memory of who started it."""
        peak = 0
        command = [BINARY, *map(str, arguments)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            status = pathlib.Path(f"/proc/{process.pid}/status")
            while process.poll() is None:
                if found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text()):
                    peak = int(found[1])
                time.sleep(0.005)
            self.assertEqual((process.returncode, process.stderr.read()), (0, b""))
        return peak

    def recorded(self, count):
        one = self.server(snapshot_every=0, durability="os")
        request = b"".join(encode("RECORD", "ann", "selected", f"m{i % 50}", f"ink cat {i % 1000} portrait of a woman")
                           for i in range(1000))
        with one.client() as client:
            for _ in range(count // 1000):
                client.send(request)
                for _ in range(1000):
                    client.receive()
        return one

    @unittest.skipIf(os.environ.get("PENCHANT_SANITIZE"), "a sanitizer's memory is its own")
    def test_memory_does_not_grow_with_the_records(self):
        peaks = []
        for count in [MANY // 20, MANY]:
            one, other, text = self.recorded(count), self.server(), self.path("ann.json")
            export = ["export", "--user", "ann", "--output", text]
            peaks.append([self.peak_kib(*export, "--port", one.port),
                          self.peak_kib("import", text, "--port", other.port)])
            with other.client() as client:
                self.assertEqual(client.ask("STATS", "ann")["records"], count)
            other.terminate()
            one.terminate()
            peaks[-1].append(self.peak_kib(*export, "--data", one.data))
            peaks[-1].append(self.peak_kib("dump", "--data", one.data))
            size = text.stat().st_size
        self.assertGreater(size, 80 * MIB)
        for few, many in zip(*peaks):
            self.assertLess(many - few, 16 * 1024, peaks)
        print(f"peak KiB of export, import (server), export, dump (folder): {peaks}; file {size >> 20} MiB")

    def test_a_bar_shows_on_a_terminal_alone(self):
        record = {"checkpoint": "A", "action": "selected", "prompt": "ink cat " * 30}
        lines = ",\n".join(json.dumps(record | {"id": i}) for i in range(MANY))
        text = self.write("many.json", '{"version":"1.0","preferences":[' + lines + "]}")
        screen, terminal = pty.openpty()
        seen = bytearray()

        def watch():
            with open(screen, "rb", buffering=0) as stream:
                try:
                    while some := stream.read(4096):
                        seen.extend(some)
                except OSError:  # the other side is closed
                    pass

        watcher = threading.Thread(target=watch)
        watcher.start()
        done = subprocess.run([BINARY, "import", text, "--data", self.path("data")], stdout=subprocess.PIPE,
                              stderr=terminal, text=True, timeout=PATIENCE_S)
        os.close(terminal)
        watcher.join()
        self.assertEqual(done.stdout, f"{MANY} records recorded, 0 known already.\n")
        self.assertRegex(seen.decode(), r"\rImporting \[#+ *\] \d+%")
        self.assertTrue(seen.endswith(b"\r\x1b[K"))


if __name__ == "__main__":
    unittest.main()
