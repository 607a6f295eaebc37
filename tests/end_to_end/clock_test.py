"""A server whose clock is set, forward and back: nothing goes backwards, and no timer goes wild."""
import os
import struct
import time
import unittest

from harness import EndToEnd, eventually

SHIM = os.environ.get("CLOCK_SHIM", "")
DAY_S = 86_400
YEAR_S = 365 * DAY_S


class Clock:
    """The clock of a server: the system's, and so many seconds more."""

    def __init__(self, folder):
        self.path = folder / "clock"
        self.path.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": SHIM, "CLOCK": str(self.path)}

    def set(self, seconds):
        with open(self.path, "r+b") as file:
            file.write(struct.pack("=q", seconds))


class ClockJumps(EndToEnd):
    def clocked(self, **options):
        clock = Clock(self.folder())
        return self.server(environment=clock.environment, **options), clock

    def observations(self, client):
        return client.ask("RECOMMEND", "ann", "portrait")["arms"][0][2]

    def test_forward_counts_fade_and_back_again_they_do_not_come_back(self):
        penchant, clock = self.clocked()
        with penchant.client() as client:
            client.ask("RECORD", "ann", "selected", "A", "portrait")
            clock.set(30 * DAY_S)
            self.assertAlmostEqual(self.observations(client), 0.36788, places=4)
            self.assertEqual(client.ask("RECORD", "ann", "selected", "A", "portrait"), 2)
            self.assertAlmostEqual(self.observations(client), 1.36788, places=4)
            for back in [0, -YEAR_S]:
                clock.set(back)
                self.assertAlmostEqual(self.observations(client), 1.36788, places=4, msg="time stands still")
            self.assertEqual(client.ask("RECORD", "ann", "selected", "A", "portrait"), 3)
            self.assertAlmostEqual(self.observations(client), 2.36788, places=4)
            times = [record["timestamp"] for record in client.ask("HISTORY", "ann")[1]]
            self.assertEqual(times, sorted(times, reverse=True))
        penchant.kill9()
        penchant.start()
        with penchant.client() as client:
            self.assertAlmostEqual(self.observations(client), 2.36788, places=4)

    def test_a_leap_of_a_thousand_years_leaves_numbers(self):
        penchant, clock = self.clocked()
        with penchant.client() as client:
            client.ask("RECORD", "ann", "selected", "A", "portrait")
            for years in [200, -50, 1000]:
                clock.set(years * YEAR_S)
                self.assertGreater(client.ask("RECORD", "ann", "selected", "A", "portrait"), 0)
                told = client.ask("RECOMMEND", "ann", "portrait")
                self.assertTrue(0 < told["score"] < 1, told)
                self.assertGreater(told["arms"][0][2], 1 - 1e-6)  # the clock goes on: a millisecond takes 4e-10
        self.assertEqual(penchant.terminate(), 0)
        clock.set(0)
        penchant.start()
        self.assertEqual(penchant.info("records_total"), "4")

    def test_a_record_s_time_in_the_future_counts_as_now(self):
        penchant, clock = self.clocked()
        with penchant.client() as client:
            clock.set(-YEAR_S)
            client.ask("RECORD", "ann", "selected", "A", "portrait", "AT", int(time.time() * 1000))
            self.assertAlmostEqual(self.observations(client), 1, places=4)
            clock.set(-YEAR_S + 30 * DAY_S)
            self.assertAlmostEqual(self.observations(client), 0.36788, places=4)

    def test_snapshots_go_on_when_the_clock_was_set_back(self):
        penchant, clock = self.clocked(snapshot_every=1)
        with penchant.client() as client:
            client.ask("RECORD", "ann", "selected", "A", "portrait")
            eventually(lambda: len(penchant.files("snapshot-*.penchant")) == 1, "a snapshot by time")
            clock.set(-YEAR_S)
            client.ask("RECORD", "ann", "selected", "A", "portrait")
            eventually(lambda: len(penchant.files("snapshot-*.penchant")) == 2, "another, a year before", seconds=10)

    def test_what_is_told_of_durations_is_never_negative(self):
        penchant, clock = self.clocked()
        with penchant.client() as client:
            clock.set(-YEAR_S)
            self.assertGreaterEqual(int(penchant.info("uptime_in_seconds")), 0)
            self.assertNotRegex(client.ask("CLIENT", "LIST"), "(age|idle)=-")

    def test_a_silent_client_is_not_closed_by_a_leap(self):
        penchant, clock = self.clocked(idle_timeout=600, request_timeout=600)
        with penchant.client() as client:
            clock.set(YEAR_S)
            time.sleep(0.5)
            self.assertEqual(client.ask("PING"), "PONG")


class DefaultVerdicts(EndToEnd):
    def rejected(self, client):
        return client.ask("STATS", "ann")["rejected"]

    def decided(self, wait_s):
        clock = Clock(self.folder())
        penchant = self.server(environment=clock.environment, default_verdict="rejected",
                               default_verdict_after=wait_s)
        client = self.enterContext(penchant.client())
        client.ask("RECORD", "ann", "selected", "A", "portrait")
        client.ask("RECOMMEND", "ann", "portrait")
        time.sleep(1.5)  # the server has looked at its clock
        return client, clock

    def test_a_leap_forward_judges_nobody_s_decision(self):
        client, clock = self.decided(wait_s=3600)
        clock.set(YEAR_S)
        time.sleep(2.5)
        self.assertEqual(self.rejected(client), 0)
        clock.set(0)
        time.sleep(1.5)
        self.assertEqual(self.rejected(client), 0)

    def test_after_it_decisions_wait_as_long_as_they_always_do(self):
        client, clock = self.decided(wait_s=3)
        clock.set(YEAR_S)
        eventually(lambda: self.rejected(client) == 1, "the default verdict")


if __name__ == "__main__":
    unittest.main()
