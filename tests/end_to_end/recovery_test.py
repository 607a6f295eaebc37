"""A killed server loses nothing that it acknowledged, and starts with the state that a full replay gives."""
import contextlib
import json
import random
import re
import shutil
import time
import unittest

from harness import EndToEnd, Writer, eventually, known, refused_start

WRITERS = 4
KILLS = 10
SNAPSHOT = "snapshot-*.penchant"


def write_for(penchant, seconds, then):
    """Loads the server with writers until then() ends it; they know what they sent and what was answered."""
    writers = [Writer(penchant, f"{penchant.process.pid}-{i}") for i in range(WRITERS)]
    time.sleep(seconds)
    eventually(lambda: all(writer.acknowledged for writer in writers), "every writer has an answer")
    then()
    for writer in writers:
        writer.join()
    return writers


def records_total(penchant):
    return int(penchant.info("records_total"))


def answers(penchant):
    """Everything that can be asked without the clock coming in, for every user."""
    with penchant.client(protocol=2) as client:
        users = client.ask("USERS")
        found = [users, client.ask("POOL", "LIST")]
        for user in users:
            found.append(client.ask("STATS", user)[:14])
            for prompt in ["", "portrait", "forest castle", "neon cat", "watercolor robot ocean", "unheard"]:
                reply = client.ask("RECOMMEND", user, prompt, "TOP", 9, "AT", 2_000_000_000_000)
                found.append(reply[2:])  # all but the decision's id
    return found


class Killed(EndToEnd):
    def kill_under_load(self, durability):
        penchant = self.server(durability=durability, snapshot_every=1)
        total = 0
        everything = []
        for _ in range(KILLS):
            writers = write_for(penchant, random.uniform(0.1, 0.3), penchant.kill9)
            penchant.start()
            sent = [one for writer in writers for one in writer.sent]
            recovered = records_total(penchant)
            present = known(penchant, sent)  # and sends what is not, so that all is there now
            self.assertEqual(recovered - total, len(present), "what was recovered was sent in this round")
            for writer in writers:
                self.assertEqual(writer.refusals, [])
                self.assertLessEqual(set(writer.acknowledged), present, "what was acknowledged is there")
            total += len(sent)
            everything += sent
        self.assertEqual(known(penchant, everything), set(everything))
        self.assertEqual(records_total(penchant), total)
        print(f"{durability}: {KILLS} kills, {total} records", flush=True)

    def test_always_keeps_what_it_acknowledged(self):
        self.kill_under_load("always")

    def test_everysec_keeps_what_it_acknowledged(self):
        self.kill_under_load("everysec")

    def test_os_keeps_what_it_acknowledged(self):
        self.kill_under_load("os")

    def test_a_folder_is_free_when_its_server_was_killed_while_it_saved(self):
        penchant = self.server()
        with penchant.client() as client:
            prompts = [" ".join(f"word{word}x{i}" for word in range(60)) for i in range(3000)]
            client.pipeline([["RECORD", "ann", "selected", f"c{i % 60}", prompt]
                             for i, prompt in enumerate(prompts)])
            self.assertEqual(client.ask("BGSAVE"), "Background saving started")
        penchant.restart()
        self.assertEqual(records_total(penchant), 3000)


class Recovered(EndToEnd):
    def test_a_snapshot_and_the_journal_after_it_equal_a_full_replay(self):
        penchant = self.server(durability="os")

        def save_and_go_on():
            with penchant.client() as client:
                self.assertEqual(client.ask("POOL", "SET", "sdxl", "draft", "checkpoint1"), "OK")
                client.ask("BGSAVE")
                eventually(lambda: penchant.info("rdb_bgsave_in_progress") == "0", "the snapshot is written")
                before = records_total(penchant)
                eventually(lambda: records_total(penchant) > before + 1000, "more records")
            penchant.kill9()
        write_for(penchant, 0.3, save_and_go_on)
        self.assertEqual(len(penchant.files(SNAPSHOT)), 1)
        self.assert_snapshot_equals_replay(penchant)

    def assert_snapshot_equals_replay(self, penchant):
        copy = self.folder() / "data"
        shutil.copytree(penchant.data, copy)
        for snapshot in copy.glob(SNAPSHOT):
            snapshot.unlink()
        penchant.start()
        replaying = self.server(data=copy)
        written = int(penchant.info("journal_written_sequence"))
        self.assertLess(int(penchant.info("replayed_at_start")), written)
        self.assertEqual(int(replaying.info("replayed_at_start")), written)
        self.assertEqual(answers(penchant), answers(replaying))
        self.assertEqual(self.saved(penchant), self.saved(replaying), "the same state gives the same bytes")

    def saved(self, penchant):
        self.assertEqual(penchant.redis_cli("SAVE"), "OK")
        newest = penchant.files(SNAPSHOT)[-1]
        return newest.name, newest.read_bytes()

    def test_SAVE_then_kill_starts_from_the_snapshot(self):
        penchant = self.server()

        def save_and_die():
            self.assertEqual(penchant.redis_cli("SAVE"), "OK")
            penchant.kill9()
        write_for(penchant, 0.2, save_and_die)
        self.assertEqual(len(penchant.files(SNAPSHOT)), 1)
        self.assert_snapshot_equals_replay(penchant)

    def test_the_one_before_is_used_when_a_snapshot_is_damaged(self):
        penchant = self.server()
        for checkpoint in ["A", "B"]:
            penchant.redis_cli("RECORD", "ann", "selected", checkpoint, "portrait")
            penchant.redis_cli("SAVE")
        penchant.kill9()
        self.assertEqual(len(penchant.files(SNAPSHOT)), 2)
        newest = penchant.files(SNAPSHOT)[-1]
        newest.write_bytes(newest.read_bytes()[:-7])
        penchant.start()
        self.assertEqual(records_total(penchant), 2)
        self.assertEqual(penchant.info("replayed_at_start"), "1")
        warning = f"warning.*{newest.name}.*the one before it is used"
        eventually(lambda: re.search(warning, penchant.log), "a warning")

    def test_a_snapshot_is_taken_by_time_and_by_number(self):
        for options in [{"snapshot_every": 1}, {"snapshot_every": 0, "snapshot_every_records": 10}]:
            penchant = self.server(**options)
            for _ in range(10):
                penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
            eventually(lambda: penchant.files(SNAPSHOT), f"a snapshot with {options}")

    def test_two_snapshots_are_kept(self):
        penchant = self.server()
        for _ in range(4):
            penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
            penchant.redis_cli("SAVE")
        self.assertEqual(len(penchant.files(SNAPSHOT)), 2)


class Ended(EndToEnd):
    def test_SIGTERM_ends_with_0_a_snapshot_and_all_that_was_acknowledged(self):
        penchant = self.server()
        statuses = []
        writers = write_for(penchant, 0.2, lambda: statuses.append(penchant.terminate()))
        self.assertEqual(statuses, [0])
        self.assertEqual(len(penchant.files(SNAPSHOT)), 1)
        penchant.start()
        for writer in writers:
            self.assertLessEqual(set(writer.acknowledged), known(penchant, writer.sent))

    def test_the_state_is_the_same_after_an_orderly_end(self):
        penchant = self.server()
        write_for(penchant, 0.1, penchant.kill9)
        penchant.start()
        before = answers(penchant)
        penchant.terminate()
        penchant.start()
        self.assertEqual(answers(penchant), before)

    def test_a_change_of_decay_is_kept(self):
        penchant = self.server()
        penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
        penchant.restart(decay_days=60)
        self.assertEqual(float(penchant.info("decay_days")), 60)
        later = int(time.time() * 1000) + 60 * 86_400_000
        told = json.loads(penchant.redis_cli("--json", "RECOMMEND", "ann", "portrait", "AT", later))
        self.assertAlmostEqual(told["arms"][0][2], 0.36788, places=4)

    def test_a_second_server_on_the_same_folder_is_refused(self):
        penchant = self.server()
        self.assertIn(f"{penchant.data} is in use by another penchant (pid {penchant.process.pid})",
                      refused_start(penchant.data))
        self.assertEqual(penchant.redis_cli("PING"), "PONG")
        penchant.kill9()
        with contextlib.closing(self.server(data=penchant.data).client()) as client:
            self.assertEqual(client.ask("PING"), "PONG")


if __name__ == "__main__":
    unittest.main()
