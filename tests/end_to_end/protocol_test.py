"""Every command and every refusal, as redis-cli, a Redis client library and plain sockets see them."""
import json
import unittest

import redis

from harness import Client, EndToEnd, Error, encode
from protocol_cases import ANSWERS, MIB, PROTOCOL_ERRORS, REFUSALS


class Commands(EndToEnd):
    def setUp(self):
        self.penchant = self.server()
        self.ann = self.enterContext(self.penchant.client())
        self.assertEqual(self.ann.ask("RECORD", "ann", "selected", "A", "portrait"), 1)

    def state(self):
        """What is recorded; scores are left out because they age."""
        stats = self.ann.ask("STATS", "ann")
        names = [name for name, *_ in stats.pop("top_checkpoints")]
        return stats, names, self.ann.ask("USERS"), self.ann.ask("POOL", "LIST"), self.penchant.info(
            "journal_written_sequence")

    def test_every_command_answers(self):
        self.assertEqual(set(ANSWERS), set(self.ann.ask("COMMAND", "LIST")))
        self.assertEqual(len(ANSWERS), self.ann.ask("COMMAND", "COUNT"))
        # STATS and what counts first: RECORD and REJECTALL change it. SAVE refuses while BGSAVE is under way.
        order = sorted(ANSWERS, key=lambda name: (name in ("record", "records", "rejectall"), name == "bgsave", name))
        for name in order:
            if ANSWERS[name] is None:
                continue
            request, is_right = ANSWERS[name]
            with self.subTest(name):
                with self.penchant.client() as client:
                    reply = client.ask(*request)
                self.assertNotIsInstance(reply, Error)
                self.assertTrue(is_right(reply), reply)

    def test_a_refusal_says_why_and_changes_nothing(self):
        before = self.state()
        for request, sentence in REFUSALS:
            with self.subTest(str(request)[:100]):
                self.assertRefused(self.ann.ask(*request), f"(?i){sentence}")
                self.assertEqual(self.state(), before)

    def test_a_protocol_error_is_answered_and_the_connection_ends(self):
        before = self.state()
        record = encode("RECORD", "ann", "selected", "A", "portrait")
        for data, sentence in PROTOCOL_ERRORS:
            with self.subTest(data[:40]), self.penchant.client(protocol=2) as client:
                client.send(data)
                self.assertRefused(client.receive(), sentence)
                if not data.startswith(b"GET"):
                    client.send(record)
                    self.assertTrue(client.is_closed_by_server())
                self.assertEqual(self.state(), before)

    def test_the_largest_prompt_is_taken(self):
        self.assertEqual(self.ann.ask("RECORD", "ann", "selected", "A", "p" * MIB), 2)
        self.assertEqual(self.ann.ask("RECORD", "ann", "selected", "A", "castle " * (MIB // 7)), 3)

    def test_a_prompt_may_hold_anything_that_is_UTF_8(self):
        for prompt in ["", " ", "\r\n", "((((", "<lora:", "東京の夜景", "🦊" * 100, "\u202e", "%s%n"]:
            reply = self.ann.ask("RECORD", "ann", "selected", "A", prompt)
            self.assertNotIsInstance(reply, Error, repr(prompt))

    def test_more_arguments_than_a_request_may_have_are_refused(self):
        with self.penchant.client() as client:
            client.send(b"*65537\r\n")
            self.assertRefused(client.receive(), "Protocol error")
        with self.penchant.client() as client:
            self.assertRefused(client.ask("SCORE", *["x"] * 65535), "whole number")
            self.assertEqual(client.ask("PING"), "PONG")

    def test_redis_cli_understands_all_answers(self):
        self.assertEqual(self.penchant.redis_cli("PING"), "PONG")
        for protocol in ["-2", "-3"]:
            recorded = self.penchant.redis_cli(protocol, "RECORD", "bob", "neutral", "A", "x", "ID", "same")
            self.assertEqual(recorded, "1" if protocol == "-2" else "0")
            self.assertIn("explore", self.penchant.redis_cli(protocol, "RECOMMEND", "ann", "portrait"))
        docs = json.loads(self.penchant.redis_cli("--json", "COMMAND", "DOCS", "record"))
        self.assertIn("summary", docs["record"])
        self.assertEqual(set(json.loads(self.penchant.redis_cli("--json", "COMMAND", "DOCS"))), set(ANSWERS))

    def test_a_redis_library_works_unchanged(self):
        library = redis.Redis(port=self.penchant.port, decode_responses=True, client_name="studio")
        self.addCleanup(library.close)
        self.assertTrue(library.ping())
        self.assertEqual(library.execute_command("RECORD", "bob", "selected", "A", "portrait"), 1)
        flat = library.execute_command("RECOMMEND", "bob", "portrait")
        answer = dict(zip(flat[::2], flat[1::2]))
        self.assertEqual(answer["checkpoint"], "A")
        self.assertAlmostEqual(float(answer["score"]), 6 / 11, places=6)
        with self.assertRaisesRegex(redis.ResponseError, "verdict"):
            library.execute_command("RECORD", "bob", "liked", "A", "portrait")
        pipe = library.pipeline()  # MULTI and EXEC around it
        pipe.execute_command("KEYWORDS", "red castle")
        pipe.execute_command("RECORD", "cyd", "selected", "A", "castle")
        self.assertEqual(pipe.execute(), [["red", "castle"], 1])
        pipe = library.pipeline(transaction=False)
        for _ in range(100):
            pipe.execute_command("RECORD", "bob", "rejected", "B", "castle")
        self.assertEqual(pipe.execute(), list(range(2, 102)))
        self.assertIn("studio", [client["name"] for client in library.client_list()])
        self.assertEqual(library.config_get("save"), {"save": "300 1"})
        self.assertEqual(library.config_get("appendonly"), {"appendonly": "yes"})
        self.assertEqual(library.info()["role"], "master")
        self.assertTrue(library.save())
        self.assertEqual(library.dbsize(), 3)
        self.assertEqual(library.echo("ü"), "ü")
        self.assertTrue(library.bgsave())

    def test_inline_requests_are_answered(self):
        with self.penchant.client(protocol=2) as client:
            client.send(b'record bob selected A "portrait of a woman"\r\n\r\n')
            client.send(b'PING\nKEYWORDS \'x\\\'s "castle\'\n')
            self.assertEqual([client.receive() for _ in range(3)], [1, "PONG", ["x's", "castle"]])

    def test_a_request_may_come_byte_by_byte(self):
        with self.penchant.client() as client:
            for byte in encode("ECHO", "slow"):
                client.send(bytes([byte]))
            self.assertEqual(client.receive(), "slow")

    def test_HELLO_chooses_the_protocol(self):
        with self.penchant.client(protocol=2) as client:
            self.assertIsInstance(client.ask("STATS", "ann"), list)
            self.assertIsInstance(client.ask("SCORE", "ann", "portrait", 1, "A")[0], str)
            self.assertEqual(client.ask("HELLO", 3, "SETNAME", "studio")["proto"], 3)
            self.assertIsInstance(client.ask("STATS", "ann"), dict)
            self.assertIsInstance(client.ask("SCORE", "ann", "portrait", 1, "A")[0], float)
            self.assertEqual(client.ask("CLIENT", "GETNAME"), "studio")
            self.assertEqual(client.ask("RESET"), "RESET")
            self.assertIsNone(client.ask("CLIENT", "GETNAME"))
            self.assertIsInstance(client.ask("STATS", "ann"), list)

    def test_what_is_not_known_is_null(self):
        self.assertEqual(self.ann.ask("EXPLAIN", "ann", "castle", "A")["keywords"], [["castle", 0, 0, None]])
        with self.penchant.client(protocol=2) as client:
            self.assertEqual(client.ask("EXPLAIN", "ann", "castle", "A")[5], [["castle", "0", "0", None]])

    def test_QUIT_says_OK_and_ends_the_connection(self):
        with self.penchant.client() as client:
            client.send(encode("QUIT") + encode("RECORD", "ann", "selected", "A", "portrait"))
            self.assertEqual(client.receive(), "OK")
            self.assertTrue(client.is_closed_by_server())
        self.assertEqual(self.ann.ask("STATS", "ann")["records"], 1)

    def test_SHUTDOWN_ends_the_server_with_0(self):
        with self.penchant.client() as client:
            client.send(encode("SHUTDOWN"))
            self.assertTrue(client.is_closed_by_server())
        self.assertEqual(self.penchant.wait(), 0)
        self.assertEqual(len(self.penchant.files("snapshot-*.penchant")), 1)

    def test_replies_come_in_the_order_of_the_requests(self):
        words = [str(i) for i in range(20_000)]
        self.assertEqual(self.ann.pipeline([["ECHO", word] for word in words], window=20_000), words)


class Meaning(EndToEnd):
    def setUp(self):
        self.penchant = self.server()
        self.connect()

    def connect(self):
        self.ann = self.enterContext(self.penchant.client())

    def test_a_known_id_counts_once_and_another_verdict_corrects_also_after_a_restart(self):
        def tell(verdict):
            return self.ann.ask("RECORD", "ann", verdict, "A", "portrait", "ID", "image-1")

        def count():
            stats = self.ann.ask("STATS", "ann")
            return stats["records"], stats["selected"], stats["rejected"], stats["neutral"]
        self.assertEqual(self.ann.ask("RECORD", "ann", "rejected", "A", "castle"), 1)
        self.assertEqual([tell("selected"), tell("selected")], [2, 0])
        self.assertEqual(count(), (2, 1, 1, 0))
        for verdict, counts in [("rejected", (2, 0, 2, 0)), ("neutral", (2, 0, 1, 1)),
                                ("selected", (2, 1, 1, 0))]:
            self.assertEqual([tell(verdict), tell(verdict)], [2, 0])
            self.assertEqual(count(), counts)
            self.penchant.restart()
            self.connect()
            self.assertEqual((tell(verdict), count()), (0, counts))
        [portrait] = self.ann.ask("EXPLAIN", "ann", "portrait", "A")["keywords"]
        self.assertAlmostEqual(portrait[1], 1, delta=1e-5)
        self.assertAlmostEqual(portrait[2], 1, delta=1e-5)

    def test_REJECTALL_rejects_each_once(self):
        request = ["REJECTALL", "ann", "portrait", 3, "A", "B", "C", "ID", "batch-1"]
        self.assertEqual([self.ann.ask(*request), self.ann.ask(*request)], [3, 0])
        self.assertEqual(self.ann.ask("STATS", "ann")["rejected"], 3)

    def test_names_agree_without_folder_and_extension(self):
        for name in ["sdxl/Real.safetensors", "Real", "other\\Real.ckpt", "Real.gguf", "Real.pt"]:
            self.assertGreater(self.ann.ask("RECORD", "ann", "selected", name, "portrait"), 0)
        stats = self.ann.ask("STATS", "ann")
        self.assertEqual((stats["records"], stats["checkpoints"]), (5, 1))
        self.assertEqual(stats["top_checkpoints"][0][0], "sdxl/Real.safetensors")
        scores = self.ann.ask("SCORE", "ann", "portrait", 2, "Real", "x/Real.safetensors")
        self.assertEqual(scores[0], scores[1])
        self.assertAlmostEqual(scores[0], 10 / 15, places=5)

    def test_a_pool_is_set_told_and_removed_also_after_a_restart(self):
        self.assertEqual(self.ann.ask("POOL", "SET", "sdxl", "standard", "B", "A"), "OK")
        self.assertEqual(self.ann.ask("POOL", "SET", "sdxl", "draft", "D"), "OK")
        for _ in range(2):
            self.assertEqual(self.ann.ask("POOL", "GET", "sdxl", "standard"), ["B", "A"])
            self.assertEqual(sorted(self.ann.ask("POOL", "LIST")),
                             [["sdxl", "draft", "D"], ["sdxl", "standard", "B", "A"]])
            arms = self.ann.ask("RECOMMEND", "ann", "portrait", "FAMILY", "sdxl", "TIER", "standard")["arms"]
            self.assertEqual([arm[0] for arm in arms], ["B", "A"])
            everything = self.ann.ask("RECOMMEND", "ann", "portrait", "FAMILY", "sdxl", "TOP", 9)["arms"]
            self.assertEqual({arm[0] for arm in everything}, {"A", "B", "D"})
            self.penchant.restart()
            self.connect()
        self.assertEqual(self.ann.ask("POOL", "DEL", "sdxl", "draft"), 1)
        self.assertEqual(self.ann.ask("POOL", "DEL", "sdxl", "draft"), 0)
        self.penchant.restart()
        self.connect()
        self.assertEqual(self.ann.ask("POOL", "LIST"), [["sdxl", "standard", "B", "A"]])
        self.assertEqual(self.ann.ask("POOL", "GET", "sdxl", "draft"), [])

    def test_PLAN_spreads_images_evenly_with_the_remainder_to_the_best(self):
        for _ in range(3):
            self.ann.ask("RECORD", "ann", "selected", "A", "portrait")
        for count, spread in [(1, [["A", 1]]), (2, [["A", 2]]), (3, [["A", 1], ["B", 1], ["C", 1]]),
                              (11, [["A", 5], ["B", 3], ["C", 3]])]:
            plan = self.ann.ask("PLAN", "ann", "portrait", "COUNT", count, "AMONG", 4, "A", "B", "C", "D")
            self.assertEqual((plan["band"], plan["checkpoints"]), ("explore", spread))

    def test_every_decision_has_an_id_of_its_own(self):
        question = ["RECOMMEND", "ann", "portrait", "AMONG", 1, "A"]
        self.assertEqual(len({self.ann.ask(*question)["decision"] for _ in range(100)}), 100)

    def test_the_Unix_socket_speaks_as_the_port_does_and_goes_with_the_server(self):
        path = self.folder() / "penchant.socket"
        penchant = self.server(unix=path)
        self.assertEqual(path.stat().st_mode & 0o777, 0o700)
        with Client(str(path)) as client:
            self.assertEqual(client.ask("RECORD", "ann", "selected", "A", "portrait"), 1)
        penchant.restart()  # the killed server's socket is in the way no longer
        with Client(str(path)) as client:
            self.assertEqual(client.ask("STATS", "ann")["records"], 1)
        self.assertEqual(penchant.terminate(), 0)
        self.assertFalse(path.exists())


if __name__ == "__main__":
    unittest.main()
