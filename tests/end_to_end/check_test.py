#!/usr/bin/env python3
"""penchant check and penchant repair on folders of a real server: sound ones, and each kind of damage."""
import json
import pty
import os
import subprocess
import unittest

from harness import BINARY, EndToEnd, eventually, known, record_of, refused_start, run

RECORDS = [f"check-{i}" for i in range(300)]


def check(folder):
    """The exit status, and what it found."""
    done = run("check", "--data", folder, "--json")
    return done.returncode, json.loads(done.stdout)


def damage(found):
    return [finding for finding in found["findings"] if finding["damage"]]


def flip(path, offset):
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


def await_compressed(one):
    """The first segment, with nothing left of its plain form."""
    first = "journal-00000000000000000001.log"
    eventually(lambda: one.files(first + ".zst") and not one.files(first), "the closed segment is compressed")
    assert one.info("segments_failure") == ""


class CheckAndRepair(EndToEnd):

    def lived(self, forgets=1, **options):
        """A server with closed segments, two snapshots and records behind them; each FORGET closes a segment."""
        one = self.server(snapshot_every=0, **options)
        with one.client() as client:
            for part in range(forgets + 1):
                size = len(RECORDS) // (forgets + 1)
                client.pipeline([record_of(i) for i in RECORDS[part * size:(part + 1) * size]])
                client.ask("RECORD", "gone", "selected", "A", "secret-prompt")
                if part < forgets:
                    self.assertEqual(client.ask("FORGET", "gone"), 1)
                client.ask("SAVE")
            client.ask("RECORD", "late", "selected", "A", "portrait")
        return one

    def compressed(self):
        """The folder of a server that was killed, with compressed segments."""
        one = self.lived()
        await_compressed(one)
        one.kill9()
        return one

    def plain(self, **options):
        one = self.lived(compress_segments="no", **options)
        one.kill9()
        return one

    def assertStarts(self, one, lost=0):
        one.start()
        self.assertGreaterEqual(len(known(one, RECORDS)), len(RECORDS) - lost)
        one.kill9()

    def test_a_sound_folder_is_told_with_exit_status_0(self):
        one = self.compressed()
        status, found = check(one.data)
        self.assertEqual((status, damage(found)), (0, []))
        self.assertEqual(found["compressed_segments"], 1)
        self.assertEqual(found["first_event"], 1)
        self.assertEqual(len(found["snapshots"]), 2)
        self.assertEqual(found["users"], 5)
        text = run("check", "--data", one.data)
        self.assertEqual(text.returncode, 0)
        self.assertIn("The folder is sound.", text.stdout)
        self.assertEqual(text.stderr, "")

    def test_a_folder_can_be_checked_beside_its_server(self):
        one = self.lived()
        status, found = check(one.data)
        self.assertEqual((status, damage(found), found["in_use"]), (0, [], True))

    def test_a_bit_in_each_file_is_found_with_its_offset(self):
        one = self.compressed()
        for pattern in ["journal-*.log.zst", "journal-*.log", "snapshot-*.penchant", "decisions-*.ring"]:
            path = one.files(pattern)[-1]
            whole = path.read_bytes()
            flip(path, len(whole) // 2)
            status, found = check(one.data)
            self.assertEqual(status, 1, path)
            self.assertIn(path.name, [finding["file"] for finding in damage(found)])
            self.assertTrue(all(finding["advice"] for finding in damage(found)))
            path.write_bytes(whole)
        self.assertEqual(check(one.data)[0], 0)

    def test_a_torn_file_of_decisions_is_told_and_no_damage(self):
        one = self.server(snapshot_every=0)
        with one.client() as client:
            client.ask("RECORD", "ann", "selected", "A", "portrait")
            for _ in range(3):
                client.ask("RECOMMEND", "ann", "portrait")
            eventually(lambda: one.files("decisions-*.ring")[-1].stat().st_size > 40, "decisions on disk")
        one.kill9()
        [path] = one.files("decisions-*.ring")
        os.truncate(path, path.stat().st_size - 1)
        status, found = check(one.data)
        self.assertEqual((status, damage(found)), (0, []))
        [finding] = found["findings"]
        self.assertIn("torn tail", finding["what"])
        self.assertIn("The folder is sound.", run("check", "--data", one.data).stdout)

    def test_a_snapshot_that_cannot_be_read_refuses_the_start_and_is_left_alone(self):
        one = self.plain()
        newest = one.files("snapshot-*")[-1]
        newest.rename(one.data.parent / "kept")
        newest.mkdir()  # to be opened, not to be read
        why = refused_start(one.data)
        self.assertIn(f"cannot read {newest}: Is a directory; the start stops here", why)
        status, found = check(one.data)
        self.assertEqual((status, [finding["file"] for finding in damage(found)]), (1, [newest.name]))
        readable, unread = (snapshot["format"] for snapshot in found["snapshots"])
        self.assertGreaterEqual(readable, 5)
        self.assertIsNone(unread)
        self.assertIn("format unknown, not whole", run("check", "--data", one.data).stdout)
        repair = run("repair", "--data", one.data, "--yes")
        self.assertEqual(repair.returncode, 1)
        self.assertIn("nothing that a repair may change", repair.stderr)
        newest.rmdir()
        (one.data.parent / "kept").rename(newest)
        self.assertStarts(one)

    def test_wrong_usage_is_told_with_exit_status_2(self):
        self.assertEqual(run("check", "--data", self.folder() / "nothing").returncode, 2)
        self.assertEqual(run("check", "--nothing").returncode, 2)
        self.assertEqual(run("repair").returncode, 2)
        no_terminal = run("repair", "--data", self.folder())
        self.assertEqual(no_terminal.returncode, 2)
        self.assertIn("--yes", no_terminal.stderr)

    def test_a_damaged_middle_is_repaired_and_costs_one_event(self):
        one = self.plain()
        for path in one.files("snapshot-*"):
            path.unlink()
        path = one.files("journal-*.log")[0]
        flip(path, path.stat().st_size // 2)
        done = run("repair", "--data", one.data, "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("lost: event ", done.stdout)
        self.assertIn("The folder starts again", done.stdout)
        self.assertEqual(damage(check(one.data)[1]), [])
        self.assertStarts(one, lost=1)

    def test_a_damaged_compressed_segment_costs_nothing_that_a_snapshot_holds(self):
        one = self.compressed()
        path = one.files("journal-*.log.zst")[0]
        flip(path, path.stat().st_size // 2)
        done = run("repair", "--data", one.data, "--yes", "--aside", one.data.parent / "aside")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("what they taught is in the snapshot", done.stdout)
        self.assertEqual(len(list((one.data.parent / "aside").iterdir())), 1)
        self.assertStarts(one)

    def test_a_torn_tail_is_repaired(self):
        one = self.plain()
        path = one.files("journal-*.log")[-1]
        with path.open("ab") as segment:
            segment.write(b"torn")
        self.assertEqual(check(one.data)[0], 1)
        done = run("repair", "--data", one.data, "--yes")
        self.assertIn("its last 4 bytes held no whole event", done.stdout)
        self.assertEqual(check(one.data)[0], 0)
        self.assertStarts(one)

    def test_damaged_snapshots_are_taken_out(self):
        one = self.plain()
        for path in one.files("snapshot-*"):
            flip(path, 100)
        done = run("repair", "--data", one.data, "--yes")
        self.assertEqual(done.stdout.count("was taken out"), 2, done.stdout)
        self.assertEqual(check(one.data)[0], 0)
        self.assertStarts(one)

    def test_a_sound_folder_is_left_as_it_is(self):
        one = self.plain()
        before = {path.name: path.read_bytes() for path in one.data.iterdir() if path.name != "lock"}
        done = run("repair", "--data", one.data, "--yes")
        self.assertIn("There is nothing to repair.", done.stdout)
        self.assertEqual(before, {path.name: path.read_bytes() for path in one.data.iterdir() if path.name != "lock"})

    def test_a_folder_in_use_is_not_repaired(self):
        one = self.lived()
        done = run("repair", "--data", one.data, "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is in use by another penchant", done.stderr)

    def test_it_asks_on_a_terminal_and_changes_nothing_without_a_yes(self):
        one = self.plain()
        path = one.files("journal-*.log")[0]
        flip(path, 60)
        before = path.read_bytes()
        for answer, status in [(b"no\n", 1), (b"yes\n", 0)]:
            self.assertEqual(path.read_bytes(), before)
            terminal, other_end = pty.openpty()
            asked = subprocess.Popen([BINARY, "repair", "--data", one.data], stdin=other_end, text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            os.write(terminal, answer)
            out, _ = asked.communicate(timeout=30)
            os.close(terminal)
            os.close(other_end)
            self.assertEqual(asked.returncode, status, out)
        self.assertNotEqual(path.read_bytes(), before)
        self.assertStarts(one, lost=1)


class ClosedSegments(EndToEnd):

    def test_options_out_of_bounds_are_wrong_usage(self):
        for option, value, right in [("--compress-segments", "maybe", "must be yes or no"),
                                     ("--history-days", 36501, "36500"), ("--history-bytes", -1, "--history-bytes")]:
            done = run("serve", "--data", self.folder(), option, value)
            self.assertEqual(done.returncode, 2)
            self.assertIn(right, done.stderr)

    def test_history_reads_compressed_segments(self):
        one = self.server(snapshot_every=0)
        with one.client() as client:
            client.pipeline([record_of(i) for i in RECORDS])
            plain = client.ask("HISTORY", "user1", "LIMIT", 1000)
            client.ask("RECORD", "gone", "selected", "A", "secret-prompt")
            client.ask("FORGET", "gone")
            await_compressed(one)
            eventually(lambda: one.info("journal_segments") == "2", "the segments are told")
            self.assertLess(int(one.info("journal_disk_bytes")), int(one.info("journal_bytes")))
            self.assertGreater(int(one.info("journal_oldest_event_time")), 1_700_000_000)
            self.assertEqual(client.ask("HISTORY", "user1", "LIMIT", 1000), plain)
        one.restart()
        with one.client() as client:
            self.assertEqual(client.ask("HISTORY", "user1", "LIMIT", 1000), plain)

    def test_forgetting_leaves_no_byte_in_a_compressed_segment(self):
        one = self.server(snapshot_every=0)
        with one.client() as client:
            for user in ["first", "second"]:
                for i in range(50):
                    client.ask("RECORD", user, "selected", "A", f"secret-of-{user} {i}")
            client.ask("FORGET", "first")
            await_compressed(one)
            client.ask("FORGET", "second")
        one.kill9()
        plain = b"".join(subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout
                         for path in one.files("journal-*.log.zst"))
        self.assertIn(b"PENCHJNL", plain)
        self.assertNotIn(b"secret-of", plain)
        for path in one.data.iterdir():
            self.assertNotIn(b"secret-of", path.read_bytes(), path)

    def test_history_ends_where_the_oldest_segment_was_let_go(self):
        one = self.server(snapshot_every=0, history_bytes=1)
        with one.client() as client:
            client.pipeline([record_of(i) for i in RECORDS])
            client.ask("RECORD", "gone", "selected", "A", "secret-prompt")
            client.ask("FORGET", "gone")
            client.ask("RECORD", "user1", "selected", "A", "after it")
            client.ask("SAVE")
            client.ask("RECORD", "user1", "selected", "A", "after that")
            client.ask("SAVE")
            eventually(lambda: not one.files("journal-00000000000000000001.*"), "the oldest segment goes")
            eventually(lambda: one.info("journal_segments") == "1", "that is told")
            cursor, records = client.ask("HISTORY", "user1", "LIMIT", 1000)
            self.assertEqual((cursor, len(records)), ("0", 2))
            learned = client.ask("STATS", "user1")["records"]  # what else it tells fades
        one.restart()
        with one.client() as client:
            self.assertEqual(client.ask("STATS", "user1")["records"], learned)
            self.assertEqual(known(one, RECORDS), set(RECORDS))
        one.kill9()
        self.assertEqual(check(one.data)[0], 0)
        for path in one.files("snapshot-*"):
            path.unlink()
        refused = run("serve", "--data", one.data, "--port", 0)
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stderr, "events 1 to [0-9]+ are missing: .* no whole snapshot holds them")


if __name__ == "__main__":
    unittest.main()
