"""Made-up tastes of plausible size for the dashboard's mock server; the same ones each time."""
import base64
import datetime
import functools
import itertools
import math
import random
import time

FRONT = """moon sun star sea storm snow fire ice rain wind cloud dream night dawn dusk gold silver iron stone glass
velvet rose wild deep far high low wood river lake shadow light bright dark soft hard old new lost hidden silent
painted frozen hollow crystal""".split()
BACK = """light stone flower bird cat wolf horse house garden tower bridge forest field road ship sail wing feather
crown sword cloak dress hair eye hand face smile song dance street market temple ruin valley peak shore cave lamp
mirror ribbon lace smoke mist glow""".split()
COMMON = """portrait woman photorealistic landscape anime girl blue hair cinematic beach sunset mountain cat dog city
neon forest watercolor sketch macro fantasy castle dragon robot cyberpunk vintage film bokeh studio dramatic soft
warm cold minimalist surreal abstract oil painting digital realistic detailed closeup full body street fashion food
architecture interior night rain snow ocean river""".split()
MODELS = """epicrealismXL dreamShaperXL juggernautXL realVisXL animagineXL ponyDiffusionXL photon absoluteReality
deliberate revAnimated majicMix cyberRealistic counterfeit meinaMix zavyChromaXL copaxTimelessXL""".split()
LORAS = ["add_detail", "film_grain", "more_art", "epi_noiseoffset", "neon_punk", "watercolor_wash", "skin_texture",
         "ink_sketch", "golden_hour", "lowra"]
NEGATIVES = ["blurry", "lowres", "extra fingers", "watermark", "text", "deformed", "jpeg artifacts", "bad anatomy"]
PROMPTS = ["photorealistic portrait of a woman, soft light, film", "anime girl with blue hair, neon city at night",
           "a castle on a mountain at sunset, fantasy, oil painting", "macro of a cat's eye, studio, bokeh",
           "minimalist interior, warm light, architecture", "watercolor sketch of a river and a bridge",
           "cyberpunk street in the rain, cinematic, dramatic", "a dragon above the ocean, <lora:more_art:0.7> surreal"]


def iso(unix_s):
    return datetime.datetime.fromtimestamp(unix_s, datetime.timezone.utc).isoformat(timespec="milliseconds").replace(
        "+00:00", "Z")


class Taste:
    """One user's counts and records."""

    def __init__(self, name, keywords, checkpoints, records):
        draw = random.Random(name)
        self.draw, self.sharing, self.has_learner = draw, name != "ben", name == "ann"
        compounds = (a + b for a, b in itertools.product(FRONT, BACK))
        self.keywords = list(dict.fromkeys([*COMMON, *compounds]))[:keywords]
        while len(self.keywords) < keywords:
            self.keywords.append(f"{draw.choice(FRONT)}{draw.choice(BACK)}{len(self.keywords)}")
        versions = ["", "_v2", "_v4", "_v6", "_v9", "_turbo", "_lightning", "_hyper"]
        self.checkpoints = [m + v for v in versions for m in MODELS][:checkpoints]
        while len(self.checkpoints) < checkpoints:
            self.checkpoints.append(f"{draw.choice(MODELS)}_mix{len(self.checkpoints)}")
        self.make_counts()
        self.records = [self.make_record(time.time() - age, i) for i, age in enumerate(sorted(
            (draw.random() ** 1.6 * 45 * 86400 + 60 for _ in range(records)), reverse=True))]

    def make_counts(self):
        draw = self.draw
        style = [(draw.gauss(0, 1), draw.gauss(0, 1)) for _ in self.checkpoints]
        quality = [draw.gauss(0, 0.8) for _ in self.checkpoints]
        use = [1 / (1 + i) ** 0.9 for i in range(len(self.checkpoints))]
        self.cells = {}  # (keyword, checkpoint) -> [selected, observations]
        for k in range(len(self.keywords)):
            x, y = draw.gauss(0, 1), draw.gauss(0, 1)
            mass = 900 / (1 + k) ** 0.75
            for c, share in enumerate(use):
                n = mass * share * draw.uniform(0.2, 1.8)
                if n < 0.7 and draw.random() > n:
                    continue
                p = 1 / (1 + math.exp(-(x * style[c][0] + y * style[c][1]) - quality[c]))
                n = max(1, round(n))
                self.cells[k, c] = [sum(draw.random() < p for _ in range(min(n, 60))) * n / min(n, 60), n * 0.93]
        for cell in self.cells.values():
            cell[0] = min(cell[0] * 0.93, cell[1])
        self.totals = [[0, 0] for _ in self.checkpoints]
        for (_, c), cell in self.cells.items():
            self.totals[c] = [self.totals[c][0] + cell[0], self.totals[c][1] + cell[1]]
        self.index = {word: k for k, word in enumerate(self.keywords)}

    def make_record(self, at, number):
        draw = self.draw
        prompt = draw.choice(PROMPTS)
        better = 0.35 + 0.3 * min(1, number / 2500)
        action = draw.choices(["selected", "rejected", "neutral"], [better, 0.92 - better, 0.08])[0]
        checkpoint = self.checkpoints[min(int(draw.expovariate(0.25)), len(self.checkpoints) - 1)]
        return {"id": f"r-{number}", "timestamp": iso(at), "user_id": None, "prompt": prompt,
                "negative_prompt": "blurry, lowres", "keywords": [], "checkpoint": checkpoint,
                "loras": [], "parameters": {"steps": 28, "cfg": 6.5}, "model_family": "sdxl", "task_type": "standard",
                "action": action, "stage": None, "session_id": None, "generation_id": None, "decision_id": None,
                "feedback_text": None, "vision_description": None}

    def keep_recording(self):
        """Records come in as time passes, so that there is something to see live."""
        newest = datetime.datetime.fromisoformat(self.records[-1]["timestamp"].replace("Z", "+00:00")).timestamp()
        if time.time() - newest > 3:
            self.records.append(self.make_record(time.time(), len(self.records)))

    @functools.cached_property
    def foretold(self):
        """What STATS tells of a learner, which ann alone has."""
        if not self.has_learner:
            return {"scorer": "mean", "log_loss": [], "reliability": []}
        draw, bins = random.Random(7), []
        for i, count in enumerate([0, 31.2, 88, 141.7, 190, 212.4, 167, 92.5, 34, 3.1]):
            predicted = (i + draw.uniform(0.3, 0.7)) / 10
            kept = sum(draw.random() < predicted for _ in range(200)) / 200
            bins.append({"count": count, "mean_predicted": predicted if count else None,
                         "share_kept": kept if count else None})
        nats = {"mean": 612.4, "weighted": 604.9, "logodds": 588.1, "evidence": 571.6}
        return {"scorer": "evidence", "log_loss": [{"scorer": s, "nats": n} for s, n in nats.items()],
                "reliability": bins}

    def of(self, keywords, checkpoint):
        """The cells of known and unknown keywords; over all where there is no keyword."""
        if not keywords:
            return [self.totals[checkpoint]]
        return [self.cells.get((self.index.get(word, -1), checkpoint), [0, 0]) for word in keywords]

    def arms(self, keywords):
        """[checkpoint, score, observations, cells], best first."""
        found = []
        for c, name in enumerate(self.checkpoints):
            cells = self.of(keywords, c)
            score = sum((s + 5) / (n + 10) for s, n in cells) / len(cells)
            found.append([name, score, sum(n for _, n in cells), cells])
        return sorted(found, key=lambda arm: (-round(arm[1], 6), arm[2]))

    @functools.cached_property
    def matrix(self):
        totals_k, totals_c = [[0, 0] for _ in self.keywords], [[0, 0] for _ in self.checkpoints]
        packed, width = bytearray(2 * len(self.keywords) * len(self.checkpoints)), len(self.checkpoints)
        for (k, c), (s, n) in self.cells.items():
            for total in (totals_k[k], totals_c[c]):
                total[0] += s
                total[1] += n
            at = 2 * (k * width + c)
            packed[at] = round(255 * s / n)
            packed[at + 1] = min(255, round(16 * math.log2(1 + n)))
        name = lambda field, names, totals: [{field: word, "selected": s, "observations": n}
                                             for word, (s, n) in zip(names, totals)]
        return {"keywords": name("keyword", self.keywords, totals_k),
                "checkpoints": name("checkpoint", self.checkpoints, totals_c),
                "cells": base64.b64encode(packed).decode()}
