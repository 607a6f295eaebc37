#!/usr/bin/env python3
"""Stands in for Penchant's HTTP interface (docs/http.md) where the dashboard is built and tested without a server.

    tests/web/mock_server.py --port 7399                     # http://127.0.0.1:7399/
    tests/web/mock_server.py --token secret --limited ann    # wants a token, which is limited to the user ann
    tests/web/mock_server.py --read-only                     # nothing can be recorded
    tests/web/mock_server.py --loading 3                     # the state is being read for 3 s

Prints `http 127.0.0.1:PORT` once it listens. Serves web/ with the Content-Security-Policy of the real server, refuses
parameters that a route does not know, and keeps nothing.
"""
import argparse
import http.server
import json
import pathlib
import random
import re
import threading
import time
import urllib.parse

import mock_data

WEB = pathlib.Path(__file__).resolve().parents[2] / "web"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
CSP = ("default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
       "img-src 'self' data:")
QUESTION = "user_id prompt family tier among top policy seed at peek"
STARTED = time.time()
LOCK = threading.Lock()


class Refused(Exception):
    def __init__(self, status, sentence, field=None):
        super().__init__(sentence)
        self.status, self.field = status, field


class World:
    def __init__(self, options):
        self.options = options
        size = (options.keywords, options.checkpoints)
        self.tastes = {"ann": mock_data.Taste("ann", *size, 3200)}
        self.tastes["ben"] = mock_data.Taste("ben", 300, 12, 240)
        for name in ("clara", "default", "studio-berlin", "wei"):
            self.tastes[name] = mock_data.Taste(name, 120, 8, 60)
        models = mock_data.MODELS
        self.pools = {("sdxl", "draft"): models[2:5], ("sdxl", "standard"): models[:6], ("sdxl", "quality"): models[:3],
                      ("sd15", "standard"): models[6:12]}
        self.answered = 0

    def taste(self, query):
        name = query.get("user_id", ["default"])[0]
        if self.options.limited and name != self.options.limited:
            raise Refused(403, f"this token is limited to the user {self.options.limited}")
        if name not in self.tastes:
            raise Refused(400, f"{name} has no checkpoints; record one, or name some with among", "user_id")
        return self.tastes[name]


def keywords_of(prompt):
    text = re.sub(r"<[^>]*>", " ", prompt.lower())
    dull = {"a", "of", "the", "with", "at", "on", "in", "and", "an", "s"}
    return list(dict.fromkeys(w for w in re.findall(r"[a-z0-9]+", text) if w not in dull and len(w) > 1))


def recommend(world, query):
    taste, prompt = world.taste(query), query.get("prompt", [""])[0]
    words = keywords_of(prompt)
    arms = taste.arms(words)
    pool = [c for f, t in world.pools for c in world.pools[f, t]
            if f == query.get("family", [""])[0] and query.get("tier", [t])[0] == t]
    if pool:
        arms = [arm for arm in arms if arm[0] in pool] or arms
    confidence = min(arms[0][2] / 100, 1)
    band, width = ("explore", 3) if confidence < 0.3 else ("hedge", 2) if confidence <= 0.7 else ("exploit", 1)
    policy = query.get("policy", ["banded"])[0]
    if policy == "thompson":
        draw, wins, near = random.Random(prompt), [0] * len(arms), arms[:12]
        for _ in range(200):
            drawn = [sum(draw.betavariate(s + 5, n - s + 5) for s, n in arm[3]) / len(arm[3]) for arm in near]
            wins[drawn.index(max(drawn))] += 1 / 200
        shown = int(query.get("top", ["3"])[0])
    else:
        wins = [1 / width] * width + [0] * len(arms)
        shown = int(query.get("top", [str(width)])[0])
    best = arms[0]
    return {"decision_id": None if "peek" in query else "d-1", "checkpoint": best[0], "score": best[1],
            "confidence": round(confidence, 4), "band": band, "policy": policy,
            "arms": [{"checkpoint": a[0], "score": a[1], "observations": a[2], "probability": p}
                     for a, p in list(zip(arms, wins))[:shown]],
            "reason": f"{best[0]} scores {best[1]:.3f} on {best[2]:.0f} observations of {len(words)} keywords, "
                      f"{best[1] - arms[1][1]:.3f} ahead of {arms[1][0]}."}


def explain(world, query):
    taste, words = world.taste(query), keywords_of(query["prompt"][0])
    name = query["checkpoint"][0]
    cells = taste.of(words, taste.checkpoints.index(name)) if words else []
    score = sum((s + 5) / (n + 10) for s, n in cells) / max(1, len(cells)) if cells else 0.5
    return {"score": score, "confidence": min(sum(n for _, n in cells) / 100, 1),
            "keywords": [{"keyword": w, "selected": s, "observations": n, "rate": s / n if n else None}
                         for w, (s, n) in zip(words, cells)],
            "reason": f"{sum(n > 0 for _, n in cells)} of {len(words)} keywords were seen with {name}."}


def loras(world, query):
    draw = random.Random(query.get("prompt", [""])[0] + query.get("checkpoint", [""])[0])
    world.taste(query)
    rows = [{"lora": name, "score": draw.uniform(0.4, 0.82), "observations": draw.uniform(0, 60),
             "strength": draw.uniform(0.3, 1), "strength_sd": draw.uniform(0.02, 0.2)} for name in mock_data.LORAS]
    rows.sort(key=lambda row: -row["score"])
    rows[3].update(strength=None, strength_sd=None, observations=0)
    return rows[:int(query.get("count", ["5"])[0])]


def parameters(world, query):
    world.taste(query)
    draw = random.Random(query.get("prompt", [""])[0])
    return [{"name": name, "mean": mean * draw.uniform(0.9, 1.1), "sd": mean * draw.uniform(0.02, 0.2),
             "observations": draw.uniform(5, 80)} for name, mean in
            (("steps", 28), ("cfg", 6.5), ("denoise", 0.42), ("width", 1024), ("height", 1216))]


def negatives(world, query):
    world.taste(query)
    draw = random.Random(query.get("prompt", [""])[0] + "n")
    rows = [{"keyword": word, "score": draw.uniform(0.42, 0.8), "observations": draw.uniform(1, 90)}
            for word in mock_data.NEGATIVES]
    return sorted(rows, key=lambda row: -row["score"])[:int(query.get("count", ["5"])[0])]


def history(world, query):
    taste = world.taste(query)
    taste.keep_recording()
    limit, start = int(query.get("limit", ["20"])[0]), int(query.get("cursor", ["0"])[0])
    newest_first = taste.records[::-1]
    end = start + limit
    return {"records": newest_first[start:end], "cursor": str(end) if end < len(newest_first) else None}


def stats(world, query):
    taste = world.taste(query)
    count = lambda action: sum(r["action"] == action for r in taste.records)
    return {"records": len(taste.records), "selected": count("selected"), "rejected": count("rejected"),
            "neutral": count("neutral"), "keywords": len(taste.keywords), "checkpoints": len(taste.checkpoints),
            "loras": 10, "sharing": taste.sharing, "top_checkpoints": [], **taste.foretold}


def server(world, _query):
    up = time.time() - STARTED
    return {
        "server": {"redis_version": "7.0.0", "penchant_version": "0.1.0", "stores": 2,
                   "uptime_in_seconds": int(up) + 93784},
        "clients": {"connected_clients": 7},
        "memory": {"used_memory": 286130176, "used_memory_rss": 286130176, "used_memory_rss_peak": 301465600,
                   "matrix_cells": 1843200},
        "persistence": {"loading": 0, "read_only": int(world.options.read_only),
                        "journal_written_sequence": 1048213 + int(up * 9),
                        "journal_synced_sequence": 1048213 + int(up * 9) - 4,
                        "rdb_last_save_time": int(time.time()) - 143,
                        "rdb_last_bgsave_status": "ok", "journal_segments": 9, "journal_bytes": 412000000,
                        "journal_disk_bytes": 61000000, "erasures_pending": 0, "erasures_failure": "",
                        "segments_failure": ""},
        "stats": {"total_connections_received": 1204, "total_commands_processed": 90871 + int(up * 57),
                  "records": 48211, "recommendations": 21042, "decisions_explore": 3120 + int(up),
                  "decisions_hedge": 6055,
                  "decisions_exploit": 11867 + int(up * 2)},
        "latencystats": {"latency_percentiles_usec_recommend": "p50=7.2,p99=24.1,p99.9=61.0",
                         "latency_percentiles_usec_record": "p50=3.9,p99=17.8,p99.9=44.2"},
        "preferences": {"users": len(world.tastes), "records_total": 1000000 + sum(
            len(t.records) for t in world.tastes.values()), "pools": len(world.pools), "decay_days": "30",
            "decisions_kept": 21042, "community_users": 4, "community_age_in_seconds": 12},
    }


def users(world, _query):
    return [{"user_id": name} for name in world.tastes]


def pools(world, _query):
    return [{"family": f, "tier": t, "checkpoints": c} for (f, t), c in world.pools.items()]


ROUTES = {  # path -> function, parameters, whether it is about all users
    "/api/preferences/recommend-checkpoint": (recommend, QUESTION, False),
    "/api/preferences/recommend-loras": (loras, "user_id prompt checkpoint among count at", False),
    "/api/preferences/recommend-parameters": (parameters, "user_id prompt checkpoint family at", False),
    "/api/preferences/recommend-negatives": (negatives, "user_id prompt count at", False),
    "/api/preferences/explain": (explain, "user_id prompt checkpoint", False),
    "/api/preferences/keywords": (lambda w, q: [{"keyword": k} for k in keywords_of(q["prompt"][0])], "prompt", False),
    "/api/preferences/matrix": (lambda w, q: w.taste(q).matrix, "user_id keywords checkpoints at", False),
    "/api/preferences/records": (history, "user_id checkpoint lora keyword action session_id since until limit cursor",
                                 False),
    "/api/preferences/stats": (stats, "user_id", False),
    "/api/pools": (pools, "", True),
    "/api/users": (users, "", True),
    "/api/server": (server, "", True),
}
ASKED_BY_POST = ("recommend", "explain", "keywords", "score")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world = None
    listening_since = 0

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json", extra=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in [("Content-Type", kind), ("Content-Length", str(len(data))),
                            ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-cache"), *extra]:
            self.send_header(name, value)
        if kind.startswith("text/html"):
            self.send_header("Content-Security-Policy", CSP)
        self.end_headers()
        self.wfile.write(data)

    def handle_one(self):
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            with LOCK:
                self.route(path, urllib.parse.parse_qs(query, keep_blank_values=True), body)
        except Refused as refused:
            self.answer(refused.status, {"error": str(refused), "field": refused.field})

    do_GET = do_POST = do_PUT = do_DELETE = handle_one

    def signed_in(self):
        options = self.world.options
        return not options.token or f"penchant={options.token}" in self.headers.get("Cookie", "")

    def route(self, path, query, body):
        options = self.world.options
        if self.command == "GET" and not path.startswith("/api/"):
            return self.file(path)
        if time.time() - Handler.listening_since < options.loading:
            raise Refused(503, "the state is being read, 40 % of 1.2 GB so far")
        if path == "/api/session":
            return self.session(body)
        if not self.signed_in():
            raise Refused(401, "a token is needed")
        if self.command != "GET" and options.read_only and "recommend" not in path:
            raise Refused(503, "nothing can be recorded: the journal could not be written (No space left on device)")
        if path in ROUTES and self.command == "GET" or path.rpartition("/")[2].startswith(ASKED_BY_POST):
            return self.question(path, query, body)
        return self.change(path, query, json.loads(body) if body else {})

    def question(self, path, query, body):
        function, known, about_all = ROUTES[path]
        if about_all and self.world.options.limited:
            raise Refused(403, f"this token is limited to the user {self.world.options.limited}")
        if self.command == "POST":
            text = lambda value: value if isinstance(value, str) else json.dumps(value)
            query = {name: value if isinstance(value, list) else [text(value)]
                     for name, value in json.loads(body).items()}
        for name in query:
            if name not in known.split():
                raise Refused(400, f"{name} is no parameter of {path}", name)
        self.answer(200, function(self.world, query))

    def file(self, path):
        if path in ("/healthz", "/readyz"):
            if path == "/readyz" and self.world.options.read_only:
                return self.answer(503, b"nothing can be recorded: the journal could not be written "
                                        b"(No space left on device)", "text/plain")
            return self.answer(200, b"ok", "text/plain")
        file = WEB / ("index.html" if path == "/" else path[1:])
        if file.parent != WEB or file.suffix not in TYPES or not file.is_file():
            raise Refused(404, f"there is no {path}")
        self.answer(200, file.read_bytes(), TYPES[file.suffix])

    def session(self, body):
        options = self.world.options
        told = {"name": "studio" if options.token else None, "role": "admin", "user_id": options.limited}
        if self.command == "POST":
            if json.loads(body).get("token") != options.token:
                raise Refused(401, "this token is not known")
            cookie = f"penchant={options.token}; HttpOnly; SameSite=Strict; Path=/"
            return self.answer(200, told, extra=[("Set-Cookie", cookie)])
        if self.command == "DELETE":
            return self.answer(200, {}, extra=[("Set-Cookie", "penchant=; Max-Age=0; Path=/")])
        if not self.signed_in():
            raise Refused(401, "a token is needed")
        self.answer(200, told)

    def change(self, path, query, body):
        world, parts = self.world, [urllib.parse.unquote(part) for part in path.split("/")[2:]]
        if parts == ["preferences", "export"]:
            taste = world.taste(query)
            return self.answer(200, {"format": "penchant-preferences", "version": 1, "preferences": taste.records},
                               extra=[("Content-Disposition", 'attachment; filename="penchant.json"')])
        if parts == ["preferences", "import"]:
            if "preferences" not in body:
                raise Refused(400, "this is no export file: preferences is missing", "preferences")
            return self.answer(200, {"recorded": len(body["preferences"]), "duplicates": 3})
        if parts[0] == "pools" and self.command == "PUT":
            if not body["checkpoints"]:
                raise Refused(400, "a pool needs a checkpoint; DELETE removes it", "checkpoints")
            world.pools[parts[1], parts[2]] = body["checkpoints"]
            return self.answer(200, {"family": parts[1], "tier": parts[2], "checkpoints": body["checkpoints"]})
        if parts[0] == "pools" and self.command == "DELETE" and world.pools.pop((parts[1], parts[2]), None):
            return self.answer(200, {"deleted": True})
        if parts[0] == "users" and self.command == "PUT":
            world.tastes[parts[1]].sharing = body["share"]
            return self.answer(200, {"share": body["share"]})
        if parts[0] == "users" and self.command == "DELETE" and parts[1] in world.tastes:
            return self.answer(200, {"deleted": len(world.tastes.pop(parts[1]).records)})
        raise Refused(404, f"there is no {self.command} {path}")


def main():
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--port", type=int, default=0)
    reader.add_argument("--keywords", type=int, default=2000)
    reader.add_argument("--checkpoints", type=int, default=60)
    reader.add_argument("--token")
    reader.add_argument("--limited", help="the only user that the token may see")
    reader.add_argument("--read-only", action="store_true")
    reader.add_argument("--loading", type=float, default=0, help="seconds")
    Handler.world = World(reader.parse_args())
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", Handler.world.options.port), Handler)
    listening.handle_error = lambda *_: None  # a browser that drops an answer it no longer wants
    Handler.listening_since = time.time()
    print(f"http 127.0.0.1:{listening.server_address[1]}", flush=True)
    listening.serve_forever()


if __name__ == "__main__":
    main()
