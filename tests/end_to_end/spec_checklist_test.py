"""The testing checklist of the specification, with nothing but redis-cli."""
import json
import math
import time
import unittest

from harness import EndToEnd

AMONG = ["AMONG", 4, "A", "B", "C", "D"]


def record(verdict, checkpoint, prompt, times=1):
    return [f'RECORD ann {verdict} {checkpoint} "{prompt}"'] * times


class TheChecklist(EndToEnd):
    def setUp(self):
        self.penchant = self.server()

    def ask(self, *arguments):
        return json.loads(self.penchant.redis_cli("--json", *arguments))

    def tell(self, lines):
        self.assertNotIn("ERR", self.penchant.redis_cli(lines=lines))

    def arms(self, prompt, *options):
        return [arm[0] for arm in self.ask("RECOMMEND", "ann", prompt, *AMONG, *options)["arms"]]

    def test_rejected_for_anime_is_not_rejected_for_photographs(self):
        self.tell(record("selected", "A", "photorealistic landscape", 5))
        before = self.ask("SCORE", "ann", "photorealistic landscape", 1, "A")
        for prompt in ["anime girl with blue hair", "anime boy", "anime cat, red hair"]:
            self.tell(record("rejected", "A", prompt, 5))
        recommended = self.ask("RECOMMEND", "ann", "anime boy with red hair", *AMONG)
        self.assertNotEqual(recommended["checkpoint"], "A")
        self.assertNotIn("A", [arm[0] for arm in recommended["arms"]])
        after = self.ask("SCORE", "ann", "photorealistic landscape", 1, "A")
        self.assertAlmostEqual(after[0], before[0], delta=1e-6)
        self.assertEqual(self.arms("photorealistic landscape")[0], "A")

    def test_statistics_are_kept_for_each_keyword_and_checkpoint(self):
        self.tell(record("rejected", "A", "anime girl", 3))
        keywords = self.ask("EXPLAIN", "ann", "anime landscape", "A")["keywords"]
        self.assertEqual([keyword for keyword, *_ in keywords], ["anime", "landscape"])
        self.assertAlmostEqual(keywords[0][2], 3, delta=1e-5)
        self.assertEqual(keywords[0][1], 0)
        self.assertEqual(keywords[1][2], 0)

    def test_the_worked_example_has_its_scores(self):
        counts = {"A": {"photorealistic": (15, 20), "portrait": (12, 15), "woman": (8, 10)},
                  "B": {"photorealistic": (5, 20), "portrait": (8, 15), "woman": (6, 12)}}
        for checkpoint, keywords in counts.items():
            for keyword, (selected, total) in keywords.items():
                self.tell(record("selected", checkpoint, keyword, selected)
                          + record("rejected", checkpoint, keyword, total - selected))
        scores = self.ask("SCORE", "ann", "photorealistic portrait of a woman", 2, "A", "B")
        self.assertEqual([f"{score:.4f}" for score in scores], ["0.6656", "0.4511"])
        best = self.ask("RECOMMEND", "ann", "photorealistic portrait of a woman")
        self.assertEqual((best["checkpoint"], f"{best['score']:.4f}"), ("A", "0.6656"))

    def test_bands_change_at_30_and_at_70_observations(self):
        have = 0
        for observations, band, arms in [(29, "explore", 3), (30, "hedge", 2), (70, "hedge", 2),
                                         (71, "exploit", 1)]:
            self.tell(record("selected", "A", "portrait", observations - have))
            have = observations
            recommended = self.ask("RECOMMEND", "ann", "portrait", *AMONG)
            self.assertEqual((recommended["band"], len(recommended["arms"])), (band, arms), observations)
            self.assertEqual(recommended["confidence"], observations / 100)
            self.assertEqual(recommended["checkpoint"], "A")

    def test_a_draft_explores_however_sure(self):
        self.tell(record("selected", "A", "portrait", 100))
        self.assertEqual(self.ask("RECOMMEND", "ann", "portrait", *AMONG)["band"], "exploit")
        self.assertEqual(self.ask("RECOMMEND", "ann", "portrait", *AMONG, "TIER", "draft")["band"], "explore")
        self.assertEqual(len(self.arms("portrait", "TIER", "draft")), 3)

    def test_after_30_days_a_record_weighs_1_over_e(self):
        self.tell(record("selected", "A", "portrait"))
        later = int(time.time() * 1000) + 30 * 86_400_000
        [[checkpoint, score, observations, _]] = self.ask(
            "RECOMMEND", "ann", "portrait", "AMONG", 1, "A", "AT", later)["arms"]
        self.assertEqual(checkpoint, "A")
        self.assertAlmostEqual(observations, math.exp(-1), delta=1e-5)
        self.assertAlmostEqual(score, (math.exp(-1) + 5) / (math.exp(-1) + 10), delta=1e-5)

    def test_a_record_of_30_days_ago_weighs_1_over_e(self):
        ago = int(time.time() * 1000) - 30 * 86_400_000
        self.tell([f"RECORD ann selected A portrait AT {ago}"])
        self.assertAlmostEqual(self.ask("EXPLAIN", "ann", "portrait", "A")["keywords"][0][2], math.exp(-1),
                               delta=1e-5)

    def test_the_design_s_examples_have_their_keywords(self):
        self.assertEqual(self.ask("KEYWORDS", "photorealistic portrait of a woman"),
                         ["photorealistic", "portrait", "woman"])
        self.assertEqual(self.ask("KEYWORDS", "anime girl with blue hair"), ["anime", "girl", "blue", "hair"])


if __name__ == "__main__":
    unittest.main()
