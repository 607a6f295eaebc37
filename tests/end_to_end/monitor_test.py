"""MONITOR, CLIENT KILL and SLOWLOG of a server with several stores, as clients see them."""
import re
import socket
import time
import unittest

import redis

from harness import EndToEnd, encode, eventually

USERS = [f"user{i}" for i in range(12)]  # of all stores


class Monitors(EndToEnd):
    def setUp(self):
        self.penchant = self.server(stores=3)
        self.ann = self.enterContext(self.penchant.client())

    def monitor(self):
        watching = self.enterContext(self.penchant.client(protocol=2))
        self.assertEqual(watching.ask("MONITOR"), "OK")
        return watching

    def test_requests_of_all_stores_are_told_as_redis_server_prints_them(self):
        watching = self.monitor()
        for user in USERS:
            self.ann.ask("RECORD", user, "selected", "A", 'ink "x"')
        lines = [watching.receive() for _ in USERS]
        shown = re.compile(r'(\d{10}\.\d{6}) \[0 127\.0\.0\.1:\d+\] "RECORD" "(user\d+)" "selected" "A" "ink \\"x\\""')
        told = [shown.fullmatch(line) for line in lines]
        self.assertNotIn(None, told, lines)
        self.assertEqual(sorted(one[2] for one in told), sorted(USERS))
        self.assertLess(abs(float(told[0][1]) - time.time()), 60)

    def test_a_library_monitors(self):
        library = redis.Redis(port=self.penchant.port)
        self.addCleanup(library.close)
        with library.monitor() as watching:
            self.ann.ask("STATS", "ann")
            command = watching.next_command()
            self.assertEqual((command["command"], command["client_address"]), ("STATS ann", "127.0.0.1"))

    def test_what_proves_who_a_client_is_is_not_told(self):
        watching = self.monitor()
        self.ann.ask("AUTH", "very secret")
        self.ann.ask("HELLO", 3, "AUTH", "ann", "very secret")
        self.ann.ask("PING")
        lines = []
        while not lines or '"PING"' not in lines[-1]:
            lines.append(watching.receive())
        self.assertNotIn("very secret", "".join(lines))

    def test_a_monitor_is_a_client_again_after_RESET(self):
        watching = self.monitor()
        self.assertEqual(watching.ask("RESET"), "RESET")
        self.assertEqual(watching.ask("STATS", "ann")[:2], ["records", 0])

    def test_a_monitor_that_does_not_read_is_closed_and_nobody_waits_for_it(self):
        watching = socket.create_connection(("127.0.0.1", self.penchant.port))
        self.addCleanup(watching.close)
        watching.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        watching.sendall(encode("MONITOR"))
        eventually(lambda: " flags=O " in self.ann.ask("CLIENT", "LIST"), "it monitors", 10)
        requests = [["ECHO", "x" * 128]] * 10_000
        deadline = time.time() + 60
        while " flags=O " in self.ann.ask("CLIENT", "LIST"):
            self.assertLess(time.time(), deadline)
            self.ann.pipeline(requests, window=1000)
        self.assertEqual(self.ann.ask("PING"), "PONG")

    def test_clients_are_killed_wherever_they_are(self):
        others = [self.enterContext(self.penchant.client()) for _ in range(6)]
        for other in others:
            self.assertEqual(other.ask("PING"), "PONG")
        self.assertEqual(self.ann.ask("CLIENT", "KILL", "ID", others[0].ask("CLIENT", "ID")), 1)
        self.assertTrue(others[0].is_closed_by_server())
        eventually(lambda: len(self.ann.ask("CLIENT", "LIST").splitlines()) == 6, "it is gone", 10)
        self.assertEqual(self.ann.ask("CLIENT", "KILL", "SKIPME", "yes"), 5)
        for other in others[1:]:
            self.assertTrue(other.is_closed_by_server())
        self.assertEqual(self.ann.ask("PING"), "PONG")
        eventually(lambda: len(self.ann.ask("CLIENT", "LIST").splitlines()) == 1, "they are gone", 10)

    def test_clients_are_told_with_both_ends(self):
        self.ann.ask("CLIENT", "SETNAME", "studio")
        [line] = self.ann.ask("CLIENT", "LIST").splitlines()
        told = dict(part.split("=", 1) for part in line.split(" "))
        self.assertEqual(told["laddr"], f"127.0.0.1:{self.penchant.port}")
        self.assertEqual((told["name"], told["cmd"], told["flags"], told["db"]), ("studio", "client", "N", "0"))
        self.assertGreater(int(told["fd"]), 2)

    def test_slow_requests_of_all_stores_are_told(self):
        self.assertEqual(self.ann.ask("CONFIG", "SET", "slowlog-log-slower-than", 0), "OK")
        for user in USERS:
            self.ann.ask("STATS", user)
        told = self.ann.ask("SLOWLOG", "GET", -1)
        self.assertEqual({entry[3][1] for entry in told if entry[3][0] == "STATS"}, set(USERS))
        self.assertEqual(len({entry[0] for entry in told}), len(told))
        self.assertTrue(all(entry[4].startswith("127.0.0.1:") for entry in told), told)
        self.assertEqual(self.ann.ask("CONFIG", "SET", "slowlog-log-slower-than", -1), "OK")
        self.assertEqual(self.ann.ask("SLOWLOG", "RESET"), "OK")
        self.assertEqual(self.ann.ask("SLOWLOG", "LEN"), 0)


if __name__ == "__main__":
    unittest.main()
