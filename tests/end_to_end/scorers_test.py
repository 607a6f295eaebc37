"""Scorers that learn in sequence: asked for by server or request, kept through crashes."""
import json
import pathlib
import random
import unittest

from harness import EndToEnd, run

SCORERS = ["mean", "weighted", "logodds", "evidence", "auto"]
QUESTIONS = ["a portrait of the sea", "anime girls at night", "castle", ""]


def teach(client, seed=1, records=120):
    """Whoever asks for anime keeps A, else B."""
    chance = random.Random(seed)
    words = ["anime girl", "anime boy at night", "portrait of a woman", "the old castle by the sea"]
    for i in range(records):
        prompt, checkpoint = chance.choice(words), chance.choice("AB")
        is_kept = ("anime" in prompt) == (checkpoint == "A")
        client.ask("RECORD", "ann", "selected" if is_kept else "rejected", checkpoint, prompt, "ID", f"r{i}")


def answers(client):
    return [client.ask("SCORE", "ann", prompt, 3, "A", "B", "Z", "SCORER", scorer)
            for prompt in QUESTIONS for scorer in SCORERS]


class Scorers(EndToEnd):
    def client(self, server):
        return self.enterContext(server.client())

    def test_a_server_that_learns_answers_by_each(self):
        server = self.server(scorer="auto")
        client = self.client(server)
        teach(client)
        for scorer in SCORERS:
            told = client.ask("RECOMMEND", "ann", "anime girls", "SCORER", scorer)
            self.assertEqual(told["checkpoint"], "A", scorer)
            [checkpoint, probability, low, high] = told["kept"][0]
            self.assertEqual(checkpoint, "A")
            self.assertTrue(0 < low < probability < high < 1, told)
            self.assertGreater(probability, told["kept"][1][1], told)
            self.assertEqual(client.ask("RECOMMEND", "ann", "castle", "SCORER", scorer)["checkpoint"], "B", scorer)
        # A word nobody has judged is known by how it begins.
        self.assertEqual(client.ask("RECOMMEND", "ann", "castles", "SCORER", "evidence")["checkpoint"], "B")
        stats = client.ask("STATS", "ann")
        self.assertIn(stats["scorer"], SCORERS[:4])
        self.assertEqual([row[0] for row in stats["log_loss"]], SCORERS[:4])
        self.assertEqual(client.ask("CONFIG", "GET", "scorer"), {"scorer": "auto"})
        bins = stats["reliability"]
        self.assertEqual(len(bins), 10)
        for i, [count, mean_predicted, share_kept] in enumerate(bins):
            self.assertTrue(count == 0 or i / 10 <= mean_predicted <= (i + 1) / 10 and 0 <= share_kept <= 1, bins)
        self.assertAlmostEqual(sum(row[0] for row in bins), sum(2 ** (-i / 1000) for i in range(120)), 6)
        # Few are foretold wrong once it is known who is kept with what.
        self.assertLess(sum(row[0] * abs(row[1] - row[2]) for row in bins if row[0] > 0), 0.25 * 120)

    def test_what_was_learned_survives_kill_9_and_a_snapshot(self):
        server = self.server(scorer="evidence", durability="always", stores=2, decay_days=0)
        client = self.client(server)
        teach(client)
        before = answers(client)
        server.restart()
        self.assertEqual(answers(self.client(server)), before)
        client = self.client(server)
        client.ask("SAVE")
        client.ask("RECORD", "ann", "rejected", "A", "anime girl", "ID", "r1")
        after = answers(client)
        server.restart()
        self.assertEqual(answers(self.client(server)), after)

    def test_a_server_that_does_not_learn_any_more_forgets_it(self):
        server = self.server(scorer="auto")
        teach(self.client(server))
        server.terminate()
        server.start(scorer="mean")
        client = self.client(server)
        self.assertRefused(client.ask("SCORE", "ann", "anime", 1, "A", "SCORER", "evidence"), "--scorer auto")
        self.assertEqual(client.ask("RECOMMEND", "ann", "anime")["kept"], [])
        self.assertEqual(client.ask("RECOMMEND", "ann", "anime", "SCORER", "logodds")["checkpoint"], "A")

    def test_learning_that_is_turned_on_begins_with_what_was_counted(self):
        server = self.server(decay_days=0)
        teach(self.client(server))
        server.terminate()
        server.start(scorer="auto", durability="always")
        client = self.client(server)
        for scorer in SCORERS:
            self.assertEqual(client.ask("RECOMMEND", "ann", "anime girls", "SCORER", scorer)["checkpoint"], "A", scorer)
            told = client.ask("RECOMMEND", "ann", "castle", "SCORER", scorer)
            self.assertEqual((told["checkpoint"], told["kept"][0][0]), ("B", "B"), scorer)
        before = answers(client)
        server.restart()
        self.assertEqual(answers(self.client(server)), before)


if __name__ == "__main__":
    unittest.main()
