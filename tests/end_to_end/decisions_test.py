"""Decisions over the wire: judged late, after a restart, by default, while nothing can be recorded; and their end."""
import pathlib
import time
import unittest

from harness import EndToEnd, eventually, run
from power_cut import powered_server

NO_DECISION = "^NOSUCH there is no such decision: it was never told here, or it has expired$"


def decide(client, user="ann", prompt="ink", **_):
    return client.ask("RECOMMEND", user, prompt, "AMONG", 2, "A", "B")["decision"]


def verdicts(client, user="ann"):
    """Selected, rejected, neutral."""
    stats = client.ask("STATS", user)
    return stats["selected"], stats["rejected"], stats["neutral"]


def ring(data):
    return {path.name: path.read_bytes() for path in pathlib.Path(data).glob("decisions-*")}


class Judged(EndToEnd):
    def test_a_verdict_comes_after_restarts(self):
        penchant = self.server(durability="always")
        with penchant.client() as client:
            first, second, third = [decide(client, prompt=prompt) for prompt in ["ink cat", "castle", "moon"]]
            self.assertEqual(client.ask("JUDGE", first, "selected", "A"), 1)
        penchant.terminate()
        penchant.start()
        with penchant.client() as client:
            self.assertEqual(client.ask("JUDGE", second, "rejected", "B", "NOTE", "late"), 2)
            [record] = client.ask("HISTORY", "ann", "LIMIT", 1)[1]
            self.assertEqual((record["decision_id"], record["prompt"], record["action"], record["feedback_text"]),
                             (second, "castle", "rejected", "late"))
        time.sleep(1.5)  # within a second decisions are on disk, and outlive a kill
        penchant.restart()
        with penchant.client() as client:
            self.assertEqual(client.ask("JUDGE", third, "selected", "A"), 3)
            self.assertEqual(verdicts(client), (2, 1, 0))

    def test_an_expired_or_unknown_one_is_refused_with_a_sentence(self):
        penchant = self.server(decision_bytes=4096)
        with penchant.client() as client:
            first = decide(client)
            last = [decide(client) for _ in range(100)][-1]
            for unknown in [first, "0-0", "x", ""]:
                self.assertRefused(client.ask("JUDGE", unknown, "selected", "A"), NO_DECISION)
            self.assertEqual(client.ask("JUDGE", last, "selected", "A"), 1)
            self.assertEqual(verdicts(client), (1, 0, 0))
            self.assertLess(int(penchant.info("decisions_kept")), 100)
            self.assertLessEqual(int(penchant.info("decisions_bytes")), 4096)

    def test_while_nothing_can_be_recorded_decisions_are_told_and_can_be_judged_after_the_start(self):
        penchant, power = self.enterContext(powered_server(durability="always"))
        with penchant.client() as client:
            before = decide(client)
            power.fail_syncs()
            self.assertRefused(client.ask("RECORD", "ann", "selected", "A", "ink"), "^READONLY ")
            self.assertEqual(penchant.info("read_only"), "1")
            power.let_syncs_go()
            ids = [decide(client), client.ask("PLAN", "ann", "ink", "COUNT", 3, "AMONG", 1, "A")["decision"]]
            self.assertEqual(len({before, *ids}), 3)
            self.assertRefused(client.ask("JUDGE", ids[0], "selected", "A"), "^READONLY ")
        self.assertEqual(penchant.terminate(), 1)
        penchant.start()
        with penchant.client() as client:
            records = client.ask("STATS", "ann")["records"]  # the one that was refused may have come through
            for number, decision in enumerate([before, *ids], records + 1):
                self.assertEqual(client.ask("JUDGE", decision, "selected", "A"), number)


class ByDefault(EndToEnd):
    def server(self, **options):
        return super().server(default_verdict="rejected", default_verdict_after=2, durability="always", **options)

    def await_default(self, client):
        begin = time.monotonic()
        eventually(lambda: verdicts(client) == (0, 1, 0), "the default verdict")
        return time.monotonic() - begin

    def test_it_comes_after_the_waiting_time_and_one_s_own_verdict_in_its_place(self):
        penchant = self.server()
        with penchant.client() as client:
            decision = decide(client)
            waited = self.await_default(client)
            self.assertGreater(waited, 1.5)
        for _ in range(2):
            penchant.restart()
            time.sleep(2.5)  # as long as it takes for another to come
            with penchant.client() as client:
                self.assertEqual(verdicts(client), (0, 1, 0))
        with penchant.client() as client:
            self.assertEqual(client.ask("JUDGE", decision, "selected", "B"), 2)
            self.assertEqual(verdicts(client), (1, 0, 1))
            [_, a] = client.ask("SCORE", "ann", "ink", 2, "A", "B")
            self.assertAlmostEqual(a, 6 / 11, places=4)
        penchant.restart()
        time.sleep(2.5)
        with penchant.client() as client:
            self.assertEqual(verdicts(client), (1, 0, 1))

    def test_who_was_judged_in_time_gets_none(self):
        penchant = self.server()
        with penchant.client() as client:
            self.assertEqual(client.ask("JUDGE", decide(client), "selected", "A"), 1)
            decide(client, user="bob")
            eventually(lambda: verdicts(client, "bob") == (0, 1, 0), "bob's default verdict")
            self.assertEqual(verdicts(client), (1, 0, 0))

    def test_without_the_option_there_is_none(self):
        penchant = super().server()
        with penchant.client() as client:
            decide(client)
            time.sleep(2)
            self.assertEqual(verdicts(client), (0, 0, 0))


class WithoutServer(EndToEnd):
    def test_a_command_that_asks_for_no_decision_leaves_their_files_alone(self):
        penchant = self.server()
        with penchant.client() as client:
            decision = decide(client)
        self.assertEqual(penchant.terminate(), 0)
        before = ring(penchant.data)
        self.assertEqual(len(before), 1)
        where = ["--data", penchant.data]
        for command in [["record", "ann", "selected", "A", "ink"], ["stats", "ann"], ["pool", "list"],
                        ["cli", "SHARE", "ann", "ON"], ["cli", "SCORE", "ann", "ink", "1", "A"], ["cli", "INFO"]]:
            done = run(*command, *where)
            self.assertEqual((done.returncode, done.stderr), (0, ""), command)
            self.assertEqual(ring(penchant.data), before, command)
        self.assertIn("decisions_kept:1", run("cli", "INFO", *where).stdout)
        done = run("recommend", "ann", "ink", "--among", "A", "--json", *where)
        self.assertEqual(done.returncode, 0)
        self.assertEqual({name: bytes for name, bytes in ring(penchant.data).items() if name in before}, before)
        self.assertEqual(len(ring(penchant.data)), 2)
        self.assertEqual(run("cli", "JUDGE", decision, "selected", "A", *where).stdout.strip(), "2")


if __name__ == "__main__":
    unittest.main()
