"""Who sees what of whom: users who share and who do not, a community, leaving it, forgetting."""
import contextlib
import random
import time
import unittest

import redis

from harness import EndToEnd, eventually
from traces import traces

COMMUNITY_S = 10  # within which who shares, or leaves, does so for everybody
SHARERS = ["bob", "cyd", "dan"]
# What only the user who does not share has ever said.
ZOE = "zyxuser"
SECRETS = [ZOE, "zyxword", "zyxmodel", "zyxlora", "zyxnegative", "zyxparameter", "zyxsession", "zyxnote",
           "zyxgeneration", "zyxvision", "zyxstage", "zyxfamily"]
ZYX = ["RECORD", ZOE, "selected", "folder/zyxmodel.safetensors", "ink zyxword", "NEGATIVE", "blurry zyxnegative",
       "LORA", "zyxlora", "0.7", "PARAM", "zyxparameter", "7", "PARAM", "steps", "77", "SESSION", "zyxsession",
       "NOTE", "zyxnote", "GENERATION", "zyxgeneration", "VISION", "zyxvision", "STAGE", "zyxstage",
       "FAMILY", "zyxfamily"]


def questions(user):
    """Every question that can be asked about a user, and some that name what another one said."""
    for prompt in ["ink", "ink moon", "", "moon ink unheard", "zyxword", "ink zyxword"]:
        yield "RECOMMEND", user, prompt, "TOP", "99", "SEED", "1"
        yield "RECOMMEND", user, prompt, "AMONG", "3", "A", "B", "zyxmodel", "TOP", "99"
        yield "RECOMMEND", user, prompt, "FAMILY", "zyxfamily"
        for policy in ["greedy", "epsilon", "thompson", "squarecb"]:
            yield "RECOMMEND", user, prompt, "POLICY", policy, "SEED", "7", "TOP", "99"
        yield "PLAN", user, prompt, "COUNT", "12"
        yield "SCORE", user, prompt, "3", "A", "B", "zyxmodel"
        yield "EXPLAIN", user, prompt, "A"
        yield "EXPLAIN", user, prompt, "zyxmodel"
        yield "LORAS", user, prompt, "TOP", "99"
        yield "LORAS", user, prompt, "CHECKPOINT", "A", "AMONG", "2", "wash", "zyxlora"
        yield "NEGATIVES", user, prompt, "TOP", "99"
        yield "PARAMS", user, prompt
        yield "PARAMS", user, prompt, "CHECKPOINT", "zyxmodel"
        yield "KEYWORDS", prompt
    yield "STATS", user
    yield "MATRIX", user
    yield "HISTORY", user
    yield "HISTORY", user, "KEYWORD", "zyxword"
    yield "HISTORY", user, "SESSION", "zyxsession"
    yield "POOL", "LIST"


def names_a_secret(request):
    return any(secret in part for part in request for secret in SECRETS)


class Users(EndToEnd):
    """Counts do not fade, so that an answer is the same whenever it is asked for."""

    def setUp(self):
        self.penchant = self.server(decay_days=0, durability="always")
        self.connect()

    def connect(self):
        self.redis = redis.Redis(port=self.penchant.port)

    def restart(self):
        self.redis.close()
        self.penchant.restart()
        self.connect()

    def ask(self, *request):
        try:
            return self.redis.execute_command(*request)
        except redis.ResponseError as refusal:
            return str(refusal)

    def answers(self, user, naming=True):
        """To each question, without the decision's id; `naming`: also to those that name what ZOE said."""
        told = {request: self.ask(*request) for request in questions(user) if naming or not names_a_secret(request)}
        for request, answer in told.items():
            if request[0] in ("RECOMMEND", "PLAN") and isinstance(answer, list):
                self.assertEqual(answer[0], b"decision")
                told[request] = answer[2:]
        return told

    def record(self, user, verdict, checkpoint="A", prompt="ink", times=1):
        for _ in range(times):
            self.assertGreater(self.ask("RECORD", user, verdict, checkpoint, prompt), 0)

    def share(self, user, on="ON"):
        self.assertEqual(self.ask("SHARE", user, on), b"OK")

    def score(self, user, checkpoint="A", prompt="ink"):
        [score] = self.ask("SCORE", user, prompt, 1, checkpoint)
        return float(score)

    def await_score(self, user, expected):
        eventually(lambda: abs(self.score(user) - expected) < 1e-6, f"{user}'s score is {expected}", COMMUNITY_S)

    def community(self, sharers=SHARERS):
        """Who each kept 4 of A with "ink", and have the community know it."""
        for user in sharers:
            self.record(user, "selected", times=4)
            self.ask("RECORD", user, "selected", "B", "moon", "LORA", "wash", "0.5", "NEGATIVE", "blurry", "PARAM",
                     "steps", "30")
            self.share(user)
        eventually(lambda: self.penchant.info("community_users") == str(len(sharers)), "the community", COMMUNITY_S)


class Sharing(Users):
    def test_nothing_of_who_does_not_share_is_visible_in_any_answer_to_another(self):
        self.community()
        self.record("eve", "selected", "C", "moon")
        others = ["eve", "bob", "new"]
        before = {user: self.answers(user) for user in others}
        for _ in range(5):
            self.assertGreater(self.ask(*ZYX), 0)
        self.record(ZOE, "rejected", "A", "ink", times=20)
        self.ask("RECOMMEND", ZOE, "zyxword")
        self.renew()  # with zoe in the world
        for user in others:
            after = self.answers(user)
            self.assertEqual(after, before[user])
            for request, answer in after.items():
                if names_a_secret(request):
                    continue  # an answer may name what it was asked about
                for secret in SECRETS:
                    self.assertNotIn(secret, repr(answer), request)
        self.assertEqual(self.ask("STATS", ZOE)[1], 25)
        self.assertIn("zyxmodel", repr(self.answers(ZOE)), "the questions would find it")

    def renew(self):
        """Makes the server make the community anew, by one more sharer who has nothing to tell."""
        self.record("fay", "neutral", "A", "quiet")
        self.share("fay")
        eventually(lambda: self.penchant.info("community_users") == "4", "the community", COMMUNITY_S)

    def test_what_one_of_two_sharers_said_is_not_visible_either(self):
        for user in ["bob", "cyd"]:
            self.record(user, "selected", f"{user}sown", f"ink {user}word", times=5)
            self.share(user)
        eventually(lambda: self.penchant.info("community_users") == "2", "the community", COMMUNITY_S)
        for request, answer in self.answers("eve").items():
            for trace in ["bobsown", "cydsown", "bobword", "cydword"]:
                self.assertNotIn(trace, repr(answer), request)
        self.assertEqual(self.score("eve", "bobsown"), 0.5)

    def test_two_sharers_are_not_enough_and_three_are_the_taste_a_new_user_starts_from(self):
        self.community(SHARERS[:2])
        self.assertEqual(self.score("eve"), 0.5)
        self.assertIn("no checkpoints", self.ask("RECOMMEND", "eve", "ink"))
        self.record("dan", "selected", times=2)
        self.record("dan", "rejected", times=3)
        self.share("dan")
        # 4 + 4 + 2 of 4 + 4 + 5 were kept; the community's own prior is 0.5 with the weight of 10.
        prior = (10 + 5) / (13 + 10)
        self.await_score("eve", prior)
        recommended = dict(zip(*[iter(self.ask("RECOMMEND", "eve", "ink"))] * 2))
        self.assertEqual(recommended[b"checkpoint"], b"A")
        self.assertAlmostEqual(float(recommended[b"score"]), prior, places=6)
        self.assertEqual(self.score("eve", "B"), 0.5, "two of them have B")

    def test_ten_own_observations_weigh_as_much_as_the_community(self):
        self.community()
        prior = (12 + 5) / (12 + 10)
        for own in range(1, 11):
            self.record("eve", "rejected")
            self.assertAlmostEqual(self.score("eve"), 10 * prior / (own + 10), places=6)
        self.assertAlmostEqual(self.score("eve"), (0 + prior) / 2, places=6, msg="the mean of her rate and theirs")

    def test_who_leaves_is_gone_at_the_next_rebuild(self):
        self.community()
        self.await_score("eve", 17 / 22)
        self.share("cyd", "OFF")
        self.await_score("eve", 0.5)
        self.assertIn("no checkpoints", self.ask("RECOMMEND", "eve", "ink"))
        self.assertEqual(self.ask("STATS", "cyd")[1], 5, "what cyd recorded is cyd's still")

    def test_who_leaves_a_larger_community_takes_the_own_counts_along(self):
        self.community(SHARERS + ["fay"])
        self.await_score("eve", 21 / 26)
        self.share("fay", "OFF")
        self.await_score("eve", 17 / 22)
        self.share("fay")
        self.await_score("eve", 21 / 26)

    def test_an_acknowledged_SHARE_is_in_force_after_kill_9(self):
        """Each of ten togglers makes the third sharer of a word of its own."""
        words = [f"word{i}x" for i in range(10)]
        for user in ["bob", "cyd"]:
            for word in words:
                self.record(user, "selected", prompt=word, times=4)
            self.share(user)
        for i, word in enumerate(words):
            self.record(f"toggler{i}", "selected", prompt=word, times=4)
        acknowledged = dict.fromkeys(range(10), "OFF")
        for _ in range(5):
            under_way = self.toggle_until_killed(acknowledged)
            self.penchant.start()
            self.connect()
            eventually(lambda: self.penchant.info("community_age_in_seconds") != "-1", "a community", COMMUNITY_S)
            for i, word in enumerate(words):
                in_force = "ON" if abs(self.score("eve", prompt=word) - 17 / 22) < 1e-6 else "OFF"
                if i == under_way:
                    acknowledged[i] = in_force  # it may have come through
                self.assertEqual(in_force, acknowledged[i], word)

    def toggle_until_killed(self, acknowledged):
        """Which toggler's answer was due."""
        with self.penchant.client() as client:
            for _ in range(random.randint(5, 60)):
                i, on = random.randrange(10), random.choice(["ON", "OFF"])
                self.assertEqual(client.ask("SHARE", f"toggler{i}", on), "OK")
                acknowledged[i] = on
            i, on = random.randrange(10), random.choice(["ON", "OFF"])
            with contextlib.suppress(OSError):
                client.send(b"SHARE toggler%d %s\r\n" % (i, on.encode()))
            time.sleep(random.uniform(0, 0.002))
            self.penchant.kill9()
        return i


class Forgetting(Users):
    def zoe(self):
        for _ in range(5):
            self.assertGreater(self.ask(*ZYX), 0)
        return self.ask("RECOMMEND", ZOE, "zyxword")[1]

    def assert_forgotten(self, decision):
        self.assertEqual(traces(self.penchant.data, SECRETS), [])
        self.assertEqual(self.ask("HISTORY", ZOE), [b"0", []])
        self.assertEqual(self.ask("STATS", ZOE)[1], 0)
        self.assertIn("no checkpoints", self.ask("RECOMMEND", ZOE, "zyxword"))
        self.assertIn("no such decision", self.ask("JUDGE", decision, "selected", "zyxmodel"))
        self.assertEqual(self.score(ZOE, "zyxmodel", "zyxword"), 0.5)
        self.assertNotIn(ZOE.encode(), self.ask("USERS"))

    def test_who_is_forgotten_is_in_no_answer_and_no_file_and_the_others_are_as_they_were(self):
        self.record("bob", "selected", times=3)
        self.record("cyd", "rejected", prompt="moon")
        decision = self.zoe()
        self.ask("SAVE")
        self.zoe()
        self.record("bob", "rejected", "B", "moon")
        eventually(lambda: ".ring" in str(traces(self.penchant.data, ["zyxword"])), "decisions are in files, too")
        found = str(traces(self.penchant.data, SECRETS))
        for secret in SECRETS:
            self.assertIn(secret, found, "the search would find it")
        self.assertIn("snapshot-", found)
        self.assertIn("journal-", found)
        others = {user: self.answers(user, naming=False) for user in ["bob", "cyd", "new"]}
        self.assertEqual(self.ask("FORGET", ZOE), 10)
        self.assert_forgotten(decision)
        self.assertEqual({user: self.answers(user, naming=False) for user in others}, others)
        self.restart()
        self.assert_forgotten(decision)
        self.assertEqual({user: self.answers(user, naming=False) for user in others}, others)
        self.assertEqual(self.ask("FORGET", ZOE), 0)
        self.assertEqual(self.ask(*ZYX), 1, "who comes back begins anew")

    def test_who_shared_is_out_of_the_community_when_FORGET_is_answered(self):
        self.community(SHARERS + [ZOE])
        self.await_score("eve", 21 / 26)
        self.assertEqual(self.ask("FORGET", ZOE), 5)
        self.assertAlmostEqual(self.score("eve"), 17 / 22, places=6)
        self.assertEqual(self.penchant.info("community_users"), "3")

    def test_who_has_only_asked_is_forgotten_too(self):
        decision = self.ask("RECOMMEND", ZOE, "zyxword", "AMONG", 1, "zyxmodel")[1]
        eventually(lambda: traces(self.penchant.data, ["zyxword"]), "decisions are in files")
        self.assertEqual(self.ask("FORGET", ZOE), 0)
        self.assert_forgotten(decision)

    def test_FORGET_of_nobody_is_0(self):
        self.record("bob", "selected")
        before = self.answers("bob")
        self.assertEqual(self.ask("FORGET", "nobody"), 0)
        self.assertIn("user", self.ask("FORGET", ""))
        self.assertEqual(self.answers("bob"), before)


if __name__ == "__main__":
    unittest.main()
