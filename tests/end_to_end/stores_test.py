"""Several stores, each with a thread: whatever users a client asks about, it is answered as by one store."""
import contextlib
import json
import random
import threading
import time
import unittest

import redis

from harness import PATIENCE_S, EndToEnd, Error, Gone, Writer, encode, eventually, known

USERS = [f"user-{i}" for i in range(40)]  # of every store some
STORES = 3
MODELS = ["A", "B", "C", "D"]
WORDS = ["ink", "cat", "moon", "castle", "neon", "robot"]
AT = ["AT", "1700000000000"]


def prompt_of(life):
    return " ".join(life.sample(WORDS, life.randint(1, 4)))


def requests_of(seed, count):
    """What a studio's scheduler sends, with some of everything between; no answer tells a decision or the time."""
    life = random.Random(seed)
    for i in range(count):
        user, prompt, model = life.choice(USERS), prompt_of(life), life.choice(MODELS)
        kind = life.randrange(20)
        if kind < 9:
            yield ["RECORD", user, life.choice(["selected", "rejected"]), model, prompt, "ID", f"{seed}-{i}", *AT]
        elif kind == 9:
            yield ["REJECTALL", user, prompt, 2, "A", "B", "ID", f"{seed}-{i}", *AT]
        elif kind < 14:
            yield ["SCORE", user, prompt, len(MODELS), *MODELS]
        elif kind == 14:
            yield ["EXPLAIN", user, prompt, model]
        elif kind == 15:
            yield ["STATS", user]
        elif kind == 16:
            yield ["PARAMS", user, prompt]
        else:
            yield life.choice([["PING"], ["KEYWORDS", prompt], ["ECHO", prompt], ["RECORD", user], ["NONSENSE"],
                               ["DBSIZE"], ["POOL", "SET", "sdxl", "draft", model], ["POOL", "LIST"],
                               ["CLIENT", "GETNAME"], ["HISTORY", user, "LIMIT", 1000], ["MULTI"], ["EXEC"],
                               ["DISCARD"]])


def without_names(reply):
    """Records but when they came."""
    if isinstance(reply, list):
        return [without_names(one) for one in reply]
    if isinstance(reply, dict):
        return {key: without_names(value) for key, value in reply.items() if key != "timestamp"}
    return reply


class Stores(EndToEnd):
    def several(self, **options):
        return self.server(stores=STORES, decay_days=0, **options)

    def test_a_pipeline_is_answered_as_by_one_store(self):
        one, three = self.server(stores=1, decay_days=0), self.several()
        self.assertEqual(three.info("stores"), str(STORES))
        for seed in range(6):
            requests = list(requests_of(seed, 400))
            answers = []
            for server in (one, three):
                with server.client(protocol=2 + seed % 2) as client:
                    answers.append(without_names(client.pipeline(requests, window=1 + 60 * seed)))
            for request, expected, found in zip(requests, *answers):
                self.assertEqual(found, expected, request)

    def test_requests_typed_by_hand_with_quotes_cross_too(self):
        with self.several().client(protocol=2) as client:
            lines = "".join(f"RECORD {user} selected 'A \\'model' \"an ink cat\"\r\nKEYWORDS 'ink  {user}'\r\n"
                            for user in USERS)
            client.send(lines.encode())
            for user in USERS:
                self.assertEqual(client.receive(), 1)
                self.assertEqual(client.receive()[0], "ink")

    def test_a_batch_may_be_cut_anywhere(self):
        batch = b"".join(encode("RECORD", user, "selected", "A", "ink") + encode("PING") for user in USERS[:4])
        server = self.several()
        for cut in range(1, len(batch)):
            with server.client(protocol=2) as client:
                client.send(batch[:cut])
                time.sleep(0.0005)
                client.send(batch[cut:])
                for _ in range(4):
                    self.assertEqual(client.receive(), cut)
                    self.assertEqual(client.receive(), "PONG")

    def test_a_client_that_keeps_to_a_store_moves_there_and_stays_who_it_is(self):
        server = self.several()
        with server.client() as client, server.client() as other:
            client.ask("CLIENT", "SETNAME", "studio")
            number = client.ask("CLIENT", "ID")
            for user in USERS[:12]:
                record = encode("RECORD", user, "selected", "A", "ink")
                for i in range(1, 60):
                    # The beginning of the next request is there already when it moves.
                    client.send(record + record[:i % 7])
                    self.assertEqual(client.receive(), 2 * i - 1)
                    client.send(record[i % 7:])
                    self.assertEqual(client.receive(), 2 * i)
                self.assertEqual(client.ask("CLIENT", "GETNAME"), "studio")
                self.assertEqual(client.ask("CLIENT", "ID"), number)
                self.assertEqual(client.ask("STATS", user)["records"], 118)
            self.assertEqual(other.ask("CLIENT", "LIST").count("name=studio"), 1)
            self.assertIn("connected_clients:2\r", other.ask("INFO"))

    def test_what_is_about_all_users_adds_up(self):
        server = self.several()
        with server.client() as client:
            client.pipeline([["RECORD", user, "selected", "A", "ink"] for user in USERS])
            self.assertEqual(sorted(client.ask("USERS")), sorted(USERS))
            self.assertEqual(client.ask("DBSIZE"), len(USERS))
            self.assertEqual(client.ask("SAVE"), "OK")
            self.assertGreater(client.ask("LASTSAVE"), 1_700_000_000)
        self.assertEqual(server.info("users"), str(len(USERS)))
        self.assertEqual(server.info("records"), str(len(USERS)))
        self.assertEqual(server.info("rdb_changes_since_last_save"), "0")
        self.assertEqual(len(server.files("store-*/snapshot-*")), STORES)
        with server.client() as first, server.client() as second:
            names = first.ask("CLIENT", "LIST").count(" addr=")
            self.assertEqual(names, 2)
            self.assertNotEqual(first.ask("CLIENT", "ID"), second.ask("CLIENT", "ID"))

    def test_a_pool_is_everybodys(self):
        with self.several().client() as client:
            self.assertEqual(client.ask("POOL", "SET", "sdxl", "draft", "A", "B"), "OK")
            for reply in client.pipeline([["RECOMMEND", user, "ink", "FAMILY", "sdxl"] for user in USERS]):
                self.assertIn(reply["checkpoint"], ["A", "B"])
            self.assertEqual(client.ask("POOL", "DEL", "sdxl", "draft"), 1)
            for reply in client.pipeline([["RECOMMEND", user, "ink", "FAMILY", "sdxl"] for user in USERS]):
                self.assertIsInstance(reply, Error)

    def test_a_transaction_over_all_stores_is_one(self):
        server = self.several()
        with redis.Redis(port=server.port, decode_responses=True) as client:
            with client.pipeline(transaction=True) as transaction:
                for user in USERS:
                    transaction.execute_command("RECORD", user, "selected", "A", "ink")
                self.assertEqual(transaction.execute(), [1] * len(USERS))
        stop = threading.Event()
        torn = []

        def look():
            with server.client() as client:
                while not stop.is_set():
                    told = client.ask("INFO", "preferences")
                    records = int(told.split("records_total:")[1].split("\r")[0])
                    if records % len(USERS):
                        torn.append(records)

        looking = threading.Thread(target=look)
        looking.start()
        with server.client() as client:
            for _ in range(50):
                client.pipeline([["MULTI"], *(["RECORD", user, "selected", "A", "ink"] for user in USERS), ["EXEC"]])
        stop.set()
        looking.join()
        self.assertEqual(torn, [])

    def test_a_decision_is_judged_in_the_store_that_told_it(self):
        server = self.several()
        with server.client() as client:
            client.pipeline([["RECORD", user, "selected", "A", "ink"] for user in USERS])
            told = [reply["decision"] for reply in client.pipeline([["RECOMMEND", user, "cat"] for user in USERS])]
            self.assertEqual(len(set(told)), len(USERS))
            half = len(USERS) // 2
            self.assertEqual(client.pipeline([["JUDGE", one, "selected", "A"] for one in told[:half]]), [2] * half)
        server.terminate()
        server.start()
        with server.client() as client:
            # An earlier life's.
            self.assertEqual(client.pipeline([["JUDGE", one, "selected", "A"] for one in told[half:]]),
                             [2] * (len(USERS) - half))
            self.assertIsInstance(client.ask("JUDGE", "1-1", "selected", "A"), Error)
            for user in USERS:
                self.assertEqual(client.ask("STATS", user)["records"], 2)

    def test_a_server_started_with_another_number_of_stores_knows_all_that_it_knew(self):
        server = self.server(stores=1, decay_days=0)
        with server.client() as client:
            client.pipeline([request for request in requests_of(1, 3000) if request[0] in ("RECORD", "REJECTALL")])
            client.pipeline([["RECORD", user, "selected", "A", "ink"] for user in USERS])  # without IDs
            client.ask("POOL", "SET", "sdxl", "draft", "A", "B")
            told = [reply["decision"] for reply in client.pipeline([["RECOMMEND", user, "ink"] for user in USERS])]

        def answers():
            with server.client() as client:
                exports = [json.loads(client.ask("EXPORT", user)) for user in USERS]
                return [[export["preferences"] for export in exports], client.ask("POOL", "LIST"),
                        *client.pipeline([["SCORE", user, word, len(MODELS), *MODELS] for user in USERS
                                          for word in WORDS])]

        before = answers()
        for i, stores in enumerate([3, 2, 5, 1, 4]):
            server.terminate()
            server.start(stores=stores)
            self.assertEqual(server.info("stores"), str(stores))
            self.assertEqual(answers(), before)
            with server.client() as client:
                self.assertEqual(client.ask("DBSIZE"), len(USERS))
                for reply in client.pipeline([["JUDGE", one, "neutral", "A", "ID", one] for one in told[i::5]]):
                    self.assertGreater(reply, 0)
            before = answers()

    def test_who_is_forgotten_is_gone_from_every_file(self):
        server = self.several(durability="always")
        with server.client() as client:
            client.pipeline([["RECORD", user, "selected", "A", f"ink zyx{user}x"] for user in USERS])
            client.ask("SAVE")
            self.assertEqual(client.pipeline([["FORGET", user] for user in USERS[:5]]), [1] * 5)
            replies = client.pipeline([["MULTI"], *(["FORGET", user] for user in USERS[5:10]), ["EXEC"]])
            self.assertEqual(replies[-1], [1] * 5)
            self.assertEqual(client.ask("DBSIZE"), len(USERS) - 10)
        kept = b"".join(path.read_bytes() for path in server.files("**/*") if path.is_file())
        for user in USERS[:10]:
            self.assertNotIn(f"zyx{user}x".encode(), kept)

    def test_who_shares_does_so_with_the_users_of_all_stores(self):
        with self.several().client() as client:
            for user in USERS[:6]:
                client.pipeline([["RECORD", user, "selected", "A", "ink"]] * 4 + [["SHARE", user, "ON"]])
            for user in USERS[30:]:
                eventually(lambda: client.ask("SCORE", user, "ink", 1, "A")[0] > 0.6, f"{user} learns of it")
            self.assertEqual(client.ask("FORGET", USERS[0]), 4)
            self.assertIn("community_users:5\r", client.ask("INFO"))

    def test_large_replies_of_several_stores_keep_their_order(self):
        server = self.several()
        note = "n" * 5000
        with server.client() as client:
            requests = [["RECORD", user, "selected", "A", "ink", "NOTE", f"{user} {note}"] for user in USERS[:8]] * 60
            client.pipeline(requests)
            asked = [["HISTORY", USERS[i % 8], "LIMIT", 60] for i in range(64)]
            client.send(b"".join(encode(*request) for request in asked))
            for request in asked:
                _, records = client.receive()
                self.assertEqual(len(records), 60)
                self.assertEqual({record["user_id"] for record in records}, {request[1]})

    def test_what_was_acknowledged_survives_kill_9(self):
        for durability in ["os", "everysec", "always"]:
            server = self.several(durability=durability)
            writers = [Writer(server, f"w{i}") for i in range(4)]
            time.sleep(0.5)
            server.kill9()
            for writer in writers:
                writer.join()
            server.start()
            for writer in writers:
                self.assertGreater(len(writer.acknowledged), 0)
                self.assertEqual(known(server, writer.acknowledged), set(writer.acknowledged))
            self.assertEqual(server.terminate(), 0)

    def test_it_ends_in_order_under_load(self):
        for command in [None, ["SHUTDOWN"], ["SHUTDOWN", "NOSAVE"]]:
            server = self.several(durability="os")
            writers = [Writer(server, f"w{i}") for i in range(6)]
            time.sleep(0.3)
            if command:
                with contextlib.suppress(Gone), server.client() as client:
                    client.ask(*command)
                self.assertEqual(server.wait(), 0)
            else:
                self.assertEqual(server.terminate(), 0)
            for writer in writers:
                writer.join(PATIENCE_S)
            server.start()
            for writer in writers:
                self.assertEqual(known(server, writer.acknowledged), set(writer.acknowledged))

    def test_clients_that_leave_in_the_middle_leave_nothing_behind(self):
        server = self.several()
        batch = b"".join(encode("RECOMMEND", user, "ink", "AMONG", 2, "A", "B") for user in USERS) * 20
        for _ in range(100):
            with server.client(protocol=2) as client:
                client.send(batch)
        with server.client() as client:
            eventually(lambda: "connected_clients:1\r" in client.ask("INFO"), "all have left")
            self.assertEqual(client.ask("PING"), "PONG")

    def test_requests_about_everything_may_meet(self):
        server = self.several()
        with server.client() as client:
            client.pipeline([["RECORD", user, "selected", "A", "ink"] for user in USERS])
        failures = []

        def ask(seed):
            life = random.Random(seed)
            try:
                with server.client() as client:
                    for _ in range(60):
                        some = [life.choice([["INFO"], ["USERS"], ["DBSIZE"], ["POOL", "LIST"], ["SAVE"],
                                             ["STATS", life.choice(USERS)], ["RECOMMEND", life.choice(USERS), "ink"]])
                                for _ in range(8)]
                        for request, reply in zip(some, client.pipeline(some)):
                            if isinstance(reply, Error) or (request == ["DBSIZE"] and reply != len(USERS)):
                                failures.append((request, reply))
            except (Gone, OSError) as gone:
                failures.append(gone)

        threads = [threading.Thread(target=ask, args=[seed]) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


if __name__ == "__main__":
    unittest.main()
