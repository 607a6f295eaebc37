"""FORGET under kill -9, a full disk, damage and an orderly end: whole or not at all, and in the end no byte is left."""
import contextlib
import random
import shutil
import time
import unittest

from faults_test import tmpfs
from harness import EndToEnd, Gone, Server, Writer, encode, eventually, folder, known, run
from traces import traces

VICTIM = "ann-the-forgotten"
SECRETS = [VICTIM, "zyxword", "zyxmodel", "zyxlora", "zyxnote"]
SECRET = ["RECORD", VICTIM, "selected", "zyxmodel", "ink zyxword", "LORA", "zyxlora", "1", "NOTE", "zyxnote"]
SEGMENTS = 120  # that hold something of the victim's
ROUNDS = 15
UNERASED = ("^UNERASED the user is forgotten, but not erased from all files: WHY; mend that: the server tries again "
            "every minute and at each start, and FORGET again is answered when it is done$")


def set_up(data, segments=SEGMENTS):
    """A killed server's folder, with a snapshot and decisions; what bob and the victim then were answered, and an id.

    Each FORGET of somebody else closes a segment.
    """
    with folder() as aside:
        one = Server(aside / "data", decay_days=0).start()
        with one.client() as client:
            requests = []
            for i in range(segments):
                requests += [SECRET, ["RECORD", "bob", "selected", "A", f"ink cat{i}x", "ID", f"image-{i}"],
                             ["RECORD", f"gone{i}", "rejected", "A", "ink"], ["FORGET", f"gone{i}"]]
            client.pipeline(requests, window=len(requests))
            client.ask("SAVE")
            client.ask(*SECRET)
            decision = client.ask("RECOMMEND", VICTIM, "zyxword")["decision"]
            told = answers(client, "bob"), answers(client, VICTIM)
        eventually(lambda: any(".ring" in name for name, _ in traces(one.data, ["zyxword"])), "decisions in files")
        one.kill9()
        shutil.copytree(one.data, data)
    return *told, decision


def answers(client, user):
    recommended = client.ask("RECOMMEND", user, "ink cat7x", "TOP", 9)
    if isinstance(recommended, dict):
        del recommended["decision"]
    return [recommended, client.ask("STATS", user), client.ask("HISTORY", user, "LIMIT", 1000),
            client.ask("SCORE", user, "ink zyxword", 2, "A", "zyxmodel")]


def replies_left(client):
    """What the server had sent before it was killed."""
    with contextlib.suppress(Gone, OSError):
        return [client.receive()]
    return []


ERASE_FILE = "erase-" + "?" * 20

# When to kill: as soon as the folder holds this.
MOMENTS = {
    "the erase file is being written": "erase-*.tmp",
    "it is there": ERASE_FILE,
    "the snapshot is being written": "snapshot-*.tmp",
    "a segment is being written anew": "journal-*.tmp",
    "a decisions' file is being written anew": "decisions-*.tmp",
}


class Killed(EndToEnd):
    def setUp(self):
        self.template = self.folder() / "data"
        self.bob, self.victim, self.decision = set_up(self.template)

    def round(self, await_moment):
        """A FORGET while others record, kill -9, a start; whether it had been answered, and whether it is in force."""
        with folder() as aside, contextlib.ExitStack() as stack:
            shutil.copytree(self.template, aside / "data")
            one = Server(aside / "data", decay_days=0, durability="always").start()
            stack.callback(lambda: one.is_running() and one.kill9())
            writer = Writer(one, "others")
            with one.client() as client:
                client.send(encode("FORGET", VICTIM))
                await_moment(one)
                one.kill9()
                replies = replies_left(client)
            writer.join()
            self.assertIn(replies, [[], [SEGMENTS + 1]])
            if replies:
                self.assertEqual(traces(one.data, SECRETS), [], "what is acknowledged is done")
            one.start()
            self.assertLessEqual(set(writer.acknowledged), known(one, writer.sent))
            forgotten = self.check(one)
            self.assertTrue(forgotten or not replies, "what is acknowledged is final")
            return bool(replies), forgotten

    def check(self, one):
        """All is as it was, or forgotten for good; whether that."""
        with one.client() as client:
            self.assertEqual(answers(client, "bob"), self.bob)
            if client.ask("STATS", VICTIM)["records"] > 0:
                self.assertEqual(answers(client, VICTIM), self.victim, "nothing was forgotten")
                self.assertEqual(client.ask("JUDGE", self.decision, "selected", "zyxmodel"), SEGMENTS + 2)
                return False
            while one.info("erasures_pending") != "0":
                self.check_forgotten(client)
            self.check_forgotten(client)
            self.assertEqual(traces(one.data, SECRETS), [])
            one.restart()
        with one.client() as client:
            self.check_forgotten(client)
            self.assertEqual(answers(client, "bob"), self.bob)
        self.assertEqual(traces(one.data, SECRETS), [])
        return True

    def check_forgotten(self, client):
        recommended, stats, history, scores = answers(client, VICTIM)
        self.assertIn("no checkpoints", recommended)
        self.assertEqual(stats["records"], 0)
        self.assertEqual(history, ["0", []])
        self.assertEqual(scores, [0.5, 0.5])
        self.assertRefused(client.ask("JUDGE", self.decision, "selected", "zyxmodel"), "^NOSUCH ")

    def test_at_a_random_moment_it_is_whole_or_has_not_been(self):
        outcomes = [self.round(lambda _: time.sleep(random.uniform(0, random.choice([0.002, 0.02, 1, 3]))))
                    for _ in range(ROUNDS)]
        print(f"killed {len(outcomes)} times: {sum(forgotten for _, forgotten in outcomes)} forgotten, "
              f"{sum(answered for answered, _ in outcomes)} of them answered", flush=True)

    def test_at_a_chosen_moment_it_is_whole_or_has_not_been(self):
        for moment, pattern in MOMENTS.items():
            with self.subTest(moment):
                deadline = time.monotonic() + 3  # a file that was there for a moment only may have been missed

                def await_file(one, pattern=pattern, deadline=deadline):
                    while not one.files(pattern) and time.monotonic() < deadline:
                        pass
                self.round(await_file)
        for erased in [1, SEGMENTS // 2, SEGMENTS - 1]:
            with self.subTest(erased=erased):
                def await_erased(one, erased=erased):
                    left = SEGMENTS - erased
                    eventually(lambda: len(traces(one.data, ["zyxnote"])) <= left, "segments are erased")
                self.assertTrue(self.round(await_erased)[1])

    def test_killed_again_and_again_it_comes_to_its_end(self):
        one = self.server(data=self.template, decay_days=0)
        with one.client() as client:
            client.send(encode("FORGET", VICTIM))
            eventually(lambda: one.files(ERASE_FILE), "the FORGET has begun")
        for _ in range(8):
            one.restart()
            time.sleep(random.uniform(0, 0.3))
        self.assertTrue(self.check(one))


class Ended(EndToEnd):
    def test_SIGTERM_ends_the_wait_and_the_next_start_goes_on(self):
        data = self.folder() / "data"
        set_up(data)
        penchant = self.server(data=data, decay_days=0)
        with penchant.client() as client:
            client.send(encode("FORGET", VICTIM))
            eventually(lambda: penchant.files(ERASE_FILE), "the FORGET has begun")
            self.assertEqual(penchant.terminate(), 0)
            with contextlib.suppress(Gone, OSError):
                self.assertRefused(client.receive(), "^UNERASED the user is forgotten, .*the server has ended")
        penchant.start()
        with penchant.client() as client:
            self.assertEqual(client.ask("FORGET", VICTIM), 0)
        self.assertEqual(traces(data, SECRETS), [])


class Failing(EndToEnd):
    def records(self, penchant, count, note=""):
        with penchant.client() as client:
            client.pipeline([[*SECRET[:-1], SECRET[-1] + note]] * count)
            client.ask("RECORD", "bob", "selected", "A", "ink")

    def fill(self, ballast):
        """Leaves no room on the disk but for a FORGET's event."""
        with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        with open(ballast, "r+b") as file:
            file.truncate(ballast.stat().st_size - 200_000)

    def assert_goes_on(self, penchant):
        """When what was in the way is gone."""
        with penchant.client() as client:
            self.assertEqual(client.ask("FORGET", VICTIM), 0)
            self.assertEqual(client.ask("STATS", "bob")["records"], 2)
        self.assertEqual(traces(penchant.data, SECRETS), [])
        self.assertEqual(penchant.info("erasures_pending"), "0")
        self.assertEqual(penchant.info("erasures_failure"), "")

    def refuse(self, penchant, why):
        """FORGET among other requests: it alone has an error."""
        with penchant.client() as client:
            client.send(encode("RECORD", "bob", "selected", "A", "ink") + encode("FORGET", VICTIM) + encode("PING"))
            self.assertEqual(client.receive(), 2)
            self.assertRefused(client.receive(), UNERASED.replace("WHY", why))
            self.assertEqual(client.receive(), "PONG")
            self.assertEqual(client.ask("STATS", VICTIM)["records"], 0)
            self.assertEqual(client.ask("HISTORY", VICTIM), ["0", []])
        self.assertEqual(penchant.info("erasures_pending"), "1")
        self.assertRegex(penchant.info("erasures_failure"), f"^{why}$")
        self.assertNotEqual(traces(penchant.data, SECRETS), [])

    def test_a_full_disk_is_told_and_with_room_it_goes_on(self):
        disk = self.enterContext(tmpfs("size=4m"))
        penchant = self.server(data=disk / "data")
        self.records(penchant, 200, "n" * 5000)
        ballast = disk / "ballast"
        self.fill(ballast)
        self.refuse(penchant, ".*No space left on device")
        ballast.unlink()
        self.assert_goes_on(penchant)

    def test_a_damaged_segment_is_told_and_mended_it_goes_on(self):
        penchant = self.server()
        self.records(penchant, 20)
        with penchant.client() as client:
            client.pipeline([["RECORD", "gone", "selected", "A", "ink"], ["FORGET", "gone"]])
        segment = penchant.files("journal-*")[0]
        whole = segment.read_bytes()
        with open(segment, "r+b") as file:
            file.seek(len(whole) // 2)
            file.write(bytes([whole[len(whole) // 2] ^ 1]))
        self.refuse(penchant, f"{segment}.* is damaged .*")
        segment.write_bytes(whole)
        self.assert_goes_on(penchant)

    def test_a_start_goes_on_with_what_failed(self):
        disk = self.enterContext(tmpfs("size=4m"))
        penchant = self.server(data=disk / "data")
        self.records(penchant, 200, "n" * 5000)
        self.fill(disk / "ballast")
        self.refuse(penchant, ".*No space left on device")
        penchant.kill9()
        (disk / "ballast").unlink()
        penchant.start()
        eventually(lambda: penchant.info("erasures_pending") == "0", "the erasure has ended")
        self.assert_goes_on(penchant)


class WithoutServer(EndToEnd):
    def ask(self, data, *arguments):
        done = run("cli", "--data", data, *arguments)
        return done.returncode, done.stdout.strip() or done.stderr.strip()

    def test_when_the_command_has_ended_all_is_erased(self):
        data = self.folder() / "data"
        bob, _, decision = set_up(data, segments=20)
        self.assertEqual(self.ask(data, "FORGET", VICTIM), (0, "21"))
        self.assertEqual(traces(data, SECRETS), [])
        self.assertEqual([path.name for path in data.glob("erase-*")], [])
        self.assertEqual(self.ask(data, "FORGET", VICTIM), (0, "0"))
        with self.server(data=data, decay_days=0).client() as client:
            self.assertEqual(answers(client, "bob"), bob)
            self.assertRefused(client.ask("JUDGE", decision, "selected", "zyxmodel"), "^NOSUCH ")

    def test_what_fails_is_told_and_the_next_FORGET_goes_on(self):
        data = self.folder() / "data"
        set_up(data, segments=3)
        segment = sorted(data.glob("journal-*"))[1]
        whole = segment.read_bytes()
        segment.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
        status, told = self.ask(data, "FORGET", VICTIM)
        self.assertEqual(status, 1)
        self.assertRegex(told, f"^penchant: UNERASED the user is forgotten, .*{segment}.*damaged")
        segment.write_bytes(whole)
        self.assertEqual(self.ask(data, "FORGET", VICTIM), (0, "0"))
        self.assertEqual(traces(data, SECRETS), [])


if __name__ == "__main__":
    unittest.main()
