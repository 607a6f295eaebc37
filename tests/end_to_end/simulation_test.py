"""Four months of people who have tastes: does the server find out what each of them likes?

120 days are played, a day at a time, through a Redis client library. Each morning a person asks RECOMMEND for some
prompts and renders images with what it says, and now and then with something else; LoRAs, their strength, steps and
negative words are tried at random. The person keeps or rejects each image by a taste that the server never sees. On
day 60 all change their mind about the checkpoints. What the server says in the end is held against the tastes.

The prompts are real ones where shared/data is there, made of fragments where it is not. All chance has fixed seeds.
"""
import dataclasses
import functools
import itertools
import pathlib
import random
import re
import statistics
import time
import unittest

import redis

from harness import EndToEnd, server

DAYS = 120
FLIP_DAY = 60
FOLLOWED_DAYS_MAX = 60  # two time constants of the decay
DAY_MS = 86_400_000
PROMPTS_A_DAY = 4  # of each theme
IMAGES_A_PROMPT = 8
CURIOSITY = 0.25  # the share of images whose checkpoint is any, not one of those recommended
HELD_OUT = 40  # prompts of each theme that nobody renders

USERS = ["ann", "bob", "cyd", "dan"]
THEMES = {"anime": {"anime", "manga"}, "photo": {"photo", "photograph"}, "painting": {"painting", "watercolor"}}
CHECKPOINTS = ["juggernaut.safetensors", "animagine", "dreamshaper", "realvis", "pixelwave"]
OLD_CHECKPOINT = "deliberate"  # of another family, which takes OLD_STEPS more steps
OLD_STEPS = 25
LORAS = ["detail", "lineart", "film", "gouache", "neon"]
NEGATIVES = ["blurry", "watermark", "grain", "monochrome", "cropped", "frame"]

PROMPTS = pathlib.Path(__file__).parents[3] / "shared/data/prompts"
CORPORA = ["imagereward.txt", "aigiqa20k.txt"]
FRAGMENTS = [["a girl with red hair", "an old fisherman", "a castle", "two robots", "a fox", "a city street", "a ship"],
             ["in the forest", "at the sea", "under a bridge", "on a hill", "in the rain", "in winter", "on mars"],
             ["soft light", "at dawn", "neon glow", "fog", "backlit", "golden hour", "moonlight", "pale colors"]]


@dataclasses.dataclass(frozen=True)
class Taste:
    """What one person likes, by theme; numbers are pairs of mean and standard deviation."""

    before: dict
    after: dict
    lora: dict
    strength: dict
    steps: dict
    helpful: list
    harmful: list

    def checkpoint(self, theme, day):
        return (self.before if day < FLIP_DAY else self.after)[theme]

    def chance(self, image, day):
        """That the image is kept."""
        chance = 0.95
        if image.checkpoint != self.checkpoint(image.theme, day):
            chance *= 0.4
        if image.lora is None:
            chance *= 0.85
        elif image.lora != self.lora[image.theme]:
            chance *= 0.45
        for word in self.helpful:
            chance *= 1 if word in image.negatives else 0.85
        for word in self.harmful:
            chance *= 0.65 if word in image.negatives else 1
        return chance


@dataclasses.dataclass(frozen=True)
class Image:
    theme: str
    prompt: str
    checkpoint: str
    lora: str | None
    negatives: list


def taste_of(number):
    """The taste of the user of that number: no two agree on a checkpoint, or on a LoRA, for one theme."""
    def turned(what, by):
        return {theme: what[(number + position + by) % len(what)] for position, theme in enumerate(THEMES)}

    negatives = NEGATIVES[number:] + NEGATIVES[:number]
    return Taste(before=turned(CHECKPOINTS, 0), after=turned(CHECKPOINTS, 2), lora=turned(LORAS, 1),
                 strength=turned([(0.5, 0.08), (0.6, 0.12), (0.7, 0.06), (0.8, 0.1), (0.9, 0.07)], 0),
                 steps={"anime": (16 + number, 2.5), "photo": (38 - number, 4), "painting": (27, 3)},
                 helpful=negatives[:2], harmful=negatives[2:4])


def theme_of(prompt):
    """The one theme whose words the prompt has; none where it has those of two."""
    words = set(re.findall(r"[a-z]+", prompt.lower()))
    themes = [theme for theme, its in THEMES.items() if its & words]
    return themes[0] if len(themes) == 1 and "<" not in prompt else None


def prompts_by_theme():
    if PROMPTS.is_dir():
        prompts = [line for name in CORPORA
                   for line in PROMPTS.joinpath(name).read_text(encoding="utf-8").splitlines()]
    else:
        print(f"prompts made of fragments: there is no {PROMPTS}", flush=True)
        prompts = [", ".join([f"{word} of {subject}", *rest]) for word in sorted(set().union(*THEMES.values()))
                   for subject, *rest in itertools.product(*FRAGMENTS)]
    themed = {theme: [] for theme in THEMES}
    for prompt in dict.fromkeys(prompts):
        if theme := theme_of(prompt):
            themed[theme].append(prompt)
    for its in themed.values():
        random.Random(1).shuffle(its)
    return themed


def as_map(flat):
    """A map as RESP2 has it."""
    return dict(zip(flat[::2], flat[1::2]))


class World:
    """The people, their prompts and the server they ask."""

    def __init__(self, port):
        self.redis = redis.Redis(port=port, decode_responses=True)
        self.random = random.Random(20)
        self.tastes = {user: taste_of(number) for number, user in enumerate(USERS)}
        themed = prompts_by_theme()
        self.held_out = {theme: prompts[:HELD_OUT] for theme, prompts in themed.items()}
        self.prompts = {theme: prompts[HELD_OUT:] for theme, prompts in themed.items()}
        self.start_ms = int(time.time() * 1000) - DAYS * DAY_MS
        self.told = []  # for each day, what was best for each (user, theme) in the evening
        self.kept = []  # for each day, the share of images that were kept
        self.records = 0
        self.seconds = 0

    def ask(self, requests):
        """The answers to a pipeline of requests; one error is an exception."""
        pipeline = self.redis.pipeline(transaction=False)
        for request in requests:
            pipeline.execute_command(*request)
        return pipeline.execute()

    def live(self):
        begin = time.monotonic()
        self.redis.execute_command("POOL", "SET", "sdxl", "standard", *CHECKPOINTS)
        for day in range(DAYS):
            self.live_day(day, self.start_ms + day * DAY_MS)
        self.seconds = time.monotonic() - begin

    def live_day(self, day, morning_ms):
        wishes = [(user, theme, self.random.choice(self.prompts[theme]))
                  for user in USERS for theme in THEMES for _ in range(PROMPTS_A_DAY)]
        answers = self.ask([question(user, prompt, morning_ms) for user, _, prompt in wishes])
        records = []
        for number, ((user, theme, prompt), answer) in enumerate(zip(wishes, answers)):
            at_ms = morning_ms + DAY_MS // 2 * number // len(wishes)
            arms = [arm[0] for arm in as_map(answer)["arms"]]
            for _ in range(IMAGES_A_PROMPT):
                records.append(self.judged(user, self.rendered(theme, prompt, arms), day) + ["AT", at_ms])
            records.append(self.judged_old(user, theme, prompt) + ["AT", at_ms])
        numbers = self.ask(records)
        assert 0 not in numbers, "a record was taken for one that is known"
        self.records += len(numbers)
        self.kept.append(statistics.mean(record[2] == "selected" for record in records
                                         if record[3] != OLD_CHECKPOINT))
        evening_ms = morning_ms + DAY_MS * 3 // 4
        pairs = [(user, theme) for user in USERS for theme in THEMES]
        answers = self.ask([question(user, theme, evening_ms) for user, theme in pairs])
        self.told.append({pair: as_map(answer)["checkpoint"] for pair, answer in zip(pairs, answers)})

    def rendered(self, theme, prompt, arms):
        checkpoint = self.random.choice(CHECKPOINTS if self.random.random() < CURIOSITY else arms)
        return Image(theme, prompt, checkpoint, self.random.choice([None, *LORAS]),
                     [word for word in NEGATIVES if self.random.random() < 0.4])

    def judged(self, user, image, day):
        """A RECORD. What is kept has the steps and the strength of the taste, what is rejected has any: by Bayes'
        rule that is a person who tries what is near and what is far, and keeps the less the farther it is."""
        taste = self.tastes[user]
        kept = self.random.random() < taste.chance(image, day)
        steps = self.random.gauss(*taste.steps[image.theme]) if kept else self.random.uniform(8, 50)
        record = ["RECORD", user, "selected" if kept else "rejected", image.checkpoint, image.prompt, "FAMILY", "sdxl",
                  "TIER", "standard", "PARAM", "steps", round(steps), "PARAM", "sampler", "euler"]
        if image.lora:
            suits = kept and image.lora == taste.lora[image.theme]
            strength = self.random.gauss(*taste.strength[image.theme]) if suits else self.random.uniform(0.2, 1.2)
            record += ["LORA", image.lora, round(strength, 3)]
        return record + (["NEGATIVE", ", ".join(image.negatives)] if image.negatives else [])

    def judged_old(self, user, theme, prompt):
        mean, sd = self.tastes[user].steps[theme]
        steps = self.random.gauss(mean + OLD_STEPS, sd)
        return ["RECORD", user, self.random.choice(["selected", "rejected"]), OLD_CHECKPOINT, prompt, "FAMILY", "sd15",
                "PARAM", "steps", round(steps)]

    def days_until_followed(self, pair):
        """From the change of mind to the first evening from which on the new best was told to the end; where it was
        not told on the last, more days than there are."""
        user, theme = pair
        new = self.tastes[user].after[theme]
        wrong = [day for day in range(FLIP_DAY, DAYS) if self.told[day][pair] != new]
        return wrong[-1] - FLIP_DAY + 2 if wrong else 1


def question(user, prompt, at_ms):
    return ["RECOMMEND", user, prompt, "FAMILY", "sdxl", "TIER", "standard", "AT", at_ms]


def for_each_taste(check):
    """The check as a test that has each user, taste and theme as a sub-test."""
    @functools.wraps(check)
    def test(self):
        for user, theme in itertools.product(USERS, THEMES):
            with self.subTest(user=user, theme=theme):
                check(self, user, self.world.tastes[user], theme)
    return test


class Simulation(EndToEnd):
    @classmethod
    def setUpClass(cls):
        cls.penchant = cls.enterClassContext(server())
        cls.world = World(cls.penchant.port)
        cls.addClassCleanup(cls.world.redis.close)
        cls.world.live()
        print(f"{cls.world.records} records of {len(USERS)} users in {DAYS} days, {cls.world.seconds:.1f} s",
              flush=True)

    def ask(self, *request):
        return self.world.ask([request])[0]

    def steps_told(self, user, prompt, family="sdxl"):
        """PARAMS' row for the steps, as numbers."""
        rows = {name: row for name, *row in self.ask("PARAMS", user, prompt, "FAMILY", family)}
        self.assertIn("steps", rows, f"PARAMS says nothing of steps for {prompt!r}")
        return [float(figure) for figure in rows["steps"]]

    def test_everything_is_counted(self):
        for user in USERS:
            stats = as_map(self.ask("STATS", user))
            self.assertEqual(stats["records"], self.world.records / len(USERS), user)
            self.assertEqual(stats["selected"] + stats["rejected"], stats["records"], user)
            self.assertEqual((stats["checkpoints"], stats["loras"]), (len(CHECKPOINTS) + 1, len(LORAS)), user)

    @for_each_taste
    def test_the_best_checkpoint_is_the_hidden_one_before_the_change_of_mind(self, user, taste, theme):
        self.assertEqual(self.world.told[FLIP_DAY - 1][user, theme], taste.before[theme],
                         "not what was liked for 60 days")

    @for_each_taste
    def test_the_best_checkpoint_is_the_hidden_one_in_the_end(self, user, taste, theme):
        answer = as_map(self.ask("RECOMMEND", user, theme, "FAMILY", "sdxl"))
        self.assertEqual(answer["checkpoint"], taste.after[theme], answer["reason"])
        self.assertEqual(answer["checkpoint"], answer["arms"][0][0])

    def test_a_change_of_mind_is_followed_within_two_time_constants(self):
        days = {pair: self.world.days_until_followed(pair) for pair in itertools.product(USERS, THEMES)}
        print(f"days until the new best was told: median {statistics.median(days.values()):.0f}, "
              f"{min(days.values())} to {max(days.values())}", flush=True)
        for pair, its in days.items():
            self.assertLessEqual(its, FOLLOWED_DAYS_MAX, f"{pair}: the new best was not told to the end")
        self.assertLessEqual(statistics.median(days.values()), FOLLOWED_DAYS_MAX / 2,
                             "most people's old best was told for too long")

    def test_prompts_never_rendered_are_answered_by_the_taste_of_their_theme(self):
        right = []
        for user, theme in itertools.product(USERS, THEMES):
            requests = [["RECOMMEND", user, prompt, "FAMILY", "sdxl"] for prompt in self.world.held_out[theme]]
            right += [as_map(answer)["checkpoint"] == self.world.tastes[user].after[theme]
                      for answer in self.world.ask(requests)]
        print(f"prompts never rendered: {statistics.mean(right):.0%} of {len(right)} were told the theme's checkpoint "
              f"({1 / len(CHECKPOINTS):.0%} by chance)", flush=True)
        self.assertGreater(statistics.mean(right), 0.5, "what was learned does not carry over to other prompts")

    def test_advice_pays(self):
        first, before, after, last = (statistics.mean(self.world.kept[day:day + 10])
                                      for day in (0, FLIP_DAY - 10, FLIP_DAY, DAYS - 10))
        print(f"kept: {first:.1%} in the first ten days, {before:.1%} and {after:.1%} before and after the change of "
              f"mind, {last:.1%} in the last", flush=True)
        self.assertGreater(before, first, "sixty days of advice are no better than the first ten")
        self.assertGreater(last, after, "the advice never recovers from the change of mind")

    @for_each_taste
    def test_the_hidden_lora_is_first_with_its_strength(self, user, taste, theme):
        rows = self.ask("LORAS", user, theme, "CHECKPOINT", taste.after[theme])
        self.assertTrue(rows, "LORAS names none")
        self.assertEqual([len(row) for row in rows], [5] * len(rows))
        self.assertLessEqual({row[0] for row in rows}, set(LORAS), "LORAS names what nobody used")
        scores = [float(row[1]) for row in rows]
        self.assertEqual(scores, sorted(scores, reverse=True), "LORAS is not in order of score")
        lora, _, observations, strength, spread = rows[0]
        self.assertEqual(lora, taste.lora[theme], "the hidden LoRA is not first")
        self.assertGreater(float(observations), 20)
        mean, sd = taste.strength[theme]
        self.assertAlmostEqual(float(strength), mean, delta=0.06, msg="strength")
        self.assertTrue(0.6 * sd < float(spread) < 1.6 * sd, f"strength_sd is {spread}, it should be near {sd}")

    @for_each_taste
    def test_steps_are_those_of_the_words(self, user, taste, theme):
        mean, sd, observations = self.steps_told(user, theme)
        self.assertAlmostEqual(mean, taste.steps[theme][0], delta=1.5, msg="mean")
        self.assertTrue(0.7 < sd / taste.steps[theme][1] < 1.5, f"sd is {sd}, of a taste of {taste.steps[theme]}")
        self.assertGreater(observations, 20)

    def test_anime_takes_fewer_steps_than_photographs(self):
        for user in USERS:
            means = {theme: statistics.mean(self.steps_told(user, prompt)[0]
                                            for prompt in [theme, *self.world.held_out[theme]]) for theme in THEMES}
            self.assertLess(means["anime"] + 2, means["photo"], f"{user}, over whole prompts")
            self.assertLess(self.steps_told(user, "anime")[0] + 10, self.steps_told(user, "photo")[0],
                            f"{user}, for the words alone")

    @for_each_taste
    def test_families_have_their_own_steps(self, user, taste, theme):
        mean, _, _ = self.steps_told(user, theme, family="sd15")
        self.assertAlmostEqual(mean, taste.steps[theme][0] + OLD_STEPS, delta=2, msg="mean of the other family")

    def test_text_parameters_are_not_learned(self):
        for user in USERS:
            names = [row[0] for row in self.ask("PARAMS", user, "anime", "FAMILY", "sdxl")]
            self.assertNotIn("sampler", names, user)

    @for_each_taste
    def test_helpful_negative_words_rank_above_harmful_ones(self, user, taste, theme):
        rows = self.ask("NEGATIVES", user, theme, "TOP", len(NEGATIVES))
        self.assertEqual([len(row) for row in rows], [3] * len(rows))
        scores = [float(row[1]) for row in rows]
        self.assertEqual(scores, sorted(scores, reverse=True), "NEGATIVES is not in order of score")
        words = [row[0] for row in rows]
        for word in taste.helpful:
            self.assertIn(word, words, "a helpful word is not named")
        told = [word for word in words if word in taste.helpful + taste.harmful]
        self.assertCountEqual(told[:2], taste.helpful, f"a harmful word is above a helpful one: {words}")
        top = self.ask("NEGATIVES", user, theme, "TOP", 1)
        self.assertEqual([row[0] for row in top], words[:1], "TOP 1 is another than the first of all")


if __name__ == "__main__":
    unittest.main()
