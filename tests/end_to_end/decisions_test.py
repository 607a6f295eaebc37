"""Decisions over the wire: judged late, after a restart, by default, while nothing can be recorded; and their end."""
import json
import pathlib
import time
import unittest

import redis

from harness import EndToEnd, encode, eventually, run
from http_client import EXPORT, RECOMMEND, RECORDS, curl
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


class Shadow(EndToEnd):
    """The caller's own first choice is told, and what Penchant would have chosen is logged."""
    QUESTION = ["RECOMMEND", "ann", "ink", "AMONG", 2, "A", "B"]

    def shadowed(self, **options):
        penchant = self.server(**{"shadow": "yes", "durability": "always"} | options)
        with penchant.client() as client:
            client.pipeline([["RECORD", "ann", "selected", "B", "ink"]] * 9)
        return penchant

    def judged(self, penchant, decision):
        with penchant.client() as client:
            self.assertEqual(client.ask("JUDGE", decision, "rejected", "A"), 10)
            [record] = client.ask("HISTORY", "ann", "LIMIT", 1, "JSON")[1]
        return json.loads(record)

    def test_every_client_is_told_the_first_choice(self):
        penchant = self.shadowed(stores=2)
        self.assertIn("shadow: your first choice; Penchant would have chosen B. 9 of your 9 'ink' images",
                      penchant.redis_cli(*self.QUESTION))
        with redis.Redis(port=penchant.port, decode_responses=True) as client:
            told = client.execute_command(*self.QUESTION)
            self.assertEqual(told[told.index("arms") + 1], [["A", "0.5", "0", "1"]])
            plan = client.execute_command("PLAN", "ann", "ink", "COUNT", 5, "AMONG", 2, "A", "B")
            self.assertEqual(plan[plan.index("checkpoints") + 1], [["A", 5]])
        with penchant.client() as client:
            for byte in encode(*self.QUESTION):
                client.send(bytes([byte]))
            self.assertEqual(client.receive()["checkpoint"], "A")
            self.assertEqual(client.ask(*self.QUESTION, "PEEK")["checkpoint"], "B")
        answer = curl(penchant.http_port, "GET", RECOMMEND + "?user_id=ann&prompt=ink&among=A&among=B").json
        self.assertEqual([arm["checkpoint"] for arm in answer["arms"]], ["A"])

    def test_a_verdict_after_kill_9_and_over_other_stores_knows_what_would_have_been_chosen(self):
        penchant = self.shadowed(stores=2)
        with penchant.client() as client:
            decision = client.ask(*self.QUESTION)["decision"]
        time.sleep(1.5)  # within a second decisions are on disk
        penchant.restart(stores=3, shadow="no")
        record = self.judged(penchant, decision)
        self.assertEqual(record["shadow_checkpoint"], "B")
        self.assertEqual(record["decision_arms"], [{"checkpoint": "A", "probability": 1},
                                                   {"checkpoint": "B", "probability": 0}])
        penchant.restart()
        told = curl(penchant.http_port, "GET", RECORDS + "?user_id=ann&limit=1").json
        self.assertEqual(told["records"], [record])
        exported = curl(penchant.http_port, "GET", EXPORT).json["preferences"]
        self.assertEqual(exported[-1], record)
        self.assertFalse(any("shadow_checkpoint" in one for one in exported[:-1]))
        with penchant.client() as client:
            client.ask("FORGET", "ann")
            self.assertEqual(client.ask("IMPORT", json.dumps({"format": "penchant-preferences", "version": 1,
                                                              "preferences": exported}))["recorded"], 10)
            self.assertEqual(json.loads(client.ask("HISTORY", "ann", "LIMIT", 1, "JSON")[1][0]), record)

    def test_it_changes_while_the_server_runs(self):
        penchant = self.shadowed(shadow="no", stores=2)
        with penchant.client() as client:
            for shadow, told in [("yes", "A"), ("no", "B")]:
                self.assertEqual(client.ask("CONFIG", "SET", "shadow", shadow), "OK")
                self.assertEqual(client.ask("CONFIG", "GET", "shadow"), {"shadow": shadow})
                self.assertEqual(penchant.info("shadow"), "1" if shadow == "yes" else "0")
                self.assertEqual(client.ask(*self.QUESTION)["checkpoint"], told)

    def test_the_switch_stands_alone_or_says_yes_or_no_here_and_in_a_file(self):
        file = self.folder() / "penchant.conf"
        file.write_text("shadow = yes\n")
        for options, shadow in [({}, "0"), ({"shadow": None}, "1"), ({"shadow": None, "decay_days": 7}, "1"),
                                ({"shadow": "yes"}, "1"), ({"shadow=no": None}, "0"), ({"config": file}, "1"),
                                ({"config": file, "shadow": "no"}, "0")]:
            self.assertEqual(self.server(**options).info("shadow"), shadow, options)
        for wrong in [["--shadow", "maybe"], ["--shadow="], ["--shadow", "--shadow"]]:
            done = run("serve", "--data", self.folder(), *wrong)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("--shadow", done.stderr)


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
