"""Clients that send too much, too little, nonsense or nothing, and clients that never read."""
import contextlib
import os
import random
import resource
import select
import socket
import threading
import time
import unittest

from harness import Client, EndToEnd, Gone, encode, eventually

MIB = 1 << 20
IDLE_CLIENTS = 10_000
OWN_DESCRIPTORS = 100  # what this process has open besides its clients

RECORD = ["RECORD", "ann", "selected", "A", "portrait of a woman"]


class Hostile(EndToEnd):
    def start(self, **options):
        penchant = self.server(**options)
        self.assertEqual(penchant.redis_cli(*RECORD), "1")
        return penchant

    def assert_well(self, penchant, records=1):
        """It answers at once, and what was recorded is there."""
        with penchant.client(timeout=5) as client:
            self.assertEqual(client.ask("STATS", "ann")["records"], records)
            self.assertEqual(client.ask("RECOMMEND", "ann", "portrait")["checkpoint"], "A")
            self.assertEqual(client.ask("USERS"), ["ann"])


    def assert_grown_by_less(self, penchant, before, growth):
        """The memory of a server built with sanitizers says nothing."""
        if not os.environ.get("PENCHANT_SANITIZE"):
            eventually(lambda: penchant.resident_bytes() - before < growth, f"less than {growth} bytes more")


class TooMuch(Hostile):
    def test_a_request_over_its_bounds_is_refused_and_its_memory_given_back(self):
        penchant = self.start()
        before = penchant.resident_bytes()
        body = b"$%d\r\n%s\r\n" % (8 * MIB, b"x" * (8 * MIB))
        for data, sentence in [(b"*1\r\n$%d\r\n" % (8 * MIB + 1), "invalid bulk length"),
                               (b"*3\r\n" + body * 2, "too big request"),
                               (b"x" * (65 * 1024), "too big inline request"),
                               (b"*" + b"1" * 100_000, "invalid multibulk length")]:
            with penchant.client(protocol=2) as client:
                with contextlib.suppress(ConnectionError):
                    client.send(data)  # the refusal may come before all is sent
                with contextlib.suppress(ConnectionResetError):
                    self.assertRefused(client.receive(), sentence)
                self.assertTrue(client.is_closed_by_server())
            self.assert_well(penchant)
        self.assert_grown_by_less(penchant, before, 32 * MIB)

    def test_the_largest_arguments_are_taken(self):
        penchant = self.start()
        with penchant.client() as client:
            self.assertEqual(len(client.ask("ECHO", "x" * (8 * MIB))), 8 * MIB)
        self.assert_well(penchant)

    def test_one_client_over_the_bound_is_told_so_and_its_place_is_free_again(self):
        penchant = self.start(max_clients=3)
        with contextlib.ExitStack() as stack:
            # redis-cli's connection may not have been taken from the count yet.
            clients = [stack.enter_context(eventually(lambda: self.admitted(penchant), "a place"))
                       for _ in range(3)]
            with penchant.client(protocol=2) as fourth:
                self.assertRefused(fourth.receive(), "^ERR max number of clients reached$")
                self.assertTrue(fourth.is_closed_by_server())
            self.assertEqual([client.ask("PING") for client in clients], ["PONG"] * 3)
        eventually(lambda: self.admitted(penchant), "a place").close()

    def admitted(self, penchant):
        client = penchant.client(protocol=2)
        with contextlib.suppress(Gone, ConnectionError):
            if client.ask("PING") == "PONG":
                return client
        client.close()
        return None

    def test_ten_thousand_idle_clients_are_in_nobody_s_way(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        idle_clients = min(IDLE_CLIENTS, hard - OWN_DESCRIPTORS)
        print(f"{idle_clients} idle clients", flush=True)
        penchant = self.start(max_clients=idle_clients)
        before = penchant.resident_bytes()
        with contextlib.ExitStack() as stack:
            for _ in range(idle_clients - 1):
                one = stack.enter_context(socket.create_connection(("127.0.0.1", penchant.port)))
            eventually(lambda: int(penchant.info("connected_clients")) == idle_clients, "all are let in")
            self.assert_well(penchant)
            self.assert_grown_by_less(penchant, before, idle_clients * 8192)
            one.sendall(encode("PING"))
            self.assertEqual(one.recv(100), b"+PONG\r\n")
            with penchant.client() as last, penchant.client(protocol=2) as over:
                self.assertRefused(over.receive(), "max number of clients reached")
                self.assertEqual(last.ask("PING"), "PONG")
        eventually(lambda: int(penchant.info("connected_clients")) == 1, "all are gone")
        self.assert_well(penchant)


class TooLittle(Hostile):
    def test_half_a_request_is_waited_for_no_longer_than_request_timeout(self):
        penchant = self.start(request_timeout=1)
        for half in [encode(*RECORD)[:-5], b"*", b"PIN", b"*2\r\n$4\r\nECHO\r\n"]:
            with penchant.client() as client:
                client.send(half)
                begin = time.monotonic()
                self.assertTrue(client.is_closed_by_server())
                self.assertTrue(0.9 < time.monotonic() - begin < 3)
        self.assert_well(penchant)

    def test_half_a_request_cannot_be_kept_alive_by_dripping(self):
        penchant = self.start(request_timeout=1)
        with penchant.client() as client, contextlib.suppress(ConnectionError):
            begin = time.monotonic()
            for byte in encode("ECHO", "x" * 100):
                client.send(bytes([byte]))
                if select.select([client.socket], [], [], 0.05)[0]:
                    break
            self.assertLess(time.monotonic() - begin, 3)
        self.assert_well(penchant)

    def test_a_client_whose_requests_end_in_time_is_served_however_they_are_cut(self):
        penchant = self.start(request_timeout=1)
        request = encode("ECHO", "x" * 100)
        with penchant.client() as client:
            client.send(request[:50])
            deadline = time.monotonic() + 2.5
            while time.monotonic() < deadline:
                client.send(request[50:] + request[:50])
                self.assertEqual(client.receive(), "x" * 100)
                time.sleep(0.05)

    def test_a_client_that_says_nothing_is_closed_after_idle_timeout(self):
        penchant = self.start(idle_timeout=1, request_timeout=5)
        with penchant.client() as busy, penchant.client() as idle:
            begin = time.monotonic()
            while not select.select([idle.socket], [], [], 0.1)[0]:
                self.assertEqual(busy.ask("PING"), "PONG")
                self.assertLess(time.monotonic() - begin, 3)
            self.assertGreater(time.monotonic() - begin, 0.9)
            self.assertTrue(idle.is_closed_by_server())
            self.assertEqual(busy.ask("PING"), "PONG")

    def test_without_idle_timeout_a_silent_client_stays(self):
        penchant = self.start(request_timeout=1)
        with penchant.client() as client:
            self.assertEqual(select.select([client.socket], [], [], 1.5)[0], [])
            self.assertEqual(client.ask("PING"), "PONG")


class NeverReads(Hostile):
    def stuff(self, client, request, megabytes):
        """Sends until the server takes no more, or so much."""
        data = request * (MIB // len(request))
        client.socket.setblocking(False)
        sent = 0
        while sent < megabytes * MIB and select.select([], [client.socket], [], 0.5)[1]:
            sent += client.socket.send(data[sent % len(request):])
        client.socket.setblocking(True)
        client.socket.settimeout(10)
        return sent

    def test_it_costs_little_memory_and_nobody_else_waits(self):
        penchant = self.start(request_timeout=60)
        before = penchant.resident_bytes()
        checkpoints = [f"c{i}" for i in range(50)]
        request = encode("RECOMMEND", "ann", "portrait", "AMONG", 50, *checkpoints, "TOP", 50)
        with contextlib.ExitStack() as stack:
            for _ in range(4):
                client = stack.enter_context(penchant.client(receive_buffer=4096))
                sent = self.stuff(client, request, megabytes=64)
                self.assertLess(sent, 64 * MIB, "the server stopped reading")
                self.assert_well(penchant)
            self.assert_grown_by_less(penchant, before, 64 * MIB)

    def test_it_is_closed_after_request_timeout(self):
        penchant = self.start(request_timeout=1)
        request = encode("INFO")
        with penchant.client(receive_buffer=4096) as client:
            self.stuff(client, request, megabytes=64)
            eventually(lambda: penchant.info("connected_clients") == "1", "it is closed", seconds=5)
        self.assert_well(penchant)

    def test_a_slow_reader_is_served_to_the_end(self):
        penchant = self.start(request_timeout=1)
        count = 20_000
        with penchant.client(receive_buffer=65536) as client:
            sender = threading.Thread(target=client.send, args=[encode("ECHO", "x" * 1000) * count])
            sender.start()
            for i in range(count):
                self.assertEqual(client.receive(), "x" * 1000)
                if i % 1000 == 0:
                    time.sleep(0.1)
            sender.join()


class Hoarders(Hostile):
    def test_together_they_make_the_server_hold_no_more_than_its_bound(self):
        penchant = self.start()
        echo = encode("ECHO", "x" * (8 * MIB))
        with contextlib.ExitStack() as stack:
            clients = []
            for _ in range(256 // 8 + 20):  # what the sockets take does not count
                client = stack.enter_context(penchant.client(receive_buffer=4096))
                with contextlib.suppress(ConnectionError):
                    client.send(echo)
                clients.append(client)
            eventually(lambda: "would wait to be read" in penchant.log, "one too many is closed")
            self.assert_well(penchant)
            before = penchant.resident_bytes()
            self.assertLess(before, 400 * MIB)
        eventually(lambda: penchant.info("connected_clients") == "1", "all are gone")
        self.assert_grown_by_less(penchant, before, -200 * MIB)

    def test_a_client_at_rest_costs_kilobytes_whatever_it_once_asked(self):
        penchant = self.start()
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(penchant.client(timeout=30)) for _ in range(20)]
            before = penchant.resident_bytes()
            for client in clients:
                self.assertEqual(client.ask("ECHO", "x" * (8 * MIB)), "x" * (8 * MIB))
            self.assert_grown_by_less(penchant, before, 20 * MIB)


class Nonsense(Hostile):
    def test_random_bytes_end_no_server(self):
        penchant = self.start()
        random.seed(1)
        valid = encode(*RECORD[:1], "bob", "liked", *RECORD[3:]) + encode("RECOMMEND", "ann", "portrait")
        for i in range(200):
            with Client(("127.0.0.1", penchant.port), protocol=2) as client:
                data = bytearray(random.randbytes(random.randrange(1, 2000)))
                if i % 2:
                    data = bytearray(valid)
                    for _ in range(random.randrange(1, 8)):
                        data[random.randrange(len(data))] = random.randrange(256)
                with contextlib.suppress(ConnectionError):
                    client.send(data)
                    client.socket.shutdown(socket.SHUT_WR)
                    self.assertTrue(client.is_closed_by_server())
        self.assertTrue(penchant.is_running())
        with penchant.client() as client:
            self.assertEqual(client.ask("STATS", "ann")["records"], 1)
        penchant.restart()
        with penchant.client() as client:
            self.assertEqual(client.ask("STATS", "ann")["records"], 1)

    def test_a_client_that_leaves_in_the_middle_leaves_nothing(self):
        penchant = self.start()
        request = encode(*RECORD)
        for size in range(1, len(request)):
            client = penchant.client(protocol=2)
            client.send(request[:size])
            client.close()
        eventually(lambda: penchant.info("connected_clients") == "1", "all are gone")
        self.assert_well(penchant)


if __name__ == "__main__":
    unittest.main()
