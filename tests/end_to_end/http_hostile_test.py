"""The HTTP port, plain and over TLS, under a hundred times the usual load: afterwards all is as before."""
import contextlib
import json
import os
import pathlib
import re
import socket
import ssl
import struct
import threading
import time
import unittest

from harness import Client, EndToEnd, eventually
from http_client import (EXPORT, IMPORT, PORTRAIT, RECOMMEND, RECORDS, Http, answers_of, connect, head_of,
                         rest_of)
from tls_test import TlsClient, make_certificate

MIB = 1 << 20


class Load:
    """Of the plain ports, and of those that speak TLS."""

    def start(self, **options):
        self.unix = str(self.folder() / "socket")
        self.one = self.server(unix=self.unix, stores=2, **self.tls_files(), **options)
        self.watch = self.enterContext(Client(self.unix))
        self.assertEqual(self.watch.ask("RECORD", "ann", "selected", "A", "castle"), 1)
        self.assertEqual(self.asked(head_of("GET", RECOMMEND + "?user_id=ann&prompt=castle"))[0], 200)
        self.await_alone()
        threads = self.resources()[1]
        self.assertEqual(self.asked(head_of("GET", EXPORT))[0], 200)
        self.await_alone()
        eventually(lambda: self.resources()[1] == threads, "the export's thread has ended")
        # Behind TLS a client's descriptors are closed a little after its conversation has ended.
        self.before = min(self.resources() for _ in range(20) if time.sleep(0.05) is None)

    def await_alone(self):
        eventually(lambda: re.search("connected_clients:1\r", self.watch.ask("INFO")), "nobody else is there")

    def asked(self, request):
        """The one answer to it, from a connection of its own."""
        with self.connect() as client, client.makefile("rb") as replies:
            client.sendall(request)
            [answer] = answers_of(replies, 1)
            return answer

    def resources(self):
        """Descriptors but those of the store's own files, which it opens when it first needs them, and threads."""
        process = pathlib.Path(f"/proc/{self.one.process.pid}")
        links = []
        for link in (process / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
                links.append(os.readlink(link))
        is_kept = [link.startswith(str(self.one.data)) and not link.endswith(" (deleted)") for link in links]
        return is_kept.count(False), re.search(r"Threads:\s+(\d+)", (process / "status").read_text())[1]

    def assert_as_before(self, more_mib=32):
        """Nothing is left over of what came, and it answers."""
        with self.line() as client:
            self.assertEqual(client.ask("PING"), "PONG")
        answer = self.asked(head_of("GET", RECOMMEND + "?user_id=ann&prompt=castle"))
        self.assertEqual((answer[0], json.loads(answer[2])["checkpoint"]), (200, "A"))
        self.await_alone()
        eventually(lambda: self.resources() == self.before, f"{self.before} descriptors and threads")
        if not os.environ.get("PENCHANT_SANITIZE"):
            bound = self.bytes_before + more_mib * MIB
            eventually(lambda: self.one.resident_bytes() < bound, "its memory is given back")

    def record_much(self, mib):
        for i in range(mib * 20):
            self.watch.ask("RECORD", "ann", "selected", "A", f"castle number{i}", "NOTE", "x" * 50_000)

    def test_connections_over_the_limit_are_told_so_and_the_others_served(self):
        self.start(max_clients=40)
        self.bytes_before = self.one.resident_bytes()
        with contextlib.ExitStack() as stack, self.line() as line:
            clients = [stack.enter_context(self.connect()) for _ in range(400)]
            for client in clients:
                with contextlib.suppress(OSError):  # who is refused may be let go before
                    client.sendall(head_of("GET", "/healthz"))
            self.assertEqual(line.ask("PING"), "PONG")
            told = [answers_of(stack.enter_context(client.makefile("rb")), 1)[0] for client in clients]
            self.assertEqual(sorted(answer[0] for answer in told), [200] * 38 + [429] * 362)
            refused = next(answer for answer in told if answer[0] == 429)
            self.assertEqual(refused[1]["retry-after"], "1")
            self.assertEqual(json.loads(refused[2]), {"error": "there are as many clients as may be", "field": None})
            self.assertEqual(line.ask("PING"), "PONG")
            with self.line(protocol=2) as over:
                self.assertRefused(over.receive(), "^ERR max number of clients reached$")
        self.await_alone()  # their places are free
        self.assert_as_before()

    def test_thousands_of_pipelined_requests_are_answered_in_order(self):
        self.start()
        self.bytes_before = self.one.resident_bytes()
        count = 5000
        requests = b"".join(head_of("GET", f"/api/preferences/keywords?prompt=castle{i}") for i in range(count))
        with self.connect() as client, client.makefile("rb") as replies, self.line() as line:
            sender = threading.Thread(target=client.sendall, args=[requests])
            sender.start()
            answers = answers_of(replies, count // 2)
            self.assertEqual(line.ask("PING"), "PONG")
            answers += answers_of(replies, count - count // 2)
            sender.join()
        self.assertEqual([json.loads(body) for _, _, body in answers],
                         [[{"keyword": f"castle{i}"}] for i in range(count)])
        self.assert_as_before()

    def test_many_connections_in_a_row_leave_nothing(self):
        self.start()
        self.bytes_before = self.one.resident_bytes()
        request = head_of("GET", RECOMMEND + "?user_id=ann&prompt=castle", more="Connection: close\r\n")
        for i in range(800):
            with self.connect() as client:
                client.sendall(request[:len(request) // (1 + i % 2)])
                if i % 4 == 0:
                    self.assertTrue(rest_of(client).startswith(b"HTTP/1.1 200 "))
                elif i % 4 == 1:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
        self.assert_as_before()

    def test_exports_that_nobody_reads_are_let_go(self):
        self.start(request_timeout=4)  # whoever reads all of one on a busy machine is to have the time
        self.record_much(mib=16)
        self.bytes_before = self.one.resident_bytes()
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(self.connect(receive_buffer=4096)) for _ in range(30)]
            for client in clients:
                client.sendall(head_of("GET", EXPORT))
            begun = [client.recv(12) for client in clients]
            self.assertEqual(sorted(begun), [b"HTTP/1.1 200"] * 4 + [b"HTTP/1.1 409"] * 26)
            with self.line() as line:
                self.assertEqual(line.ask("PING"), "PONG")
            self.await_alone()
        self.assert_as_before()
        with self.connect() as client:
            client.sendall(head_of("GET", EXPORT, more="Connection: close\r\n"))
            self.assertTrue(rest_of(client).endswith(b"0\r\n\r\n"))

    def test_whoever_drips_is_let_go(self):
        self.start(request_timeout=1)
        self.bytes_before = self.one.resident_bytes()
        head = head_of("GET", "/healthz")
        clients = [self.connect() for _ in range(24)]
        for client in clients[20:]:
            client.sendall(head_of("POST", IMPORT, 1000))
        self.drip(clients[:20], head)
        self.drip(clients[20:], b" " * 1000)
        self.assert_as_before()

    def drip(self, clients, data):
        """Sends a byte at a time to each, until the server has closed all of them."""
        with contextlib.ExitStack() as stack:
            for client in clients:
                stack.enter_context(client)
                client.setblocking(False)
            deadline = time.monotonic() + 30
            for byte in data:
                clients = [client for client in clients if takes(client, bytes([byte]))]
                if not clients:
                    return
                self.assertLess(time.monotonic(), deadline, f"{len(clients)} are still there")
                time.sleep(0.1)
        self.fail(f"{len(clients)} have sent all")


def takes(client, byte):
    """Whether the connection is open; no answer is due."""
    try:
        client.send(byte)
        return client.recv(1000) != b""
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False


class PlainLoad(Load, EndToEnd):
    def tls_files(self):
        return {}

    def connect(self, receive_buffer=None):
        return connect(self.one.http_port, receive_buffer)

    def line(self, **options):
        return self.one.client(**options)


class TlsLoad(Load, EndToEnd):
    def tls_files(self):
        self.files = make_certificate(self.folder(), "first")
        self.context = ssl.create_default_context(cafile=self.files["tls_cert"])
        return self.files

    def connect(self, receive_buffer=None):
        return self.context.wrap_socket(connect(self.one.http_port, receive_buffer), server_hostname="127.0.0.1")

    def line(self, **options):
        return TlsClient(self.one.port, self.files["tls_cert"], **options)

    def test_handshakes_that_never_end_are_in_nobody_s_way_and_let_go(self):
        self.start()
        self.bytes_before = self.one.resident_bytes()
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100)
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(connect(self.one.http_port)) for _ in range(300)]
            for i, client in enumerate(clients):
                client.sendall(hello[:i % len(hello)])
            with self.line() as line:
                self.assertEqual(line.ask("PING"), "PONG")
            self.assertEqual(self.asked(head_of("GET", "/healthz"))[0], 200)
            self.drip([connect(self.one.http_port) for _ in range(10)], hello)
            for client in clients:
                with contextlib.suppress(ConnectionError):
                    self.assertEqual(rest_of(client), b"")
        self.assert_as_before()


class Transfers(Http):
    def begin_imports(self, count):
        """Clients that have sent one byte of nine."""
        clients = [self.enterContext(connect(self.one.http_port)) for _ in range(count)]
        for client in clients:
            client.sendall(head_of("POST", IMPORT, 9) + b"{")
        eventually(lambda: self.one.info("connected_clients") == str(count + 1), "all have begun")
        return clients

    def test_whoever_is_refused_gets_to_read_why_however_much_it_sends(self):
        self.one = self.server()
        self.begin_imports(4)
        with connect(self.one.http_port) as client, client.makefile("rb") as replies:
            client.sendall(head_of("POST", IMPORT, 16 * MIB) + b" " * (16 * MIB))
            [(status, fields, body)] = answers_of(replies, 1)
        self.assertEqual((status, fields["retry-after"], json.loads(body)["field"]), (409, "5", None))

    def test_one_has_the_place_of_its_client(self):
        self.one = self.server()
        self.post(RECORDS, PORTRAIT)
        with self.one.client() as line, connect(self.one.http_port) as client, client.makefile("rb") as replies:
            client.sendall(head_of("GET", "/healthz"))
            self.assertEqual(answers_of(replies, 1)[0][0], 200)
            self.assertEqual(line.ask("CONFIG", "SET", "maxclients", 1), "OK")  # no place for one more
            client.sendall(head_of("GET", EXPORT))
            self.assertEqual(answers_of(replies, 1)[0][0], 200)

    def test_one_that_waits_for_its_client_is_not_idle(self):
        self.one = self.server(idle_timeout=1, request_timeout=20)
        file = json.dumps({"version": "1.0", "preferences": []}).encode()
        with connect(self.one.http_port) as client, client.makefile("rb") as replies:
            client.sendall(head_of("POST", IMPORT, len(file)) + file[:5])
            time.sleep(2.5)
            client.sendall(file[5:])
            [(status, _, body)] = answers_of(replies, 1)
        self.assertEqual((status, json.loads(body)), (200, {"recorded": 0, "duplicates": 0}))


if __name__ == "__main__":
    unittest.main()
