"""Files over HTTP under kill -9 and full disks: their beginning is there, and the same file again adds the rest."""
import contextlib
import json
import os
import random
import re
import socket
import struct
import subprocess
import unittest

from faults_test import tmpfs
from harness import Server, eventually, folder
from http_client import EXPORT, IMPORT, RECOMMEND, RECORDS, Http, connect, head_of, rest_of

SHIM = os.environ.get("DISK_FAULTS_SHIM", "")
MIB = 1 << 20


def records_of(count, users=("ann",), note_bytes=500):
    """Each is known by its prompt; every other one has no id."""
    return [{"user_id": users[i % len(users)], "prompt": f"castle number{i}", "checkpoint": f"c{i % 5}",
             "timestamp": f"2026-01-01T00:00:{i % 60:02}Z", "action": "selected" if i % 3 else "rejected",
             "feedback_text": "x" * note_bytes} | ({"id": f"image-{i}"} if i % 2 else {}) for i in range(count)]


def file_of(records):
    return json.dumps({"format": "penchant-preferences", "version": 1, "preferences": records})


def prompts_of(records, user):
    return [record["prompt"] for record in records if record["user_id"] == user]


class Imported(Http):
    """A server, and what its users have recorded."""

    def exported(self, user="ann"):
        answer = self.ask("GET", f"/api/preferences/export?user_id={user}")
        return prompts_of(answer.json["preferences"], user) if answer.status == 200 else []

    def import_file(self, records):
        return self.ask("POST", IMPORT, file_of(records))

    def assert_no_temporary_file(self):
        self.assertEqual(self.one.files("penchant-*"), [])

    def assert_beginning_then_complete(self, records):
        """Of each user there are the first records of the file, each once; the same file again brings the others."""
        there = 0
        users = sorted({record["user_id"] for record in records})
        for user in users:
            found = self.exported(user)
            self.assertEqual(found, prompts_of(records, user)[:len(found)])
            there += len(found)
        again = self.import_file(records)
        self.assertEqual((again.status, again.json), (200, {"recorded": len(records) - there, "duplicates": there}))
        for user in users:
            self.assertEqual(self.exported(user), prompts_of(records, user))
        self.assert_no_temporary_file()
        return there

    def assert_recommends(self):
        self.assertIn("arms", self.get(RECOMMEND + "?user_id=bob&prompt=castle"))


class Killed(Imported):
    def strike(self, before, request, check):
        """Has the server die at calls to the disk that the request makes; after each check() sees it started again."""
        calls = self.trial(0, before, request, lambda: None)
        self.assertGreater(calls, 5)
        random.seed(calls)
        # How many calls the same file takes varies by how its pieces come in: the last ones may not come again.
        sure = max(calls * 3 // 4, 4)
        for call in sorted({1, 2, 3, *random.sample(range(4, sure + 1), min(4, sure - 3))}):
            with self.subTest(call=call, of=calls):
                self.trial(call, before, request, check)

    def trial(self, call, before, request, check):
        """How many calls the request makes."""
        with folder() as path:
            data, count = path / "data", path / "count"
            self.one = Server(data, durability="os", snapshot_every=0, stores=2)
            try:
                self.one.start()
                before()
                self.one.terminate()
                begun = self.start_counting(data, count)
                if call:
                    self.one.kill9()
                    self.start_for(data, count, begun + call)
                with contextlib.suppress(AssertionError, ValueError) if call else contextlib.nullcontext():
                    request()
                calls = struct.unpack("@L", count.read_bytes())[0] - begun
                if call:
                    self.assertEqual(self.one.wait(), -9)
                    self.one.environment = {}
                    self.one.start()
                    self.assert_no_temporary_file()
                    check()
                return calls
            finally:
                if self.one.is_running():
                    self.one.kill9()

    def start_counting(self, data, count, at=0):
        """The calls that a start makes."""
        count.unlink(missing_ok=True)
        self.one.environment = {"LD_PRELOAD": SHIM, "DISK_FAULTS_FOLDER": str(data), "DISK_FAULTS_HOW": "kill",
                                "DISK_FAULTS_COUNT": str(count), "DISK_FAULTS_AT": str(at)}
        self.one.start()
        return struct.unpack("@L", count.read_bytes())[0]

    def start_for(self, data, count, at):
        """A slow start may make more calls than the one before, and die of its own: then another is tried."""
        for _ in range(5):
            with contextlib.suppress(AssertionError):
                return self.start_counting(data, count, at)
        return self.start_counting(data, count, at)

    def test_whichever_call_of_an_import_is_the_last_its_records_are_a_beginning_of_the_file(self):
        records = records_of(2000, users=("ann", "bob", "cyd"))
        self.strike(lambda: None, lambda: self.import_file(records),
                    lambda: self.assert_beginning_then_complete(records))

    def test_whichever_call_of_an_export_is_the_last_no_temporary_file_stays(self):
        records = records_of(200)
        self.strike(lambda: self.import_file(records), lambda: self.ask("GET", EXPORT),
                    lambda: self.assertEqual(self.exported(), prompts_of(records, "ann")))

    def test_kill_9_at_any_moment_of_an_import(self):
        records = records_of(12_000)
        body = file_of(records).encode()
        seen = set()
        for moment in [None, 1, 4000, 9000]:  # half of the file is sent; so many records are there
            self.one = self.server(stores=1)
            with socket.create_connection(("127.0.0.1", self.one.http_port)) as client, self.one.client() as line:
                client.sendall(head_of("POST", IMPORT, len(body)))
                client.sendall(body if moment else body[:len(body) // 2])
                eventually(lambda: self.is_there(line, moment), "the moment")
                self.one.kill9()
            self.one.start()
            seen.add(self.assert_beginning_then_complete(records))
            self.one.kill9()
        self.assertIn(0, seen)
        self.assertGreater(len(seen), 2)

    def is_there(self, line, moment):
        """The half file has come, or so many records are counted."""
        info = line.ask("INFO")
        if moment is None:
            return re.search(r"connected_clients:2\r", info)
        return int(re.search(r"records_total:(\d+)", info)[1]) >= moment

    def test_kill_9_while_an_export_is_read(self):
        self.one = self.server()
        records = records_of(300, note_bytes=30_000)
        self.assertEqual(self.import_file(records).status, 200)
        with connect(self.one.http_port, receive_buffer=4096) as client:
            client.sendall(head_of("GET", EXPORT))
            self.assertTrue(client.recv(1000).startswith(b"HTTP/1.1 200 "))
            self.one.kill9()
            with contextlib.suppress(ConnectionError):
                self.assertNotEqual(rest_of(client)[-5:], b"0\r\n\r\n", "the client sees that it is not whole")
        self.one.start()
        self.assert_no_temporary_file()
        self.assertEqual(self.exported(), prompts_of(records, "ann"))


class FullDisk(Imported):
    def start(self, mib):
        self.disk = self.enterContext(tmpfs(f"size={mib}m"))
        self.one = self.server(data=self.disk / "data", snapshot_every=0)
        self.assertEqual(self.one.redis_cli("RECORD", "bob", "selected", "A", "castle"), "1")

    def assert_no_room(self, answer, sentence):
        self.assertEqual((answer.status, set(answer.json), answer.json["field"]), (503, {"error", "field"}, None))
        self.assertRegex(answer.json["error"], sentence)
        self.assertNotIn("\n", answer.json["error"])
        self.assert_no_temporary_file()
        self.assert_recommends()

    def free_bytes(self):
        disk = os.statvfs(self.disk)
        return disk.f_bavail * disk.f_frsize

    def test_an_import_that_the_disk_cannot_hold_changes_nothing(self):
        self.start(mib=2)
        free = self.free_bytes()
        self.assert_no_room(self.import_file(records_of(6000)),
                            "^cannot write a temporary file in .*: No space left on device$")
        self.assertEqual(self.get("/api/users"), [{"user_id": "bob"}])
        eventually(lambda: free - self.free_bytes() < 100_000, "its room is given back")
        self.assertEqual(self.import_file(records_of(100)).json, {"recorded": 100, "duplicates": 0})

    def test_an_import_leaves_others_their_room(self):
        self.start(mib=64)
        self.assert_no_room(self.import_file(records_of(600, note_bytes=30_000)),
                            r"^a temporary file in .* would leave less than 1073741824 bytes of the disk free$")
        self.assertEqual(self.get("/api/users"), [{"user_id": "bob"}])

    def test_an_import_during_which_the_journal_cannot_grow_is_completed_by_another_one(self):
        self.start(mib=6)
        records = records_of(6000)
        self.assert_no_room(self.import_file(records), r"^nothing can be recorded: cannot write .*: No space left on "
                                                       r"device; \d+ records came in before it: the same file again")
        self.assert_no_room(self.import_file(records), "^nothing can be recorded")
        answer = self.ask("POST", RECORDS, {"checkpoint": "A", "action": "selected"})
        self.assert_no_room(answer, "^nothing can be recorded")
        subprocess.run(["mount", "-o", "remount,size=32m", self.disk], check=True)
        self.one.restart()
        self.assertIn(self.assert_beginning_then_complete(records), range(500, 6000))

    def test_an_export_that_the_disk_cannot_hold_is_refused(self):
        self.start(mib=8)
        records = records_of(3000)
        self.assertEqual(self.import_file(records).status, 200)
        ballast = self.disk / "ballast"
        ballast.write_bytes(bytes(self.free_bytes() - MIB // 2))
        self.assert_no_room(self.ask("GET", EXPORT), "^cannot write a temporary file in .*: No space left on device$")
        self.assertEqual(self.post(RECORDS, {"checkpoint": "A", "action": "selected"})["recorded"], 1)
        ballast.unlink()
        self.assertEqual(self.exported(), prompts_of(records, "ann"))


if __name__ == "__main__":
    unittest.main()
