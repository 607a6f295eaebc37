"""TLS on the port of the line protocol: who speaks it is served as in plain text, who does not is let go."""
import asyncio
import contextlib
import random
import signal
import socket
import ssl
import subprocess
import time
import unittest

import redis

from harness import PATIENCE_S, Client, EndToEnd, encode, eventually, refused_start, run

MIB = 1 << 20


def make_certificate(folder, name):
    """A key and a certificate of 127.0.0.1 that vouches for itself."""
    files = {"tls_cert": folder / f"{name}.pem", "tls_key": folder / f"{name}.key"}
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", files["tls_key"], "-out", files["tls_cert"]], check=True, capture_output=True)
    return files


class TlsClient(Client):
    def __init__(self, port, certificate, protocol=3, versions=None, receive_buffer=None, timeout=PATIENCE_S):
        context = ssl.create_default_context(cafile=certificate)
        if versions:
            context.minimum_version = context.maximum_version = versions
        plain = socket.socket()
        if receive_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(timeout)
        plain.connect(("127.0.0.1", port))
        self.socket = context.wrap_socket(plain, server_hostname="127.0.0.1")
        self.replies = self.socket.makefile("rb")
        if protocol == 3:
            self.ask("HELLO", 3)


class Tls(EndToEnd):
    def setUp(self):
        self.keys = self.folder()
        self.files = make_certificate(self.keys, "first")
        self.certificate = self.files["tls_cert"]

    def start(self, **options):
        self.penchant = self.server(**self.files, **options)

    def client(self, **options):
        return self.enterContext(TlsClient(self.penchant.port, self.certificate, **options))

    def assert_well(self):
        with TlsClient(self.penchant.port, self.certificate, timeout=5) as client:
            self.assertEqual(client.ask("PING"), "PONG")


class Served(Tls):
    def setUp(self):
        super().setUp()
        self.start(stores=2)

    def test_subcommands_speak_it_where_they_are_told(self):
        where = ["--port", str(self.penchant.port), "--tls"]
        record = [*where, "--cacert", str(self.certificate), "ann", "selected", "A", "castle"]
        self.assertIn("1", run("record", *record).stdout)
        unproven = run("record", *where, "ann", "selected", "A", "castle")
        self.assertEqual(unproven.returncode, 1)
        self.assertIn("its certificate is not accepted (self", unproven.stderr)
        of_another = make_certificate(self.keys, "second")["tls_cert"]
        self.assertEqual(run("stats", *where, "--cacert", str(of_another), "ann").returncode, 1)
        by_name = run("stats", *where, "--cacert", str(self.certificate), "--host", "localhost", "ann")
        self.assertIn("its certificate is not accepted (hostname mismatch)", by_name.stderr)
        self.assertEqual(run("stats", *where, "--unix", "/x", "ann").returncode, 2)

    def test_redis_cli_openssl_and_a_library_are_served(self):
        record = ["RECORD", "ann", "selected", "A", "castle"]
        self.assertEqual(self.penchant.redis_cli("--tls", "--cacert", self.certificate, *record), "1")
        done = subprocess.run(["openssl", "s_client", "-quiet", "-verify_return_error", "-CAfile", self.certificate,
                               "-connect", f"127.0.0.1:{self.penchant.port}"], input="PING\nQUIT\n", text=True,
                              capture_output=True, timeout=PATIENCE_S, check=True)
        self.assertEqual(done.stdout, "+PONG\n+OK\n")
        library = redis.Redis(port=self.penchant.port, ssl=True, ssl_ca_certs=str(self.certificate))
        self.addCleanup(library.close)
        self.assertEqual(library.execute_command("STATS", "ann")[1], 1)

    def test_versions_1_2_and_1_3_are_spoken_and_older_ones_not(self):
        for version in [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]:
            self.assertEqual(self.client(versions=version).ask("PING"), "PONG")
        for version in ["-tls1", "-tls1_1"]:
            done = subprocess.run(["openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0",
                                   "-connect", f"127.0.0.1:{self.penchant.port}"], input="", text=True,
                                  capture_output=True, timeout=PATIENCE_S)
            self.assertNotEqual(done.returncode, 0)

    def test_a_client_is_known_by_its_own_address(self):
        client = self.client()
        host, port = client.socket.getsockname()
        self.assertIn(f" addr={host}:{port} ", client.ask("CLIENT", "LIST"))

    def test_much_goes_both_ways_at_once(self):
        random.seed(1)
        texts = [random.randbytes(random.randrange(1, 300_000)).hex() for _ in range(40)] + ["x" * (4 * MIB)]
        accepted = ssl.create_default_context(cafile=str(self.certificate))

        async def send(writer):
            for text in texts:
                writer.write(encode("ECHO", text))
                await writer.drain()

        # Not two threads: a TLS connection of Python's is not to be read and written at the same time.
        async def talk():
            reader, writer = await asyncio.open_connection("127.0.0.1", self.penchant.port, ssl=accepted)
            sending = asyncio.create_task(send(writer))
            for text in texts:
                expected = f"${len(text)}\r\n{text}\r\n".encode()
                self.assertEqual(await reader.readexactly(len(expected)), expected)
            await sending
            writer.close()

        async def talk_at_once():
            await asyncio.wait_for(asyncio.gather(*[talk() for _ in range(4)]), PATIENCE_S * 4)
        asyncio.run(talk_at_once())

    def test_what_was_sent_before_the_end_is_answered(self):
        client = self.client()
        client.send(encode("RECORD", "ann", "selected", "A", "castle") * 2000 + encode("QUIT"))
        self.assertEqual([client.receive() for _ in range(2000)], list(range(1, 2001)))
        self.assertEqual(client.receive(), "OK")
        self.assertTrue(client.is_closed_by_server())

    def test_requests_cut_at_every_byte_are_answered(self):
        client = self.client()
        for byte in encode("ECHO", "slow"):
            client.send(bytes([byte]))
        self.assertEqual(client.receive(), "slow")

    def test_a_client_that_goes_in_the_middle_leaves_nothing(self):
        request = encode("RECORD", "ann", "selected", "A", "castle")
        for size in range(0, len(request), 3):
            client = TlsClient(self.penchant.port, self.certificate, protocol=2)
            client.send(request[:size])
            client.close() if size % 2 else client.socket.unwrap()
            client.socket.close()
        self.assertEqual(eventually(lambda: self.clients() == 1, "all are gone"), True)

    def clients(self):
        with TlsClient(self.penchant.port, self.certificate) as client:
            return client.ask("CLIENT", "LIST").count("id=")

    def test_the_server_s_end_and_its_death_end_the_connection(self):
        client = self.client()
        self.assertEqual(self.penchant.terminate(), 0)
        self.assertTrue(client.is_closed_by_server())
        self.penchant.start()
        client = self.client()
        client.send(encode("ECHO", "x" * MIB))  # more than is on the way at once
        self.penchant.kill9()
        with contextlib.suppress(ssl.SSLError):
            self.assertTrue(client.is_closed_by_server())
        self.penchant.start()
        self.assert_well()


class Limits(Tls):
    def test_one_client_over_the_bound_is_told_so(self):
        self.start(max_clients=2)
        self.client(), self.client()
        third = self.client(protocol=2)
        self.assertRefused(third.receive(), "^ERR max number of clients reached$")
        self.assertTrue(third.is_closed_by_server())

    def test_what_is_no_handshake_is_closed_and_harms_nobody(self):
        self.start()
        random.seed(2)
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200)
        for data in [encode("PING"), b"PING\r\n", b"GET / HTTP/1.1\r\n\r\n", hello[:20] + random.randbytes(600),
                     *[random.randbytes(random.randrange(1, 2000)) for _ in range(50)]]:
            with Client(("127.0.0.1", self.penchant.port), protocol=2) as client:
                with contextlib.suppress(OSError):
                    client.send(data)
                    client.socket.shutdown(socket.SHUT_WR)
                    received = b""
                    while part := client.socket.recv(65536):
                        received += part
                    self.assertNotIn(b"PONG", received)
        self.assert_well()
        self.assertLess(self.penchant.log.count("no TLS with"), 5)

    def test_who_stops_in_the_handshake_is_closed_after_ten_seconds_and_others_do_not_wait(self):
        self.start()
        with contextlib.ExitStack() as stack:
            stopped = [stack.enter_context(Client(("127.0.0.1", self.penchant.port), protocol=2)) for _ in range(50)]
            for client in stopped[::2]:
                client.send(b"\x16\x03\x01")
            begin = time.monotonic()
            self.assert_well()
            self.assertLess(time.monotonic() - begin, 5)
            for client in stopped:
                self.assertTrue(client.is_closed_by_server())
            self.assertTrue(8 < time.monotonic() - begin < 20)

    def test_more_handshakes_than_may_be_wait_and_are_let_in(self):
        self.start(max_clients=2000)
        with contextlib.ExitStack() as stack:
            for _ in range(1024 + 10):
                stack.enter_context(socket.create_connection(("127.0.0.1", self.penchant.port)))
            begin = time.monotonic()
            self.assert_well()
            self.assertLess(time.monotonic() - begin, 8, "full, each may take a second")

    def test_one_who_never_reads_is_closed_after_request_timeout_and_costs_little(self):
        self.start(request_timeout=1)
        before = self.penchant.resident_bytes()
        client = self.client(receive_buffer=4096)
        client.socket.settimeout(1)
        with contextlib.suppress(OSError):
            for _ in range(64):
                client.send(encode("ECHO", "x" * MIB))
        eventually(lambda: self.connected() == 1, "it is closed", seconds=10)
        eventually(lambda: self.penchant.resident_bytes() - before < 32 * MIB, "its memory is given back")
        self.assert_well()

    def connected(self):
        with TlsClient(self.penchant.port, self.certificate) as client:
            return client.ask("CLIENT", "LIST").count("id=")


class Certificates(Tls):
    def served_name(self):
        der = ssl.get_server_certificate(("127.0.0.1", self.penchant.port))
        done = subprocess.run(["openssl", "x509", "-noout", "-subject"], input=der, text=True, capture_output=True)
        return done.stdout.strip().rsplit("=", 1)[1].strip()

    def hang_up(self, sentence):
        told = self.penchant.log.count(sentence)
        self.penchant.process.send_signal(signal.SIGHUP)
        eventually(lambda: self.penchant.log.count(sentence) > told, sentence)

    def test_SIGHUP_has_it_take_another_pair_and_open_connections_go_on(self):
        self.start()
        client = self.client()
        self.assertEqual(self.served_name(), "first")
        other = make_certificate(self.keys, "other")
        for name, file in other.items():
            file.replace(self.files[name])
        self.hang_up("certificate and key were read again")
        self.assertEqual(self.served_name(), "other")
        self.assertEqual(client.ask("PING"), "PONG")
        self.assert_well()

    def test_a_pair_that_cannot_be_used_leaves_the_former(self):
        self.start()
        good = self.files["tls_key"].read_bytes()
        for bad in [b"", b"nonsense", make_certificate(self.keys, "other")["tls_key"].read_bytes()]:
            self.files["tls_key"].write_bytes(bad)
            self.hang_up("TLS goes on with the certificate of before: the key")
            self.assertEqual(self.served_name(), "first")
        self.files["tls_key"].write_bytes(good)
        self.certificate.rename(self.keys / "away")
        self.hang_up("TLS goes on with the certificate of before: the certificate")
        self.assertEqual(self.served_name(), "first")

    def test_a_start_with_files_that_cannot_be_used_is_refused(self):
        data = self.folder() / "data"
        other = make_certificate(self.keys, "other")
        self.assertIn("No such file", refused_start(data, **(self.files | {"tls_cert": self.keys / "none"})))
        self.assertIn("cannot be used with", refused_start(data, **(self.files | {"tls_key": other["tls_key"]})))
        protected = self.keys / "protected.key"
        subprocess.run(["openssl", "ec", "-aes128", "-passout", "pass:x", "-in", self.files["tls_key"],
                        "-out", protected], check=True, capture_output=True)
        self.assertIn("cannot be used with", refused_start(data, **(self.files | {"tls_key": protected})))
        done = run("serve", "--data", data, "--tls-cert", self.certificate)
        self.assertEqual((done.returncode, "go together" in done.stderr), (2, True))

    def test_the_Unix_socket_stays_plain(self):
        path = self.folder() / "socket"
        self.start(unix=path)
        with Client(str(path)) as client:
            self.assertEqual(client.ask("PING"), "PONG")


if __name__ == "__main__":
    unittest.main()
