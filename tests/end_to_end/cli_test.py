"""The command line: help, exit statuses, JSON, and a folder without a server."""
import json
import re
import unittest

from harness import EndToEnd, refused_start, run

SUBCOMMANDS = ["serve", "record", "recommend", "explain", "stats", "pool", "cli", "bench"]
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
        named = re.findall(r"^  (\w+)  +\S", done.stdout.split("Subcommands")[1], re.MULTILINE)
        self.assertLessEqual(set(SUBCOMMANDS), set(named))
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
                          ["serve", "--port", "x"], ["serve", "--port", "99999"],
                          ["serve", "--durability", "never"], ["serve", "--decay-days", "-1"],
                          ["serve", "--unix-mode", "999"],
                          ["serve", "--unix-mode", "x"], ["serve", "--request-timeout", "0"],
                          ["serve", "--log-level", "loud"], ["serve", "--explore-below", "0.9"],
                          ["serve", "--max-clients", "0"], ["record", *RECORD, "--lora", "ink"]]:
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertIn("penchant", done.stderr)

    def test_what_cannot_be_done_is_1_and_a_sentence_on_standard_error(self):
        for arguments, sentence in [(["stats", "ann", "--port", "1"], "no server at 127.0.0.1:1"),
                                    (["stats", "ann", "--unix", "/nowhere"], "no server at /nowhere"),
                                    (["serve", "--config", "/nowhere"], "cannot read /nowhere"),
                                    (["serve", "--word-lists", "/nowhere"], "cannot read /nowhere")]:
            with self.subTest(arguments):
                done = run(*arguments)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn(sentence, done.stderr)

    def test_an_address_that_cannot_be_had_is_1_and_a_sentence(self):
        penchant = self.server()
        data = self.folder() / "data"
        self.assertIn("cannot listen on 127.0.0.1", refused_start(data, port=penchant.port))
        self.assertIn("loopback", refused_start(data, bind="0.0.0.0"))
        self.assertIn("no IP address", refused_start(data, bind="here"))
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
        self.assertEqual([row[0] for row in explained["keywords"]], ["portrait", "cat"])
        self.assertIsNone(explained["keywords"][1][3])
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
        for arguments, sentence in [(["record", "ann", "liked", "A", "p"], "selected, rejected or neutral"),
                                    (["recommend", "nobody", "p"], "penchant: ERR"),
                                    (["cli", "NOSUCH"], "unknown command"),
                                    (["pool", "shrink"], "POOL must be followed by")]:
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
        self.assertEqual(run("record", *RECORD, *where).stdout, "1\n")
        self.assertRegex(run("recommend", "ann", "portrait", *where).stdout, r"(?m)^checkpoint: A$")
        self.assertRegex(run("stats", "ann", *where).stdout, r"(?m)^records: 1$")


class Settings(EndToEnd):
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


if __name__ == "__main__":
    unittest.main()
