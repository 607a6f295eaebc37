"""Every prompt of the corpora goes through RECORD and RECOMMEND over the wire, without one error."""
import itertools
import pathlib
import re
import time
import unittest

from harness import EndToEnd, Error

PROMPTS = pathlib.Path(__file__).parents[3] / "shared/data/prompts"
CORPORA = ["imagereward.txt", "aigiqa20k.txt", "parti.txt"]


def lines_of(name):
    return PROMPTS.joinpath(name).read_text(encoding="utf-8").splitlines()


class Corpus(EndToEnd):
    def setUp(self):
        if not PROMPTS.is_dir():
            print(f"skipped: there is no {PROMPTS}", flush=True)
            self.skipTest("there are no corpora")
        self.penchant = self.server()
        self.client = self.enterContext(self.penchant.client())

    def timed(self, requests):
        """The replies, none of them an error, and how many came in a second."""
        begin = time.monotonic()
        replies = self.client.pipeline(requests)
        seconds = time.monotonic() - begin
        for request, reply in zip(requests, replies):
            self.assertNotIsInstance(reply, Error, request)
        return replies, len(requests) / seconds

    def test_every_prompt_is_recorded_and_answered(self):
        checkpoints = itertools.cycle(lines_of("checkpoint_names.txt"))
        verdicts = itertools.cycle(["selected", "rejected"])
        recorded = 0
        for corpus in CORPORA:
            prompts = lines_of(corpus)
            requests = [["RECORD", "ann", next(verdicts), next(checkpoints), prompt] for prompt in prompts]
            numbers, per_second = self.timed(requests)
            self.assertEqual(numbers, list(range(recorded + 1, recorded + len(prompts) + 1)))
            recorded += len(prompts)
            answers, answers_per_second = self.timed([["RECOMMEND", "ann", prompt] for prompt in prompts])
            for answer in answers:
                self.assertTrue(0 < answer["score"] < 1 and 0 <= answer["confidence"] <= 1)
                self.assertEqual(answer["checkpoint"], answer["arms"][0][0])
            print(f"{corpus}: {len(prompts)} prompts, {per_second:.0f} records/s and "
                  f"{answers_per_second:.0f} recommendations/s with this client", flush=True)
        stats = self.client.ask("STATS", "ann")
        self.assertEqual(stats["records"], recorded)
        self.assertEqual(abs(stats["selected"] - stats["rejected"]), recorded % 2)
        resident = int(re.search(r"used_memory_rss:(\d+)", self.client.ask("INFO", "memory"))[1])
        print(f"{stats['keywords']} keywords, {stats['checkpoints']} checkpoints, {resident / 2**20:.0f} MiB",
              flush=True)
        self.assert_same_after_restart(stats)

    def assert_same_after_restart(self, stats):
        self.penchant.restart()
        with self.penchant.client() as client:
            again = client.ask("STATS", "ann")
        for figures in (stats, again):
            figures["top_checkpoints"] = [name for name, *_ in figures["top_checkpoints"]]
        self.assertEqual(again, stats)


if __name__ == "__main__":
    unittest.main()
