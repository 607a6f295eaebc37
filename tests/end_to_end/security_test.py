"""Tokens: who is let in, what for, and how that changes while the server runs."""
import json
import re
import signal
import time
import unittest
import unittest.mock

import redis

from harness import Client, EndToEnd, Gone, encode, eventually, refused_start, run


class Security(EndToEnd):
    def setUp(self):
        self.data = self.folder() / "data"

    def add(self, name, role, *options):
        done = run("token", "add", name, "--role", role, "--data", self.data, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"\Apct_[\w-]{43}\n\Z")
        self.assertIn(name, done.stderr)
        return done.stdout.strip()

    def remove(self, name):
        done = run("token", "remove", name, "--data", self.data)
        self.assertEqual(done.returncode, 0, done.stderr)

    def start(self, **options):
        return self.server(data=self.data, **options)

    def client(self, token=None, **options):
        return self.enterContext(self.penchant.client(protocol=3 if token else 2, token=token, **options))

    def assert_let_in(self, client):
        self.assertEqual(client.ask("PING"), "PONG")

    def assert_kept_out(self, client):
        self.assertRefused(client.ask("PING"), "^NOAUTH Authentication required.$")


class ComingIn(Security):
    def setUp(self):
        super().setUp()
        self.studio = self.add("studio", "writer")
        self.root = self.add("root", "admin")
        self.penchant = self.start(stores=2)

    def test_redis_cli_comes_in_with_its_password_options(self):
        self.assertIn("NOAUTH", self.penchant.redis_cli("PING"))
        for options in [["-a", self.studio], ["--user", "studio", "--pass", self.studio], ["-3", "-a", self.studio]]:
            self.assertEqual(self.penchant.redis_cli("--no-auth-warning", *options, "PING"), "PONG")
        self.assertIn("NOAUTH", self.penchant.redis_cli("--no-auth-warning", "-a", self.studio[:-1] + "!", "PING"))

    def test_a_redis_library_comes_in_with_password_and_user_name(self):
        for options in [{"password": self.studio}, {"username": "studio", "password": self.studio}]:
            library = redis.Redis(port=self.penchant.port, decode_responses=True, **options)
            self.addCleanup(library.close)
            self.assertTrue(library.ping())
            pipe = library.pipeline()
            pipe.execute_command("RECORD", "ann", "selected", "A", "castle")
            self.assertGreater(pipe.execute()[0], 0)
            with self.assertRaises(redis.exceptions.NoPermissionError):
                library.save()
        library = redis.Redis(port=self.penchant.port, username="root", password=self.studio)
        self.addCleanup(library.close)
        with self.assertRaisesRegex(redis.exceptions.ResponseError, "^WRONGPASS"):
            library.ping()

    def test_our_own_client_takes_its_token_from_the_environment(self):
        self.assertIn("NOAUTH", run("users", "--port", self.penchant.port).stderr)
        with self.environment(PENCHANT_TOKEN=self.studio):
            done = run("record", "ann", "selected", "A", "castle", "--port", self.penchant.port)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            done = run("bench", "--requests", 100, "--users", 2, "--json", "--port", self.penchant.port)
            self.assertEqual(done.returncode, 0, done.stderr)
        with self.environment(PENCHANT_TOKEN="wrong"):
            self.assertIn("WRONGPASS", run("users", "--port", self.penchant.port).stderr)

    def test_the_Unix_socket_asks_for_a_token_too(self):
        path = self.folder() / "socket"
        self.penchant.restart(unix=path)
        with Client(str(path), protocol=2) as client:
            self.assert_kept_out(client)
            self.assertEqual(client.ask("AUTH", self.studio), "OK")
            self.assert_let_in(client)

    def test_no_token_is_in_the_log_or_in_what_others_are_told(self):
        with self.penchant.client(protocol=2) as client:
            wrong = "pct_" + "w" * 43
            for request in [["AUTH", wrong], ["AUTH", "studio", wrong], ["HELLO", 3, "AUTH", "studio", wrong],
                            ["AUTH", self.studio], ["HELLO", 3, "AUTH", "studio", self.studio]]:
                client.ask(*request)
            with self.penchant.client(token=self.root) as admin:
                told = admin.ask("CLIENT", "LIST") + admin.ask("INFO") + str(admin.ask("CONFIG", "GET", "*"))
        eventually(lambda: self.penchant.log.count("a wrong token from 127.0.0.1:") == 3, "three are told")
        for text in [told, self.penchant.log, (self.data / "tokens").read_text()]:
            for token in [wrong, self.studio, self.root]:
                self.assertNotIn(token, text)

    def test_more_wrong_tokens_than_ten_are_answered_and_the_connection_closed_and_a_right_one_let_in(self):
        with self.penchant.client(protocol=2) as client:
            for _ in range(10):
                self.assertRefused(client.ask("AUTH", "x"), "^WRONGPASS")
            self.assertRefused(client.ask("AUTH", "x"), "^ERR too many wrong tokens")
            self.assertTrue(client.is_closed_by_server())
        for _ in range(20):
            with self.penchant.client(protocol=2) as client:
                self.assertRefused(client.ask("AUTH", "x"), "^ERR too many wrong tokens")
                self.assertTrue(client.is_closed_by_server())
        self.assert_let_in(self.client(self.studio))
        self.assertEqual(self.penchant.log.count("a wrong token"), 10)
        self.assertEqual(self.penchant.log.count("too many wrong tokens"), 1)

    def environment(self, **variables):
        return unittest.mock.patch.dict("os.environ", variables)


class Strangers(Security):
    def setUp(self):
        super().setUp()
        self.studio = self.add("studio", "admin")
        self.penchant = self.start(stores=2, request_timeout=1)

    def test_one_who_never_comes_in_is_closed_after_request_timeout(self):
        for request in [b"", encode("PING")]:
            with self.penchant.client(protocol=2) as client, self.penchant.client(token=self.studio) as known:
                begin = time.monotonic()
                client.send(request)
                client.socket.settimeout(5)
                self.assertTrue(client.is_closed_by_server())
                self.assertTrue(0.9 < time.monotonic() - begin < 4)
                self.assert_let_in(known)

    def test_asking_all_the_time_does_not_keep_one_from_being_closed(self):
        with self.penchant.client(protocol=2) as client:
            begin = time.monotonic()
            with self.assertRaises((ConnectionError, Gone)):
                while time.monotonic() - begin < 5:
                    self.assert_kept_out(client)
                    time.sleep(0.05)
            self.assertLess(time.monotonic() - begin, 4)

    def test_a_large_request_is_refused_before_it_is_whole(self):
        for data in [b"*2\r\n$4\r\nECHO\r\n$1000000\r\n" + b"x" * (64 * 1024), b"x" * (64 * 1024 - 1)]:
            client = self.client()
            client.send(data + b"x" * 200)
            self.assertRefused(client.receive(), "^NOAUTH|too big")
            self.assertTrue(client.is_closed_by_server())

    def test_what_stops_all_stores_is_refused_first_and_changes_nothing(self):
        with self.penchant.client(protocol=2) as client:
            for request in [["SHUTDOWN", "NOSAVE"], ["SAVE"], ["USERS"], ["POOL", "SET", "f", "draft", "c"], ["INFO"],
                            ["IMPORT", "{}"], ["CLIENT", "LIST"], ["MULTI"], ["EXEC"],
                            ["JUDGE", "1-1", "selected", "A"]]:
                self.assertRefused(client.ask(*request), "^NOAUTH")
        self.assertTrue(self.penchant.is_running())
        self.assertEqual(self.client(self.studio).ask("POOL", "LIST"), [])


class Roles(Security):
    def setUp(self):
        super().setUp()
        self.tokens = {"reader": self.add("r", "reader"), "writer": self.add("w", "writer"),
                       "ann": self.add("a", "writer", "--user", "ann"), "root": self.add("root", "admin")}
        self.penchant = self.start(stores=3)
        root = self.client(self.tokens["root"])
        for user in ["ann", "bob", "cyd", "dora"]:
            root.ask("RECORD", user, "selected", "A", "castle")

    def test_a_user_s_token_crosses_to_other_stores_with_no_more_rights(self):
        users = ["ann", "bob", "cyd", "dora"]
        with self.penchant.client(token=self.tokens["ann"]) as client:
            for _ in range(30):  # until the connection has moved to ann's store, and after it
                replies = client.pipeline([["STATS", user] for user in users] + [["USERS"]])
                self.assertEqual(replies[0]["records"], 1)
                for reply in replies[1:]:
                    self.assertRefused(reply, "^NOPERM")
            for _ in range(30):
                self.assertEqual(client.ask("STATS", "ann")["records"], 1)
            self.assertRefused(client.ask("STATS", "bob"), "^NOPERM")

    def test_a_user_s_token_judges_no_decision_of_another_life_and_another_user(self):
        root = self.client(self.tokens["root"])
        decisions = {user: root.ask("RECOMMEND", user, "castle")["decision"] for user in ["ann", "bob"]}
        for _ in range(2):
            with self.penchant.client(token=self.tokens["ann"]) as client:
                unknown = client.ask("JUDGE", "1-1", "selected", "A")
                self.assertRefused(unknown, "there is no such decision")
                self.assertEqual(client.ask("JUDGE", decisions["bob"], "selected", "A"), unknown)
                self.assertGreater(client.ask("JUDGE", decisions["ann"], "selected", "A"), 0)
            self.penchant.terminate()
            self.penchant.start()
        self.assertEqual(self.client(self.tokens["reader"]).ask("STATS", "bob")["records"], 1)

    def test_roles_hold_in_transactions_over_stores(self):
        with self.penchant.client(token=self.tokens["reader"]) as client:
            self.assertEqual(client.ask("MULTI"), "OK")
            self.assertRefused(client.ask("RECORD", "bob", "selected", "A", "castle"), "^NOPERM")
            self.assertEqual(client.ask("STATS", "bob"), "QUEUED")
            self.assertRefused(client.ask("EXEC"), "^EXECABORT")
            for request in [["MULTI"], ["STATS", "ann"], ["STATS", "bob"], ["USERS"]]:
                client.ask(*request)
            self.assertEqual(len(client.ask("EXEC")), 3)


class Changes(Security):
    def setUp(self):
        super().setUp()
        self.studio = self.add("studio", "writer")
        self.add("other", "reader")

    def test_a_removed_token_s_connections_lose_their_rights(self):
        self.penchant = self.start(stores=2)
        clients = [self.client(self.studio) for _ in range(4)]
        self.remove("studio")
        eventually(lambda: self.penchant.log.count("1 tokens let clients in"), "the change is taken")
        for client in clients:
            self.assert_kept_out(client)
            self.assertRefused(client.ask("AUTH", self.studio), "^WRONGPASS")

    def test_SIGHUP_has_it_read_the_file_at_once_and_ends_nothing(self):
        self.penchant = self.start()
        eventually(lambda: self.penchant.log.count("2 tokens let clients in") == 1, "the first look")
        for i in range(3):
            self.penchant.process.send_signal(signal.SIGHUP)
            eventually(lambda: self.penchant.log.count("2 tokens let clients in") == 2 + i, "the file is read", 5)
        self.assert_let_in(self.client(self.studio))

    def test_a_file_that_is_damaged_leaves_the_tokens_as_they_were(self):
        self.penchant = self.start()
        file = self.data / "tokens"
        good = file.read_text()
        client = self.client(self.studio)
        for bad in [good + "x\n", "", good[:-10]]:
            file.write_text(bad)
            logged = len(self.penchant.log)
            told = r"the tokens stay as they were: .*tokens: line \d"
            eventually(lambda: re.search(told, self.penchant.log[logged:]), "it is told")
            self.assert_let_in(client)
            self.assert_let_in(self.client(self.studio))
        self.penchant.terminate()
        self.assertRegex(refused_start(self.data), r"/tokens: line \d")
        file.write_text(good)
        self.penchant.start()
        self.assert_let_in(self.client(self.studio))

    def test_the_last_token_s_removal_and_the_file_s_let_nobody_in(self):
        self.penchant = self.start()
        client = self.client(self.studio)
        (self.data / "tokens").unlink()
        eventually(lambda: self.penchant.log.count("0 tokens let clients in"), "the change is taken")
        self.assert_kept_out(client)
        self.assert_kept_out(self.client())
        again = self.add("studio", "writer")
        eventually(lambda: self.penchant.log.count("1 tokens let clients in"), "the change is taken")
        self.assert_let_in(self.client(again))
        self.penchant.restart()
        self.assert_kept_out(self.client())
        self.remove("studio")
        self.penchant.restart()
        self.assert_let_in(self.client())

    def test_the_first_token_shuts_the_door_on_those_who_are_in(self):
        for name in ["studio", "other"]:
            self.remove(name)
        self.penchant = self.start()
        client = self.client()
        self.assert_let_in(client)
        token = self.add("studio", "reader")
        eventually(lambda: self.penchant.log.count("1 tokens let clients in"), "the change is taken")
        self.assert_kept_out(client)
        self.assertEqual(client.ask("AUTH", token), "OK")
        self.assert_let_in(client)


class Elsewhere(Security):
    def test_an_address_that_others_reach_takes_a_token(self):
        done = run("serve", "--data", self.data, "--bind", "0.0.0.0", "--port", 0)
        self.assertEqual(done.returncode, 2)
        self.assertIn("penchant token add NAME --role admin", done.stderr)
        self.assertFalse(self.data.exists())
        token = self.add("studio", "admin")
        self.penchant = self.start(bind="0.0.0.0")
        self.assert_kept_out(self.client())
        self.assert_let_in(self.client(token))
        self.assertIn("without TLS", self.penchant.log)
        self.remove("studio")
        eventually(lambda: self.penchant.log.count("0 tokens let clients in"), "the change is taken")
        self.assert_kept_out(self.client())
        self.penchant.terminate()
        done = run("serve", "--data", self.data, "--bind", "0.0.0.0", "--port", 0)
        self.assertEqual(done.returncode, 2)


class TokenSubcommand(Security):
    def refused(self, *arguments, status=2):
        done = run("token", *arguments, "--data", self.data)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        return done.stderr

    def test_it_adds_lists_and_removes(self):
        self.assertEqual(run("token", "list", "--data", self.folder()).stdout, "There are no tokens.\n")
        token = self.add("studio", "writer")
        self.add("ann-phone", "reader", "--user", "ann b")
        file = self.data / "tokens"
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertNotIn(token, file.read_text())
        listed = run("token", "list", "--data", self.data).stdout
        self.assertRegex(listed, r"\Aname +role +created +user\nstudio +writer +\S+Z  \(all\)\n"
                                 r"ann-phone +reader +\S+Z  ann b\n\Z")
        rows = json.loads(run("token", "list", "--json", "--data", self.data).stdout)
        self.assertEqual([(r["name"], r["role"], r["user"]) for r in rows],
                         [("studio", "writer", None), ("ann-phone", "reader", "ann b")])
        self.remove("studio")
        self.assertIn("There is no token".lower(), self.refused("remove", "studio", status=1).lower())
        last = run("token", "remove", "ann-phone", "--data", self.data)
        self.assertIn("last one", last.stderr)
        self.assertEqual(list(self.data.iterdir()), [file])

    def test_what_is_wrong_is_told_and_changes_nothing(self):
        self.add("studio", "writer")
        before = (self.data / "tokens").read_text()
        for arguments, sentence in [
                (["add", "a"], "--role is missing"), (["add", "a", "--role", "king"], "reader, writer or admin"),
                (["add", "a b", "--role", "reader"], "name"), (["add", "n" * 65, "--role", "reader"], "64"),
                (["add", "default", "--role", "reader"], "default"), (["add", "--role", "reader"], "one name"),
                (["add", "a", "b", "--role", "reader"], "one name"), (["list", "a"], "no name"),
                (["remove"], "one name"),
                (["add", "a", "--role", "admin", "--user", "ann"], "admin"),
                (["add", "a", "--role", "reader", "--user", ""], "empty"),
                (["add", "a", "--role", "reader", "--user", "u" * 257], "256"),
                (["revoke", "a"], "add, list or remove")]:
            with self.subTest(arguments):
                self.assertIn(sentence, self.refused(*arguments))
        self.assertIn("already", self.refused("add", "studio", "--role", "reader", status=1))
        self.assertEqual((self.data / "tokens").read_text(), before)

    def test_the_file_may_be_elsewhere_and_must_then_be_there(self):
        path = self.folder() / "who"
        self.assertIn("there is no", refused_start(self.data, tokens=path))
        token = run("token", "add", "studio", "--role", "admin", "--tokens", path).stdout.strip()
        self.penchant = self.start(tokens=path)
        self.assert_kept_out(self.client())
        self.assert_let_in(self.client(token))

    def test_the_folder_is_checked_and_spread_anew_with_its_file_of_tokens(self):
        token = self.add("studio", "admin")
        self.penchant = self.start(stores=2)
        client = self.client(token)
        for user in ["ann", "bob", "cyd"]:
            client.ask("RECORD", user, "selected", "A", "castle")
        self.penchant.terminate()
        for stores in [1, 3]:
            found = json.loads(run("check", "--data", self.data, "--json").stdout)
            self.assertEqual((found["findings"], found["unknown"]), ([], 0))
            self.penchant.start(stores=stores)
            self.assertEqual(len(self.client(token).ask("USERS")), 3)
            self.penchant.terminate()


if __name__ == "__main__":
    unittest.main()
