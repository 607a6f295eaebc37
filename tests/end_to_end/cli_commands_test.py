"""The subcommands that are a command of the line protocol each: what they print, over a server and over a folder."""
import json
import os
import pty
import subprocess
import unittest

from harness import BINARY, PATIENCE_S, EndToEnd, eventually, run

ANIME = ["ann", "selected", "dreamXL", "anime girl"]
HOW = ["--lora", "ink=0.8", "--param", "steps=24", "--param", "sampler=euler a", "--negative", "blurry"]
RECORD_NAMES = ["id", "timestamp", "user_id", "prompt", "negative_prompt", "keywords", "checkpoint", "loras",
                "parameters", "model_family", "task_type", "action", "stage", "session_id", "generation_id",
                "decision_id", "feedback_text", "vision_description"]


class Ask(EndToEnd):
    """Some server, or some folder, to ask."""

    def somewhere(self):
        """Where to ask: a running server, and then a folder that keeps something."""
        yield ["--port", self.server().port]
        yield ["--data", self.recorded()]

    def recorded(self, *arguments):
        data = self.folder() / "data"
        self.answer(["record", "zoe", "neutral", "Z", "zebra", *arguments], ["--data", data])
        return data

    def answer(self, arguments, where):
        """The JSON of an answer, which stands on one line."""
        done = run(*arguments, *where, "--json")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.count("\n"), 1)
        return json.loads(done.stdout)

    def text(self, arguments, where):
        done = run(*arguments, *where)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def refused(self, arguments, status, where=()):
        done = run(*arguments, *where)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        return done.stderr


class Verdicts(Ask):
    def test_a_record_says_its_number_and_whether_it_was_known(self):
        for where in self.somewhere():
            record = ["record", *ANIME, *HOW, "--id", "image-1"]
            self.assertEqual(self.text(record, where), "Recorded as number 1.\n")
            self.assertEqual(self.text(record, where), "Known already: nothing was added.\n")

    def test_a_verdict_on_a_decision_has_its_context(self):
        for where in self.somewhere():
            question = ["recommend", "ann", "anime girl", "--among", "A", "--among", "B", "--tier", "draft"]
            decision = self.answer(question, where)["decision"]
            self.assertEqual(self.text(["judge", decision, "Selected", "A", *HOW, "--id", "i"], where),
                             "Recorded as number 1.\n")
            self.assertEqual(self.answer(["judge", decision, "selected", "A", "--id", "i"], where), 0)
            told = self.answer(["history", "ann"], where)
            self.assertEqual([told[name] for name in ["prompt", "checkpoint", "task_type", "decision_id", "id"]],
                             ["anime girl", "A", "draft", decision, "i"])
            self.assertEqual(told["parameters"], {"steps": "24", "sampler": "euler a"})

    def test_the_id_stands_alone_on_its_line_for_a_shell_to_take(self):
        for where in self.somewhere():
            lines = self.text(["recommend", "ann", "anime", "--among", "A"], where).splitlines()
            decision = lines[0].removeprefix("decision: ")
            self.assertEqual(self.text(["judge", decision, "rejected", "A"], where), "Recorded as number 1.\n")

    def test_all_checkpoints_of_a_prompt_are_rejected_at_once(self):
        for where in self.somewhere():
            images = ["reject-all", "ann", "anime girl", "A", "B", "A"]
            self.assertEqual(self.text([*images, "--id", "batch"], where), "3 rejections recorded.\n")
            self.assertEqual(self.text([*images, "--id", "batch"], where), "Known already: nothing was added.\n")
            self.assertEqual(self.text(["reject-all", "ann", "p", "C"], where), "1 rejection recorded.\n")
            self.assertEqual(self.answer(images, where), 3)
            self.assertEqual(self.answer(["stats", "ann"], where)["rejected"], 7)

    def test_a_folder_that_keeps_nothing_is_made_for_verdicts_alone(self):
        data = self.folder() / "data"
        self.assertIn("makes a folder", self.refused(["judge", "d", "selected", "A"], 1, ["--data", data]))
        self.assertFalse(data.exists())
        self.assertEqual(self.text(["reject-all", "ann", "anime", "A"], ["--data", data]), "1 rejection recorded.\n")


class Advice(Ask):
    def test_names_and_figures_of_each_answer(self):
        for where in self.somewhere():
            for at in [1, 2, 3]:
                self.answer(["record", *ANIME, *HOW, "--family", "sdxl", "--id", at], where)
            self.answer(["record", "ann", "rejected", "photoXL", "anime girl", "--family", "sdxl"], where)
            self.judge_shapes(where)

    def judge_shapes(self, where):
        question = ["ann", "anime"]
        recommended = self.answer(["recommend", *question, "--top", "2", "--policy", "greedy", "--at", 2**41], where)
        self.assertEqual(list(recommended), ["decision", "checkpoint", "score", "confidence", "band", "policy", "arms",
                                             "reason", "scorer", "kept"])
        self.assertEqual((recommended["policy"], recommended["checkpoint"]), ("greedy", "dreamXL"))
        self.assertEqual([list(arm) for arm in recommended["arms"]],
                         [["checkpoint", "score", "observations", "probability"]] * 2)
        planned = self.answer(["plan", *question, "--count", "5"], where)
        self.assertEqual(list(planned), ["decision", "band", "checkpoints"])
        self.assertEqual(planned["checkpoints"], [{"checkpoint": "dreamXL", "count": 3},
                                                  {"checkpoint": "photoXL", "count": 2}])
        scores = self.answer(["score", *question, "new", "photoXL", "dreamXL"], where)
        self.assertEqual([row["checkpoint"] for row in scores], ["new", "photoXL", "dreamXL"])
        self.assertEqual([round(row["score"], 3) for row in scores], [0.5, 0.455, 0.615])
        [lora] = self.answer(["loras", *question], where)
        self.assertEqual(list(lora), ["lora", "score", "observations", "strength", "strength_sd"])
        self.assertEqual((lora["lora"], round(lora["strength"], 3)), ("ink", 0.8))
        [steps] = self.answer(["params", *question, "--family", "sdxl"], where)
        self.assertEqual(list(steps), ["name", "mean", "sd", "observations"])
        self.assertEqual((steps["name"], round(steps["mean"], 3)), ("steps", 24))
        [negative] = self.answer(["negatives", *question], where)
        self.assertEqual(list(negative), ["keyword", "score", "observations"])
        self.assertEqual(negative["keyword"], "blurry")

    def test_options_reach_the_command(self):
        for where in self.somewhere():
            self.answer(["record", *ANIME, "--lora", "ink=1", "--lora", "wash=1", "--negative", "blurry dog"], where)
            self.answer(["record", *ANIME, "--param", "steps=30", "--family", "sdxl"], where)
            for arguments, answers in [(["loras", "--top", "1"], 1),
                                       (["loras", "--among", "wash", "--among", "new"], 2),
                                       (["loras", "--checkpoint", "dreamXL"], 2), (["negatives", "--top", "1"], 1),
                                       (["negatives"], 2), (["params", "--family", "sd15"], 0),
                                       (["params", "--checkpoint", "dreamXL"], 1)]:
                with self.subTest(arguments, where=where[0]):
                    name, *options = arguments
                    self.assertEqual(len(self.answer([name, "ann", "anime", *options], where)), answers)
            draws = [self.answer(["recommend", "ann", "anime", "--among", "A", "--among", "B", "--among", "C",
                                  "--policy", "thompson", "--seed", seed], where)["checkpoint"]
                     for seed in [*range(20), *range(20)]]
            self.assertEqual(draws[:20], draws[20:])
            self.assertGreater(len(set(draws)), 1)

    def test_the_prompts_of_a_file_are_scored_a_line_each(self):
        for where in self.somewhere():
            for _ in range(2):
                self.answer(["record", *ANIME], where)
            self.answer(["record", "ann", "rejected", "photoXL", "anime girl"], where)
            prompts = self.folder() / "prompts"
            prompts.write_text("anime\r\n\n" + "anime girl\n" * 1500 + "last anime")
            lines = self.text(["score", "ann", "--file", prompts], where).splitlines()
            self.assertEqual(lines[0], "dreamXL\t0.5833")
            self.assertEqual((len(lines), lines[-1]), (1503, "dreamXL\t0.5417"))
            best = self.text(["score", "ann", f"--file={prompts}", "--top", "2", "--json"], where).splitlines()
            self.assertEqual(len(best), 1503)
            self.assertEqual([list(arm) for arm in json.loads(best[0])], [["checkpoint", "score", "observations"]] * 2)
            with open(prompts) as file:
                piped = subprocess.run([BINARY, "score", "ann", "--file", "-", *map(str, where)], stdin=file,
                                       capture_output=True, text=True, check=True)
            self.assertEqual(piped.stdout.splitlines(), lines)
            prompts.write_text("x" * 2**20 + "\n")
            self.assertEqual(self.text(["score", "ann", "--file", prompts], where), "dreamXL\t0.5833\n")
            prompts.write_text("anime\n" + "x" * (2**20 + 1))
            self.assertIn("line 2 is longer than a prompt may be, 1048576 bytes",
                          self.refused(["score", "ann", "--file", prompts], 1, where))
            self.assertIn("cannot open", self.refused(["score", "ann", "--file", "nowhere"], 1, where))
        self.assertIn("a prompt a line", run("score", "--help").stdout)

    def test_rows_are_a_table_below_their_names(self):
        where = ["--port", self.server().port]
        for _ in range(2):
            self.answer(["record", *ANIME, "--lora", "ink=0.8", "--param", "steps=24"], where)
        self.answer(["record", "ann", "rejected", "写実XL", "anime", "--lora", "wash=1"], where)
        self.assertEqual(self.text(["score", "ann", "anime", "写実XL", "dreamXL"], where),
                         "checkpoint   score\n"
                         "写実XL      0.4545\n"
                         "dreamXL     0.5833\n")
        self.assertEqual(self.text(["loras", "ann", "anime"], where),
                         "lora   score  observations  strength  strength_sd\n"
                         "ink   0.5833             2       0.8            0\n"
                         "wash  0.4545             1         -            -\n")
        self.assertEqual(self.text(["params", "ann", "anime"], where),
                         "name   mean  sd  observations\n"
                         "steps    24   0             2\n")
        self.assertIn("keywords:\n"
                      "  keyword  selected  observations  rate\n"
                      "  anime           2             2     1\n"
                      "  robot           0             0     -\n",
                      self.text(["explain", "ann", "anime robot", "dreamXL"], where))

    def test_where_there_is_nothing_it_says_so(self):
        for where in self.somewhere():
            for arguments in [["loras", "ann", "anime"], ["params", "ann", "anime"], ["negatives", "ann", "anime"],
                              ["keywords", "masterpiece"], ["history", "ann"]]:
                self.assertEqual(self.text(arguments, where), "none\n")
                self.assertEqual(run(*arguments, *where, "--json").stdout, "" if arguments[0] == "history" else "[]\n")

    def test_keywords_stand_a_line_each(self):
        for where in self.somewhere():
            prompt = "(masterpiece), portrait of a woman <lora:ink:0.8>"
            self.assertEqual(self.text(["keywords", prompt], where), "portrait\nwoman\n")
            self.assertEqual(self.answer(["keywords", prompt], where), ["portrait", "woman"])

    def test_a_text_that_begins_with_a_dash_goes_behind_two(self):
        for where in self.somewhere():
            self.assertEqual(self.text(["keywords", *where, "--", "--rainy day"], []), "rainy\nday\n")


class Users(Ask):
    def test_users_stand_a_line_each(self):
        for where in self.somewhere():
            before = self.answer(["users"], where)
            self.answer(["record", *ANIME], where)
            self.answer(["record", "東京", "selected", "A", "p"], where)
            self.assertEqual(self.answer(["users"], where), [*before, "ann", "東京"])
            self.assertTrue(self.text(["users"], where).endswith("ann\n東京\n"))

    def test_history_is_a_record_a_line_in_JSON_newest_first(self):
        for where in self.somewhere():
            self.answer(["record", *ANIME, *HOW, "--id", "one", "--at", "1700000000000"], where)
            self.answer(["record", "ann", "rejected", "A", "castle", "--id", "two"], where)
            lines = self.text(["history", "ann", "--json"], where).splitlines()
            newer, older = map(json.loads, lines)
            self.assertEqual([newer["id"], older["id"]], ["two", "one"])
            self.assertEqual(list(older), RECORD_NAMES)
            self.assertEqual(older["timestamp"], "2023-11-14T22:13:20.000Z")
            self.assertEqual(older["loras"], [{"name": "ink", "strength_model": 0.8, "strength_clip": 0.8}])

    def test_history_goes_on_past_a_page_until_its_limit_or_the_end(self):
        penchant = self.server()
        with penchant.client() as client:
            client.pipeline([["RECORD", "ann", "selected", "A", f"portrait {'odd' if n % 2 else 'even'}", "ID", n]
                             for n in range(1, 2351)])
        where = ["--port", penchant.port]
        for options, first, last, count in [([], 2350, 1, 2350), (["--limit", "1"], 2350, 2350, 1),
                                            (["--limit", "201"], 2350, 2150, 201),
                                            (["--keyword", "odd"], 2349, 1, 1175),
                                            (["--keyword", "odd", "--limit", "150"], 2349, 2051, 150),
                                            (["--limit", 2**64 - 1], 2350, 1, 2350)]:
            with self.subTest(options):
                ids = [json.loads(line)["id"] for line in
                       self.text(["history", "ann", *options, "--json"], where).splitlines()]
                self.assertEqual((ids[0], ids[-1], len(ids)), (str(first), str(last), count))

    def test_history_takes_every_filter(self):
        for where in self.somewhere():
            self.answer(["record", *ANIME, *HOW, "--session", "s", "--at", "1700000000000"], where)
            self.answer(["record", "ann", "rejected", "A", "castle", "--at", "1600000000000"], where)
            for option, value in [("--checkpoint", "dreamXL"), ("--lora", "ink"), ("--keyword", "anime"),
                                  ("--verdict", "selected"), ("--session", "s"), ("--since", "1650000000000")]:
                with self.subTest(option):
                    self.assertEqual(self.answer(["history", "ann", option, value], where)["prompt"], "anime girl")
            self.assertEqual(self.answer(["history", "ann", "--until", "1650000000000"], where)["prompt"], "castle")

    def test_history_reads_as_a_headline_and_what_was_said(self):
        where = ["--port", self.server().port]
        self.answer(["record", *ANIME, *HOW, "--id", "i", "--at", "1700000000000", "--family", "sdxl",
                     "--tier", "draft", "--session", "s", "--note", "two\nlines \x1b[31m"], where)
        self.assertEqual(self.text(["history", "ann"], where),
                         "2023-11-14 22:13:20  selected  dreamXL\n"
                         "  prompt: anime girl\n"
                         "  negative_prompt: blurry\n"
                         "  loras: ink 0.8\n"
                         "  parameters: steps 24, sampler euler a\n"
                         "  model_family: sdxl\n"
                         "  task_type: draft\n"
                         "  session_id: s\n"
                         "  feedback_text: two lines  [31m\n"
                         "  id: i\n")

    def test_sharing_users_make_the_community(self):
        penchant = self.server()
        where = ["--port", penchant.port]
        for user in ["ann", "bob", "cat"]:
            self.answer(["record", user, "selected", "A", "anime"], where)
            self.assertEqual(self.text(["share", user, "on"], where),
                             f"{user} is part of the community: its taste is made anew within 10 seconds.\n")
        scored = ["score", "newcomer", "anime", "A"]
        eventually(lambda: self.answer(scored, where)[0]["score"] > 0.5, "the community's taste")
        self.assertEqual(self.answer(["share", "cat", "OFF"], where), "OK")
        eventually(lambda: self.answer(scored, where)[0]["score"] == 0.5, "the community of two, which counts nothing")

    def test_sharing_in_a_folder_holds_for_the_next_question(self):
        where = ["--data", self.recorded()]
        for user in ["ann", "bob", "cat"]:
            self.answer(["record", user, "selected", "A", "anime"], where)
            self.assertEqual(self.answer(["share", user, "on"], where), "OK")
        self.assertGreater(self.answer(["score", "newcomer", "anime", "A"], where)[0]["score"], 0.5)
        self.assertIn("no part of the community", self.text(["share", "cat", "off"], where))
        self.assertEqual(self.answer(["score", "newcomer", "anime", "A"], where)[0]["score"], 0.5)


class Forget(Ask):
    def test_with_yes_it_asks_nothing(self):
        for where in self.somewhere():
            self.answer(["record", *ANIME], where)
            self.answer(["record", *ANIME], where)
            self.assertEqual(self.text(["forget", "ann", "--yes"], where), "ann is forgotten: 2 records erased.\n")
            self.assertEqual(self.text(["forget", "ann", "--yes"], where), "ann is forgotten: there was no record.\n")
            self.answer(["record", *ANIME], where)
            self.assertEqual(self.answer(["forget", "ann", "--yes"], where), 1)

    def test_without_a_terminal_and_without_yes_it_refuses(self):
        where = ["--data", self.recorded()]
        self.assertIn("--yes", self.refused(["forget", "zoe"], 2, where))
        self.assertEqual(self.answer(["users"], where), ["zoe"])

    def test_in_a_folder_no_file_holds_anything_when_it_ends(self):
        data = self.recorded("--note", "UnmistakableNote")
        self.answer(["recommend", "zoe", "UnmistakablePrompt", "--among", "A"], ["--data", data])
        found = [word for word in [b"UnmistakableNote", b"UnmistakablePrompt", b"zebra"] if word in self.bytes_of(data)]
        self.assertEqual(len(found), 3)
        self.assertEqual(self.answer(["forget", "zoe", "--yes"], ["--data", data]), 1)
        for word in found:
            self.assertNotIn(word, self.bytes_of(data))
        self.assertEqual(self.answer(["users"], ["--data", data]), [])

    def bytes_of(self, folder):
        return b"".join(path.read_bytes() for path in folder.iterdir())

    def test_on_a_terminal_it_asks_for_the_user_s_name(self):
        where = ["--data", self.recorded()]
        self.assertEqual(self.typed("ann\n", where)[0], 1)
        self.assertEqual(self.typed("\n", where)[0], 1)
        self.assertEqual(self.answer(["users"], where), ["zoe"])
        status, said = self.typed("zoe\n", where)
        self.assertEqual(status, 0)
        self.assertIn("Everything learned from zoe (1 record) will be erased", said)
        self.assertIn("Type the user's name to go on: ", said)
        self.assertIn("zoe is forgotten: 1 record erased.", said)
        self.assertEqual(self.answer(["users"], where), [])

    def typed(self, text, where):
        """The exit status and everything printed where a person answers on a terminal."""
        person, terminal = pty.openpty()
        process = subprocess.Popen([BINARY, "forget", "zoe", *map(str, where)], stdin=terminal, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        os.close(terminal)
        os.write(person, text.encode())
        said, _ = process.communicate(timeout=PATIENCE_S)
        os.close(person)
        return process.returncode, said


class WrongUsage(Ask):
    def test_it_is_2_and_says_what_is_right(self):
        for line, sentence in [
                ("judge d", "VERDICT is missing"), ("judge d liked A", "selected, rejected or neutral"),
                ("judge d selected A --decision e", "--decision"), ("reject-all ann p", "CHECKPOINT is missing"),
                ("plan ann p", "--count"), ("plan ann p --count 0", "--count must be a whole number from 1 to 1000000"),
                ("plan ann p --count 1 --top 2", "--top"), ("score ann p", "CHECKPOINT is missing"),
                ("loras ann p --top 0", "--top must be"), ("loras ann", "PROMPT is missing"),
                ("params ann p --at x", "--at must be"), ("negatives ann p --checkpoint A", "--checkpoint"),
                ("keywords", "PROMPT is missing"), ("users ann", "too many"), ("history", "USER is missing"),
                ("history ann --limit 0", "--limit must be"), ("history ann --verdict liked", "selected, rejected"),
                ("history ann --since yesterday", "--since must be"), ("share ann", "ON|OFF is missing"),
                ("share ann maybe", "on or off"), ("forget", "USER is missing"),
                ("recommend ann p --policy wild", "--policy must be banded, greedy, epsilon, thompson or squarecb"),
                ("recommend ann p --seed -1", "--seed must be")]:
            with self.subTest(line):
                self.assertIn(sentence, self.refused(line.split(), 2))

    def test_what_the_server_refuses_is_1_and_its_sentence(self):
        for where in self.somewhere():
            for line, sentence in [("judge unheard selected A", "no such decision"),
                                   ("plan nobody p --count 1", "ERR")]:
                self.assertIn(sentence, self.refused(line.split(), 1, where))


if __name__ == "__main__":
    unittest.main()
