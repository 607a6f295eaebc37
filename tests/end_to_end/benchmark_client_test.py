"""redis-benchmark runs unmodified."""
import subprocess
import unittest

from harness import EndToEnd

REQUESTS = 20_000


class RedisBenchmark(EndToEnd):
    def setUp(self):
        self.penchant = self.server()

    def benchmark(self, *arguments):
        command = ["redis-benchmark", "-p", str(self.penchant.port), "-n", str(REQUESTS), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotRegex(done.stdout + done.stderr, "(?i)error|warning")
        self.assertRegex(done.stdout, "requests per second|throughput summary|\"rps\"")

    def records(self):
        with self.penchant.client() as client:
            return client.ask("STATS", "ann")["records"]

    def test_its_own_PING(self):
        self.benchmark("-t", "ping")
        self.benchmark("-t", "ping", "-P", "16")

    def test_RECORD_and_RECOMMEND_in_a_pipeline(self):
        self.benchmark("-P", "16", "RECORD", "ann", "selected", "A", "photorealistic portrait of a woman")
        # It sends whole pipelines, some more than asked for.
        self.assertTrue(REQUESTS <= self.records() < REQUESTS + 50 * 16, self.records())
        self.benchmark("-P", "16", "RECOMMEND", "ann", "portrait of a man")

    def test_random_keys_become_records_of_their_own(self):
        self.benchmark("-P", "16", "-r", "1000000000", "RECORD", "ann", "rejected", "A", "castle", "ID",
                       "image-__rand_int__")
        self.assertGreater(self.records(), REQUESTS * 0.99)

    def test_without_a_pipeline_and_with_threads(self):
        self.penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
        self.benchmark("--threads", "2", "-c", "20", "--csv", "RECOMMEND", "ann", "portrait")


if __name__ == "__main__":
    unittest.main()
