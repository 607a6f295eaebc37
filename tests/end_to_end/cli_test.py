"""The command line: help, exit statuses, JSON, and a folder without a server."""
import json
import pathlib
import re
import socket
import threading
import unittest

from harness import EndToEnd, refused_start, run

SUBCOMMANDS = ["record", "judge", "reject-all", "recommend", "plan", "score", "explain", "loras", "params", "negatives",
               "keywords", "users", "stats", "history", "share", "forget", "export", "import", "dump", "evaluate",
               "serve", "pool", "token", "cli", "bench", "check", "repair"]
RECORD = ["ann", "selected", "A", "portrait of a woman"]
EVERY_OPTION = ["--lora", "ink=0.8", "--param", "steps=28", "--negative", "blurry", "--family", "sdxl",
                "--tier", "draft", "--session", "s", "--generation", "g", "--stage", "one", "--note", "n\n2",
                "--vision", "v", "--at", "1700000000000"]


class Help(EndToEnd):
    def test_it_begins_with_what_it_does_and_examples(self):
        done = run("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertTrue(done.stdout.startswith("Penchant learns which model checkpoint suits which words"))
        self.assertIn("Examples:\n  penchant serve", done.stdout)
        named = re.findall(r"^  ([\w-]+)  +\S", done.stdout.split("Subcommands")[1], re.MULTILINE)
        self.assertEqual(SUBCOMMANDS, named)
        for other in ["-h", "help"]:
            self.assertEqual(run(other).stdout, done.stdout)

    def test_every_subcommand_says_what_it_does_and_shows_examples_before_its_options(self):
        for name in SUBCOMMANDS:
            with self.subTest(name):
                done = run(name, "--help")
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertRegex(done.stdout, r"\A[A-Z][^\n]+")
                self.assertRegex(done.stdout, rf"(?s)Examples?:\n  penchant {name}.*Options")

    def test_the_version_is_one_line(self):
        done = run("--version")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"\Apenchant \d+\.\d+\.\d+\n\Z")


class WrongUsage(EndToEnd):
    def test_it_is_2_and_a_sentence_on_standard_error(self):
        for arguments in [[], ["unheard"], ["record"], ["record", "ann"], ["recommend", "ann"],
                          ["recommend", "ann", "p", "--colour", "red"], ["stats"], ["stats", "ann", "bob"],
                          ["stats", "ann", "--po", "5"], ["record", *RECORD, "--lora", "ink"]]:
            with self.subTest(arguments):
                self.assertIn("penchant", self.refused(*arguments))

    def refused(self, *arguments):
        done = run(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        return done.stderr

    def test_a_number_out_of_range_is_told_with_the_option_and_its_range(self):
        data = self.folder() / "data"
        for name, values, sentence in [
                ("serve --port", ["-1", "65536", "x", "+1", "1.5", ""], "0 to 65535"),
                ("serve --http-port", ["-1", "65536"], "0 to 65535"),
                ("serve --max-clients", ["-1", "0", "1000001", "18446744073709551616"], "1 to 1000000"),
                ("serve --explore-arms", ["-1", "0", "65537"], "1 to 65536"),
                ("serve --hedge-arms", ["-1", "0", "65537"], "1 to 65536"),
                ("serve --snapshot-every-records", ["-1", "18446744073709551616"], "0 to 18446744073709551615"),
                ("serve --snapshot-every", ["-1", "3153600001"], "0 to 3153600000"),
                ("serve --idle-timeout", ["-1", "3153600001"], "0 to 3153600000"),
                ("serve --request-timeout", ["-1", "0", "3153600001"], "1 to 3153600000"),
                ("stats ann --port", ["-1", "0", "65536"], "1 to 65535"),
                ("bench --port", ["-1", "0", "65536"], "1 to 65535"),
                ("bench --connections", ["-1", "0", "10001"], "1 to 10000"),
                ("bench --pipeline", ["-1", "0", "100001"], "1 to 100000"),
                ("bench --requests", ["-1", "0", "1000000001"], "1 to 1000000000"),
                ("bench --users", ["-1", "0", "1000001"], "1 to 1000000"),
                ("bench --records", ["-1", "101"], "0 to 100"),
                ("bench --rate", ["-1", "0", "10000001", "x"], "1 to 10000000"),
                ("bench --seconds", ["-1", "0", "86401"], "1 to 86400"),
                ("bench --warm-up", ["-1", "86401"], "0 to 86400"),
                ("bench --checkpoints", ["-1", "0", "10001"], "1 to 10000"),
                ("bench --words", ["-1", "0", "1000001"], "1 to 1000000"),
                ("recommend ann p --top", ["-1", "0", "65537", "x"], "1 to 65536"),
                ("recommend ann p --at", ["-1", "x"], "0 to 2305843009213693951"),
                ("record ann selected A p --at", ["-1", "x"], "0 to 2305843009213693951")]:
            for value in values:
                with self.subTest(name, value=value):
                    subcommand, *more, option = name.split()
                    if subcommand == "serve":
                        more = ["--data", data]
                    self.assertIn(f"{option} must be a whole number from {sentence}",
                                  self.refused(subcommand, *more, option, value))

    def test_a_number_out_of_range_in_the_file_of_options_is_wrong_usage(self):
        file = self.folder() / "penchant.conf"
        file.write_text("max-clients = -1\n")
        self.assertIn("max-clients must be a whole number from 1 to 1000000",
                      self.refused("serve", "--config", file, "--data", self.folder() / "data"))

    def test_what_the_server_would_refuse_in_an_argument_is_wrong_usage(self):
        for arguments, sentence in [
                (["record", "ann", "liked", "A", "p"], "the verdict must be selected, rejected or neutral"),
                (["record", *RECORD, "--tier", "x"], "--tier must be draft, standard or quality"),
                (["record", *RECORD, "--lora", "ink=x"], "--lora's strength must be a number"),
                (["recommend", "ann", "p", "--tier", "x"], "--tier must be draft, standard or quality"),
                (["pool", "shrink"], "set, get, list or del"),
                (["pool", "get"], "the family is missing"),
                (["pool", "get", "sdxl"], "the tier must be draft, standard or quality"),
                (["pool", "get", "sdxl", "x"], "the tier must be draft, standard or quality"),
                (["pool", "del", "sdxl", "draft", "A"], "unknown option 'A'"),
                (["pool", "list", "sdxl"], "unknown option 'sdxl'"),
                (["pool", "set", "sdxl", "standard"], "a pool needs at least one checkpoint"),
                (["bench", "--connections", "10000", "--pipeline", "101"],
                 "--connections times --pipeline must be at most 1000000"),
                (["bench", "--user-exponent", "10.1"], "--user-exponent must be a number from 0 to 10"),
                (["bench", "--word-exponent", "-0.1"], "--word-exponent must be a number from 0 to 10"),
                (["bench", "--word-exponent", "nan"], "--word-exponent must be a number"),
                (["bench", "--rate", "5", "--arrival", "bursts"], "--arrival must be poisson or fixed"),
                (["bench", "--arrival", "fixed"], "--arrival is for an open loop: give --rate"),
                (["stats", "ann", "--unix", "s" * 108], "--unix must be a path of at most 107 bytes")]:
            with self.subTest(arguments):
                self.assertIn(sentence, self.refused(*arguments))

    def test_serve_finds_it_before_it_makes_its_folder(self):
        data = self.folder() / "data"
        for option, value, sentence in [
                ("port", "-1", "--port"), ("durability", "never", "always, everysec or os"),
                ("unix-mode", "999", "--unix-mode must be octal"), ("unix-mode", "x", "--unix-mode must be octal"),
                ("unix-mode", "7" * 40, "--unix-mode must be octal"), ("log-level", "loud", "--log-level"),
                ("unix", "s" * 108, "--unix must be a path of at most 107 bytes"),
                ("explore-below", "0.9", "--explore-below <= --exploit-above"),
                ("explore-below", "nan", "--explore-below must be a number"),
                ("decay-days", "-1", "--decay-days must be 0 (off) or from 1e-06 to 36500"),
                ("decay-days", "1e-7", "--decay-days must be 0 (off) or from 1e-06 to 36500"),
                ("decay-days", "36501", "--decay-days must be 0 (off) or from 1e-06 to 36500"),
                ("bind", "here", "no IP address"), ("bind", "0.0.0.0", "token add"), ("bind", "::", "loopback")]:
            with self.subTest(option, value=value):
                self.assertIn(sentence, self.refused("serve", "--data", data, f"--{option}", value))
                self.assertFalse(data.exists())

    def test_what_cannot_be_done_is_1_and_a_sentence_on_standard_error(self):
        for arguments, sentence in [(["stats", "ann", "--port", "1"], "no server at 127.0.0.1:1"),
                                    (["stats", "ann", "--unix", "/nowhere"], "no server at /nowhere"),
                                    (["stats", "ann", "--port", "1"], "or read the files with --data DIR"),
                                    (["bench", "--port", "1"], "no server at 127.0.0.1:1"),
                                    (["bench", "--prompts", "/nowhere"], "cannot read /nowhere"),
                                    (["stats", "ann", "--host", "nowhere.invalid"],
                                     "the name nowhere.invalid cannot be resolved"),
                                    (["serve", "--config", "/nowhere"], "cannot read /nowhere"),
                                    (["serve", "--word-lists", "/nowhere"], "cannot read /nowhere")]:
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn(sentence, done.stderr)

    def test_bench_advises_no_option_that_it_has_not(self):
        self.assertNotIn("--data", run("bench", "--port", "1").stderr)

    def test_an_address_that_cannot_be_had_is_1_and_a_sentence(self):
        penchant = self.server()
        data = self.folder() / "data"
        self.assertIn("cannot listen on 127.0.0.1", refused_start(data, port=penchant.port))
        file = self.folder() / "file"
        file.write_text("kept")
        self.assertIn("no socket", refused_start(data, unix=file))
        self.assertEqual(file.read_text(), "kept")


class Asking(EndToEnd):
    """The same questions to a running server and to a folder."""

    def ask(self, where, *arguments, status=0):
        done = run(*arguments, "--json", *where)
        self.assertEqual((done.returncode, done.stderr), (status, ""), arguments)
        return json.loads(done.stdout)

    def converse(self, where):
        self.assertEqual(self.ask(where, "record", *RECORD, "--id", "image-1"), 1)
        self.assertEqual(self.ask(where, "record", *RECORD, "--id", "image-1"), 0)
        rejected = ["record", "ann", "rejected", "B", "castle \"quoted\" 東京", *EVERY_OPTION]
        self.assertEqual(self.ask(where, *rejected), 2)
        among = ["--among", "A", "--among", "B"]
        answer = self.ask(where, "recommend", "ann", "portrait", *among, "--tier", "draft")
        self.assertEqual((answer["checkpoint"], answer["band"], len(answer["arms"])), ("A", "explore", 2))
        self.assertEqual(len(self.ask(where, "recommend", "ann", "portrait", "--top", "1")["arms"]), 1)
        explained = self.ask(where, "explain", "ann", "portrait of a cat", "A")
        self.assertEqual([row["keyword"] for row in explained["keywords"]], ["portrait", "cat"])
        self.assertIsNone(explained["keywords"][1]["rate"])
        self.assertEqual(self.ask(where, "stats", "ann")["records"], 2)
        self.assertEqual(self.ask(where, "pool", "set", "sdxl", "draft", "A", "B"), "OK")
        self.assertEqual(self.ask(where, "pool", "list"), [["sdxl", "draft", "A", "B"]])
        self.assertEqual(self.ask(where, "pool", "get", "sdxl", "draft"), ["A", "B"])
        self.assertEqual(self.ask(where, "pool", "del", "sdxl", "draft"), 1)
        self.assertEqual(self.ask(where, "cli", "KEYWORDS", "portrait of a woman"), ["portrait", "woman"])
        done = run("cli", "--json", *where, lines=['KEYWORDS "red castle"', "", "STATS ann"])
        self.assertEqual(done.returncode, 0)
        first, second = map(json.loads, done.stdout.splitlines())
        self.assertEqual((first, second["loras"]), (["red", "castle"], 1))

    def refuse(self, where):
        for arguments, sentence in [(["record", "ann", "selected", "", "p"], "penchant: ERR"),
                                    (["recommend", "nobody", "p"], "penchant: ERR"),
                                    (["cli", "NOSUCH"], "unknown command"),
                                    (["cli", "SHUTDOWN", "NOW"], "penchant: ERR")]:
            done = run(*arguments, *where)
            self.assertEqual((done.returncode, done.stdout), (1, ""), arguments)
            self.assertIn(sentence, done.stderr)

    def test_a_running_server_by_port(self):
        penchant = self.server()
        self.converse(["--port", penchant.port])
        self.refuse(["--port", penchant.port])

    def test_a_running_server_by_Unix_socket(self):
        path = self.folder() / "penchant.socket"
        self.server(unix=path)
        self.converse(["--unix", path])

    def test_a_folder(self):
        data = self.folder() / "data"
        self.converse(["--data", data])
        self.refuse(["--data", data])
        with self.server(data=data).client() as client:
            self.assertEqual(client.ask("STATS", "ann")["records"], 2)

    def test_a_running_server_s_folder_is_refused(self):
        penchant = self.server()
        for arguments in [["stats", "ann"], ["record", *RECORD], ["cli", "PING"]]:
            done = run(*arguments, "--data", penchant.data)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(f"is in use by another penchant (pid {penchant.process.pid})", done.stderr)

    def test_asking_a_folder_leaves_its_decay_as_it_is(self):
        penchant = self.server(decay_days=60)
        penchant.terminate()
        self.ask(["--data", penchant.data], "stats", "ann")
        before = int(penchant.start().info("journal_written_sequence"))
        self.assertEqual(float(penchant.info("decay_days")), 60)
        penchant.terminate()
        self.ask(["--data", penchant.data], "record", *RECORD)
        self.assertEqual(int(penchant.start().info("journal_written_sequence")), before + 1)

    def test_without_json_the_answer_reads_as_text(self):
        penchant = self.server()
        where = ["--port", penchant.port]
        self.assertEqual(run("record", *RECORD, *where).stdout, "Recorded as number 1.\n")
        self.assertRegex(run("recommend", "ann", "portrait", *where).stdout, r"(?m)^checkpoint: A$")
        self.assertRegex(run("stats", "ann", *where).stdout, r"(?m)^records: 1$")
        self.assertRegex(run("stats", "nobody", *where).stdout, r"top_checkpoints: none\n\Z")
        self.assertNotIn("\n\n", run("stats", "nobody", *where).stdout)

    def test_any_case_of_quit_or_exit_ends_the_conversation(self):
        penchant = self.server()
        for where in [["--port", penchant.port], ["--data", self.recorded()]]:
            for word in ["quit", "QUIT", "Quit", "exit", "EXIT"]:
                with self.subTest(word, where=where):
                    done = run("cli", *where, lines=["PING", word, "PING"])
                    self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "PONG\n", ""))

    def recorded(self):
        """A folder with a record in it."""
        data = self.folder() / "data"
        self.assertEqual(run("record", *RECORD, "--data", data).stdout, "Recorded as number 1.\n")
        return data

    def test_asking_a_folder_that_keeps_nothing_is_1_and_makes_nothing(self):
        for there in [True, False]:
            data = self.folder() / "data"
            if there:
                data.mkdir()
            for arguments in [["stats", "ann"], ["recommend", "ann", "p"], ["explain", "ann", "p", "A"],
                              ["pool", "list"], ["pool", "set", "sdxl", "draft", "A"], ["cli", "PING"], ["cli"]]:
                with self.subTest(arguments, there=there):
                    done = run(*arguments, "--data", data)
                    self.assertEqual((done.returncode, done.stdout), (1, ""))
                    self.assertRegex(done.stderr, rf"\A[^\n]*penchant serve --data {data} makes [^\n]*\n\Z")
                    self.assertEqual((data.exists(), list(data.glob("*"))), (there, []))


class TheEnd(EndToEnd):
    """SHUTDOWN, and a server that goes away."""

    def shut_down(self, *arguments, lines=None):
        done = run("cli", *arguments, lines=lines)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_SHUTDOWN_is_answered_by_the_end_of_the_connection(self):
        for command, snapshots in [(["SHUTDOWN"], 1), (["shutdown", "nosave"], 0)]:
            penchant = self.server()
            penchant.redis_cli("RECORD", *RECORD)
            self.shut_down(*command, "--port", penchant.port)
            self.assertEqual(penchant.wait(), 0)
            self.assertEqual(len(penchant.files("snapshot-*")), snapshots)

    def test_SHUTDOWN_ends_a_conversation(self):
        penchant = self.server()
        self.shut_down("--port", penchant.port, lines=["SHUTDOWN", "PING"])
        self.assertEqual(penchant.wait(), 0)
        self.shut_down("--data", penchant.data, lines=["SHUTDOWN", "PING"])

    def test_SHUTDOWN_of_a_folder_writes_a_snapshot_as_a_server_does(self):
        for command, snapshots in [(["SHUTDOWN", "NOSAVE"], 0), (["SHUTDOWN"], 1)]:
            data = self.folder() / "data"
            run("record", *RECORD, "--data", data)
            self.shut_down(*command, "--data", data)
            self.assertEqual(len(list(data.glob("snapshot-*"))), snapshots)
            self.assertEqual(self.server(data=data).info("records_total"), "1")

    def test_a_connection_that_ends_where_an_answer_is_due_is_1_and_a_sentence(self):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            def hang_up():
                for _ in range(2):
                    client, _ = listening.accept()
                    with client:
                        client.recv(1000)
                        client.sendall(b"+OK\r\n")
                        client.recv(1000)
            server = threading.Thread(target=hang_up)
            server.start()
            for arguments in [["stats", "ann"], ["bench"]]:
                done = run(*arguments, "--port", listening.getsockname()[1])
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertEqual(done.stderr, f"penchant {arguments[0]}: the server closed the connection\n")
            server.join()

    def test_a_server_that_lets_nobody_in_says_why(self):
        penchant = self.server(max_clients=1)
        with penchant.client():
            done = run("stats", "ann", "--port", penchant.port)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("max number of clients reached", done.stderr)


class Settings(EndToEnd):
    def test_numbers_are_told_in_their_shortest_form(self):
        helped = run("serve", "--help").stdout
        for default in ["--explore-below arg (=0.3)", "--exploit-above arg (=0.7)", "--decay-days arg (=30)"]:
            self.assertIn(default, helped)
        for days, told in [(30, "30"), (0.5, "0.5"), (1e-6, "1e-06")]:
            with self.server(decay_days=days).client() as client:
                self.assertEqual(client.ask("CONFIG", "GET", "decay-days"), {"decay-days": told})

    def test_a_file_of_options_is_read_and_the_command_line_goes_before_it(self):
        file = self.folder() / "penchant.conf"
        file.write_text("# a comment\ndurability = always\ndecay-days = 7\nmax-clients = 5\n")
        penchant = self.server(config=file, max_clients=6)
        with penchant.client() as client:
            told = client.ask("CONFIG", "GET", "durability", "maxclients", "appendfsync")
        self.assertEqual(told, {"durability": "always", "maxclients": "6", "appendfsync": "always"})
        self.assertEqual(float(penchant.info("decay_days")), 7)

    def test_an_option_unheard_of_in_the_file_is_wrong_usage(self):
        file = self.folder() / "penchant.conf"
        file.write_text("durabilty = always\n")
        done = run("serve", "--config", file, "--data", self.folder() / "data")
        self.assertEqual(done.returncode, 2)
        self.assertIn("durabilty", done.stderr)

    def test_bands_follow_their_settings(self):
        penchant = self.server(explore_below=0.1, exploit_above=0.2, explore_arms=2)
        penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
        for records, arms in [(1, 2), (21, 1)]:
            for _ in range(records - 1):
                penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait")
            with penchant.client() as client:
                told = client.ask("RECOMMEND", "ann", "portrait", "AMONG", 3, "A", "B", "C")
            self.assertEqual(len(told["arms"]), arms)

    def test_words_of_one_s_own_are_no_keywords(self):
        file = self.folder() / "words"
        file.write_text("[stop]\ncastle\n[boilerplate]\nbeste qualität\n")
        penchant = self.server(word_lists=file)
        with penchant.client() as client:
            self.assertEqual(client.ask("KEYWORDS", "castle in Beste Qualität, forest"), ["in", "forest"])

    def test_zero_days_turn_decay_off(self):
        penchant = self.server(decay_days=0)
        penchant.redis_cli("RECORD", "ann", "selected", "A", "portrait", "AT", 1_000)
        with penchant.client() as client:
            explained = client.ask("EXPLAIN", "ann", "portrait", "A")
        self.assertEqual(explained["keywords"], [["portrait", 1, 1, 1]])

    def test_a_server_asks_for_huge_pages_unless_it_is_told_about_them(self):
        for given, kept in [("glibc.malloc.perturb=3", "glibc.malloc.perturb=3:glibc.malloc.hugetlb=1"),
                            ("glibc.malloc.hugetlb=0", "glibc.malloc.hugetlb=0"), ("", "glibc.malloc.hugetlb=1")]:
            penchant = self.server(environment={"GLIBC_TUNABLES": given})
            environment = pathlib.Path(f"/proc/{penchant.process.pid}/environ").read_text()
            # glibc cuts its own text at the colons.
            self.assertIn(f"GLIBC_TUNABLES={kept}:", environment.replace("\0", ":"))
            self.assertEqual(pathlib.Path(f"/proc/{penchant.process.pid}/comm").read_text(), "penchant\n")


if __name__ == "__main__":
    unittest.main()
