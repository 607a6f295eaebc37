"""Full and failing disks, torn and damaged files: what was acknowledged stays, and what is wrong is said."""
import contextlib
import os
import shutil
import subprocess
import unittest

from harness import (BINARY, EndToEnd, Error, encode, eventually, folder, known, record_of, refused_start, run,
                     serve_command)
from power_cut import powered_server

SEGMENT = "journal-00000000000000000001.log"


@contextlib.contextmanager
def tmpfs(*options):
    """A small file system of its own; skips the test, loudly, where this user cannot mount one."""
    with folder() as path:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "none", path],
                              capture_output=True, text=True)
        if done.returncode != 0:
            print(f"skipped: cannot mount a tmpfs: {done.stderr.strip()}", flush=True)
            raise unittest.SkipTest("cannot mount a tmpfs")
        try:
            yield path
        finally:
            subprocess.run(["umount", path], check=True)


class FullDisk(EndToEnd):
    def test_when_space_ends_the_server_is_read_only_and_keeps_what_it_acknowledged(self):
        disk = self.enterContext(tmpfs("size=2m"))
        penchant = self.server(data=disk / "data")
        acknowledged = []
        refused = None
        with penchant.client() as client:
            for i in range(10_000):
                reply = client.ask(*record_of(f"image-{i}"), "NOTE", "n" * 5000)
                if isinstance(reply, Error):
                    refused = reply
                    break
                acknowledged.append(f"image-{i}")
            self.assertGreater(len(acknowledged), 100)
            self.assertRefused(refused, r"^READONLY .*cannot write .*No space left on device")
            self.assertRefused(client.ask("RECORD", "ann", "selected", "A", "small"), "^READONLY ")
            self.assertRefused(client.ask("POOL", "SET", "sdxl", "draft", "A"), "^READONLY ")
            self.assertRefused(client.ask("SAVE"), "^(ERR|READONLY) ")
            self.assertIn("arms", client.ask("RECOMMEND", "user1", "portrait"))
        self.assertEqual(penchant.info("read_only"), "1")
        subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
        with penchant.client() as client:
            for _ in range(3):
                self.assertRefused(client.ask("RECORD", "ann", "selected", "A", "small"), "^READONLY ")
            self.assertIn("arms", client.ask("RECOMMEND", "user1", "portrait"))
        penchant.kill9()
        penchant.start()
        self.assertEqual(penchant.info("read_only"), "0")
        self.assertEqual(known(penchant, acknowledged), set(acknowledged))
        with penchant.client() as client:
            self.assertGreater(client.ask("RECORD", "ann", "selected", "A", "small"), 0)
            self.assertEqual(client.ask("SAVE"), "OK")
        self.assertEqual(penchant.terminate(), 0)
        found = run("check", "--data", penchant.data)
        self.assertEqual(found.returncode, 0, found.stdout)

    def test_a_batch_that_does_not_fit_is_refused_and_its_questions_are_answered(self):
        disk = self.enterContext(tmpfs("size=1m"))
        penchant = self.server(data=disk / "data")
        penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
        big = ["RECORD", "ann", "selected", "A", "castle", "NOTE", "n" * 60_000]
        with penchant.client() as client:
            replies = client.pipeline([big, ["SCORE", "ann", "portrait", 1, "A"]] * 20)
        refused = [isinstance(reply, Error) for reply in replies[::2]]
        self.assertIn(True, refused)
        self.assertEqual(refused, sorted(refused), "after the first refusal there is no success")
        self.assertTrue(all(isinstance(reply, list) for reply in replies[1::2]))

    def test_a_snapshot_that_does_not_fit_is_no_reason_to_refuse_records(self):
        disk = self.enterContext(tmpfs("size=1m"))
        penchant = self.server(data=disk / "data")
        with penchant.client() as client:
            client.pipeline([["RECORD", "ann", "selected", f"c{i}", f"word{i}a word{i}b word{i}c"]
                             for i in range(5000)])
            self.assertRefused(client.ask("SAVE"), "^ERR .*No space left on device")
            self.assertEqual(client.ask("BGSAVE"), "Background saving started")
            eventually(lambda: penchant.info("rdb_bgsave_in_progress") == "0", "the snapshot has failed")
            self.assertEqual(penchant.info("rdb_last_bgsave_status"), "err")
            self.assertEqual(client.ask("RECORD", "ann", "selected", "A", "portrait"), 5001)
        self.assertEqual(penchant.files("snapshot-*"), [])


class FailingSync(EndToEnd):
    def powered(self, **options):
        return self.enterContext(powered_server(**options))

    def test_always_answers_READONLY_to_what_could_not_be_synced_and_ever_after(self):
        penchant, power = self.powered(durability="always")
        with penchant.client() as client:
            self.assertEqual(client.ask(*record_of("image-1")), 1)
            power.fail_syncs()
            client.send(encode(*record_of("image-2")) + encode("KEYWORDS", "castle"))
            self.assertRefused(client.receive(), "^READONLY .*cannot sync .*Input/output error")
            self.assertEqual(client.receive(), ["castle"])
            power.let_syncs_go()
            for _ in range(3):
                self.assertRefused(client.ask(*record_of("image-3")), "^READONLY ")
            self.assertIn("arms", client.ask("RECOMMEND", "user1", "portrait", "AMONG", 1, "A"))
        self.assertEqual(penchant.info("read_only"), "1")
        eventually(lambda: "read-only from now on" in penchant.log, "the log says so")
        penchant.restart()
        self.assertEqual(known(penchant, ["image-1"]), {"image-1"})
        self.assertEqual(known(penchant, ["image-3"]), set())

    def test_everysec_is_read_only_within_a_second(self):
        penchant, power = self.powered(durability="everysec")
        with penchant.client() as client:
            power.fail_syncs()
            self.assertGreater(client.ask(*record_of("image-0")), 0)
            eventually(lambda: penchant.info("read_only") == "1", "a sync was due", seconds=2)
            power.let_syncs_go()
            self.assertRefused(client.ask(*record_of("image-1")), "^READONLY ")

    def test_a_server_that_is_read_only_ends_in_order(self):
        penchant, power = self.powered(durability="always")
        with penchant.client() as client:
            power.fail_syncs()
            self.assertRefused(client.ask(*record_of("image-1")), "^READONLY ")
        power.let_syncs_go()
        self.assertEqual(penchant.terminate(), 1, "not all is well")
        self.assertEqual(penchant.files("snapshot-*"), [], "no snapshot of what is not in the journal")
        self.assertEqual(penchant.log.count("read-only from now on"), 1)


class SnapshotUnderWay(EndToEnd):
    """Its file is written and cannot be synced yet."""

    def saving(self):
        penchant, power = self.enterContext(powered_server())
        with penchant.client() as client:
            self.assertEqual(client.ask(*record_of("image-1")), 1)
            power.hold_syncs()
            self.assertEqual(client.ask("BGSAVE"), "Background saving started")
        eventually(lambda: penchant.files("snapshot-*.tmp"), "the snapshot is being written")
        return penchant, power

    def test_SIGTERM_waits_for_it_and_ends_in_order(self):
        penchant, power = self.saving()
        penchant.process.terminate()
        with self.assertRaises(subprocess.TimeoutExpired):
            penchant.process.wait(0.5)
        power.let_syncs_go()
        self.assertEqual(penchant.wait(), 0)
        self.assertEqual([path.suffix for path in penchant.files("snapshot-*")], [".penchant"])
        penchant.start()
        self.assertEqual((penchant.info("records_total"), penchant.info("replayed_at_start")), ("1", "0"))

    def test_what_SIGKILL_leaves_of_it_is_no_snapshot(self):
        penchant, power = self.saving()
        penchant.kill9()
        power.let_syncs_go()
        penchant.start()
        self.assertEqual((penchant.info("records_total"), penchant.info("replayed_at_start")), ("1", "1"))
        self.assertEqual(penchant.redis_cli("SAVE"), "OK")
        self.assertEqual([path.suffix for path in penchant.files("snapshot-*")], [".penchant"])


class Damage(EndToEnd):
    def setUp(self):
        self.penchant = self.server(durability="always")
        for i in range(20):
            self.penchant.redis_cli(*record_of(f"image-{i}"))
        self.penchant.kill9()
        self.segment = self.penchant.data / SEGMENT
        self.whole = self.segment.read_bytes()

    def test_a_torn_tail_is_kept_aside_and_said(self):
        tails = {"garbage": (self.whole + b"garbage" * 100, 20), "zeros": (self.whole + bytes(10_000), 20),
                 "half a frame": (self.whole[:-3], 19), "half a header": (self.whole + self.whole[40:50], 20)}
        for name, (data, records) in tails.items():
            with self.subTest(name):
                self.segment.write_bytes(data)
                self.penchant.start()
                self.assertEqual(int(self.penchant.info("records_total")), records)
                eventually(lambda: "torn tail" in self.penchant.log, "the log says so")
                [aside] = self.penchant.files("*.torn-*")
                offset = int(aside.name.rsplit("-", 1)[1])
                self.assertIn(f"{self.segment} has a torn tail at offset {offset}", self.penchant.log)
                self.assertIn(str(aside), self.penchant.log)
                self.assertEqual(aside.read_bytes(), data[offset:])
                with self.penchant.client() as client:
                    self.assertGreater(client.ask("RECORD", "ann", "selected", "A", "after"), 0)
                self.penchant.restart()
                self.assertEqual(int(self.penchant.info("records_total")), records + 1)
                self.penchant.kill9()
                aside.unlink()

    def test_a_flipped_byte_in_the_middle_refuses_the_start_with_file_and_offset(self):
        synced = len(self.whole) * 3 // 4
        for position in range(0, synced, 37):
            with self.subTest(position=position):
                damaged = bytearray(self.whole)
                damaged[position] ^= 0x10
                self.segment.write_bytes(damaged)
                sentence = refused_start(self.penchant.data)
                self.assertIn(str(self.segment), sentence)
                self.assertRegex(sentence, r"offset \d+")
                self.assertEqual(self.segment.read_bytes(), damaged, "nothing was changed")
                self.assertEqual(self.penchant.files("*.torn-*"), [])

    def test_a_missing_segment_refuses_the_start(self):
        self.segment.rename(self.penchant.data / "journal-00000000000000000005.log")
        self.assertIn(str(self.penchant.data), refused_start(self.penchant.data))

    def test_a_snapshot_of_another_store_refuses_the_start(self):
        other = self.server()
        other.redis_cli("RECORD", "bob", "selected", "A", "portrait")
        other.redis_cli("SAVE")
        [snapshot] = other.files("snapshot-*")
        (self.penchant.data / snapshot.name).write_bytes(snapshot.read_bytes())
        self.assertIn("different stores", refused_start(self.penchant.data))


NOBODY = 65534


class AnotherOwner(EndToEnd):
    """Started by a user whose the folder, or something in it, is not."""

    def setUp(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            print("skipped: only root can start a server as somebody else", flush=True)
            self.skipTest("only root can start a server as somebody else")
        one = self.server()
        for _ in range(2):
            one.redis_cli("RECORD", "ann", "selected", "A", "portrait")
            one.redis_cli("SAVE")
        one.kill9()
        self.data = one.data
        self.data.parent.chmod(0o755)
        if self.as_nobody("--version").returncode != 0:
            print("skipped: nobody else can run this executable", flush=True)
            self.skipTest("nobody else can run this executable")

    def as_nobody(self, *arguments):
        return subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", BINARY,
                               *arguments], capture_output=True, text=True, timeout=30)

    def give(self, *paths):
        for path in paths:
            os.chown(path, NOBODY, NOBODY)

    def assert_refused_for(self, path):
        done = self.as_nobody(*serve_command(self.data)[1:])
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, rf"cannot .*{path}: Permission denied$")

    def test_a_folder_of_somebody_else_s(self):
        self.assert_refused_for(self.data)
        self.data.chmod(0o755)
        self.assert_refused_for(self.data)

    def test_a_folder_that_cannot_be_written_any_more(self):
        self.give(self.data, *self.data.iterdir())
        self.data.chmod(0o500)
        self.assert_refused_for(self.data)

    def test_a_file_of_somebody_else_s(self):
        self.give(self.data, *self.data.iterdir())
        for name in ["lock", SEGMENT]:
            os.chown(self.data / name, 0, 0)
            self.assert_refused_for(self.data / name)
            self.give(self.data / name)

    def test_a_journal_that_is_read_only(self):
        self.give(self.data, *self.data.iterdir())
        (self.data / SEGMENT).chmod(0o400)
        self.assert_refused_for(self.data / SEGMENT)


class Folder(EndToEnd):
    def test_a_folder_that_cannot_be_written_refuses_the_start(self):
        if os.geteuid() == 0:
            data = self.enterContext(tmpfs("ro"))
        else:
            data = self.folder()
            data.chmod(0o500)
        self.assertIn(str(data), refused_start(data))

    def test_a_folder_that_is_a_file_refuses_the_start(self):
        file = self.folder() / "file"
        file.write_text("")
        self.assertIn(str(file), refused_start(file))
        self.assertIn(str(file / "data"), refused_start(file / "data"))
        self.assertIn("missing", refused_start(file.parent / "missing" / "data"))

    def test_what_is_kept_is_for_its_owner_s_eyes(self):
        self.addCleanup(os.umask, os.umask(0))
        penchant = self.server()
        penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
        penchant.redis_cli("SAVE")
        self.assertEqual(penchant.data.stat().st_mode & 0o777, 0o700)
        self.assertEqual({path.stat().st_mode & 0o777 for path in penchant.files("*")}, {0o600})

    def test_SHUTDOWN_NOSAVE_leaves_everything_to_the_journal(self):
        penchant = self.server()
        penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
        penchant.redis_cli("SHUTDOWN", "NOSAVE")
        self.assertEqual(penchant.wait(), 0)
        self.assertEqual(penchant.files("snapshot-*"), [])
        penchant.start()
        self.assertEqual(penchant.info("replayed_at_start"), "1")


if __name__ == "__main__":
    unittest.main()
