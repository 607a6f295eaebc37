"""What a power cut takes: nothing that `always` acknowledged, at most the last second with `everysec`."""
import random
import select
import subprocess
import time
import unittest

from harness import BINARY, EndToEnd, Writer, encode, eventually, known
from power_cut import Power, powered_server


class PowerCut(EndToEnd):
    def powered(self, **options):
        return self.enterContext(powered_server(**options))

    def cut_under_load(self, penchant, power, seconds):
        """The writers, and when the server was killed. What it had not synced is gone, and it runs again."""
        writers = [Writer(penchant, f"{penchant.process.pid}-{i}") for i in range(4)]
        time.sleep(seconds)
        killed = time.monotonic()
        penchant.kill9()
        for writer in writers:
            writer.join()
            self.assertEqual(writer.refusals, [])
        power.cut(penchant.data)
        penchant.start()
        return writers, killed

    def test_always_loses_nothing_that_it_acknowledged(self):
        for stores in [1, 3]:
            penchant, power = self.powered(durability="always", snapshot_every=1, stores=stores)
            acknowledged = 0
            for _ in range(4):
                writers, _ = self.cut_under_load(penchant, power, random.uniform(0.3, 0.8))
                for writer in writers:
                    self.assertLessEqual(set(writer.acknowledged), known(penchant, writer.sent))
                    acknowledged += len(writer.acknowledged)
            self.assertGreater(acknowledged, 100)

    def test_everysec_loses_at_most_a_second(self):
        kept = lost = 0
        for stores in [1, 3, 1]:
            penchant, power = self.powered(durability="everysec", snapshot_every=2, stores=stores)
            writers, killed = self.cut_under_load(penchant, power, random.uniform(1.8, 2.5))
            for writer in writers:
                present = known(penchant, writer.sent)
                older = {one for one, when in writer.acknowledged.items() if when < killed - 1}
                self.assertLessEqual(older, present)
                kept += len(older)
                lost += len(set(writer.acknowledged) - present)
        self.assertGreater(kept, 100)
        self.assertGreater(lost, 0, "the power cut takes something, or this test shows nothing")

    def test_always_answers_when_the_record_is_on_disk_and_others_meanwhile(self):
        penchant, power = self.powered(durability="always")
        penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
        with penchant.client() as writer, penchant.client() as reader:
            power.hold_syncs()
            writer.send(encode("RECORD", "ann", "selected", "A", "castle"))
            eventually(lambda: penchant.info("journal_written_sequence") == "2", "the record is written")
            self.assertEqual(reader.ask("RECOMMEND", "ann", "portrait")["checkpoint"], "A")
            self.assert_no_answer(writer)
            power.let_syncs_go()
            self.assertEqual(writer.receive(), 2)

    def test_a_record_sent_twice_is_known_when_it_is_on_disk(self):
        penchant, power = self.powered(durability="always")
        record = encode("RECORD", "ann", "selected", "A", "portrait", "ID", "image-1")
        with penchant.client() as first, penchant.client() as second:
            power.hold_syncs()
            first.send(record)
            eventually(lambda: penchant.info("journal_written_sequence") == "1", "the record is written")
            second.send(record)
            self.assert_no_answer(second)
            power.let_syncs_go()
            self.assertEqual([first.receive(), second.receive()], [1, 0])

    def assert_no_answer(self, client):
        ready, _, _ = select.select([client.socket], [], [], 0.3)
        self.assertEqual(ready, [], "no answer before the record is on disk")

    def test_a_snapshot_and_its_name_are_on_disk_when_SAVE_answers(self):
        penchant, power = self.powered(durability="os")
        penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
        self.assertEqual(penchant.redis_cli("SAVE"), "OK")
        penchant.kill9()
        power.cut(penchant.data)
        self.assertEqual(len(penchant.files("snapshot-*.penchant")), 1)
        penchant.start()
        self.assertEqual((penchant.info("records_total"), penchant.info("replayed_at_start")), ("1", "0"))

    def test_an_orderly_end_leaves_everything_on_disk(self):
        for durability in ["always", "everysec", "os"]:
            for end in [["SHUTDOWN"], ["SHUTDOWN", "NOSAVE"]]:
                with self.subTest(f"{durability} {end}"):
                    penchant, power = self.powered(durability=durability, stores=2)
                    for user in ["ann", "bob", "cyd", "dan"]:
                        penchant.redis_cli("RECORD", user, "selected", "A", "portrait")
                    penchant.redis_cli(*end)
                    self.assertEqual(penchant.wait(), 0)
                    power.cut(penchant.data)
                    penchant.start()
                    self.assertEqual(penchant.info("records_total"), "4")

    def test_what_the_command_line_recorded_is_on_disk_when_it_ends(self):
        power = Power(self.folder())
        data = self.folder() / "data"
        subprocess.run([BINARY, "record", "--data", data, "ann", "selected", "A", "portrait"], check=True,
                       capture_output=True, env=power.environment)
        power.cut(data)
        self.assertEqual(self.server(data=data).info("records_total"), "1")


if __name__ == "__main__":
    unittest.main()
