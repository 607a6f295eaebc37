#!/usr/bin/env python3
"""RECOMMEND beside the same answer computed where its numbers could be kept otherwise: inside redis-server by a Lua
script over hashes, and by SQL over SQLite, a row a (keyword, checkpoint): in one statement, and with a statement a
pair, as the service asked that Penchant replaces.

Usage: bench/same_answer.py build/release/penchant [--rounds 5]
8 keywords, 50 checkpoints. All answer the same checkpoint and the same score, or the run ends. Penchant and
redis-server through redis-benchmark, 50 clients; SQLite in the process that asks, its fastest case: it pays no wire.
"""
import argparse
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import tempfile
import time

import net

WORDS = ["castle", "mountain", "fantasy", "clouds", "watercolor", "dramatic", "lighthouse", "harbor"]
PROMPT = ", ".join(WORDS)
CHECKPOINTS = 50
RECORDS = 2000
LUA = """local score, best = {}, false
for _, key in ipairs(KEYS) do
  local row = redis.call('HGETALL', key)
  for i = 1, #row, 2 do
    local selected, observed = string.match(row[i + 1], '(%S+) (%S+)')
    score[row[i]] = (score[row[i]] or 0) + (selected + 5) / (observed + 10)
  end
end
for name, sum in pairs(score) do
  if not best or sum > score[best] or (sum == score[best] and name < best) then best = name end
end
return {best, string.format('%.17g', score[best] / #KEYS)}"""
SQL = f"""SELECT checkpoint, sum((selected + 5.0) / (observed + 10.0)) / {len(WORDS)} AS score FROM preference_stats
WHERE keyword IN ({",".join("?" * len(WORDS))}) GROUP BY checkpoint ORDER BY score DESC, checkpoint LIMIT 1"""

PAIR_SQL = "SELECT selected, observed FROM preference_stats WHERE keyword = ? AND checkpoint = ?"


def records():
    draw = random.Random(5)
    for i in range(RECORDS):
        checkpoint = i % CHECKPOINTS
        words = WORDS if i < CHECKPOINTS else draw.sample(WORDS, 4)  # each pair has been seen
        yield words, f"checkpoint-{checkpoint:02}", draw.random() < 0.2 + 0.6 * checkpoint / CHECKPOINTS


def teach(penchant, redis, database):
    counts = {}
    batch = b""
    for words, checkpoint, is_selected in records():
        batch += net.request("RECORD", "ann", "selected" if is_selected else "rejected", checkpoint, ", ".join(words))
        for word in words:
            cell = counts.setdefault((word, checkpoint), [0, 0])
            cell[0] += is_selected
            cell[1] += 1
    assert net.ask(penchant.port, batch).count(b":") == RECORDS
    net.ask(redis.port, b"".join(net.request("HSET", word, checkpoint, f"{selected} {observed}")
                                 for (word, checkpoint), (selected, observed) in counts.items()))
    database.execute("CREATE TABLE preference_stats (keyword TEXT, checkpoint TEXT, selected REAL, observed REAL, "
                     "PRIMARY KEY (keyword, checkpoint)) WITHOUT ROWID")
    database.executemany("INSERT INTO preference_stats VALUES (?, ?, ?, ?)",
                         [(*pair, *cell) for pair, cell in counts.items()])
    database.commit()


def texts(reply):
    """The bulk strings and doubles of a reply, whatever they are nested in."""
    lines = reply.split(b"\r\n")
    return [line.lstrip(b",").decode() for line in lines if line and line[:1] not in b"$*%:_#"]


def check_same(penchant, redis, database, script):
    question = net.request("RECOMMEND", "ann", PROMPT, "TOP", "1")
    ours = texts(net.ask(penchant.port, net.request("HELLO", "3") + question))
    by_lua = texts(net.ask(redis.port, net.request(*script)))
    best, score = ours[ours.index("checkpoint") + 1], float(ours[ours.index("score") + 1])
    answers = [(best, score), (by_lua[0], float(by_lua[1])), by_statement(database),
               by_pairs(database)]
    for name, score in answers:
        if name != answers[0][0] or abs(score - answers[0][1]) > 1e-6:
            raise SystemExit(f"the answers differ: {answers}")
    print(f"all answer {answers[0][0]} with {answers[0][1]:.6f}")


def by_statement(database):
    return tuple(database.execute(SQL, WORDS).fetchone())


def by_pairs(database):
    best = None
    for number in range(CHECKPOINTS):
        name, total = f"checkpoint-{number:02}", 0
        for word in WORDS:
            selected, observed = database.execute(PAIR_SQL, (word, name)).fetchone() or (0, 0)
            weight = observed / (observed + 10)
            total += (1 - weight) * 0.5 + weight * (selected / observed if observed > 0 else 0.5)
        if not best or total / len(WORDS) > best[1]:
            best = name, total / len(WORDS)
    return best


def rate(ask, database):
    begin, asked = time.perf_counter(), 0
    while time.perf_counter() - begin < 1:
        ask(database)
        asked += 1
    return asked / (time.perf_counter() - begin)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("penchant")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    servers = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            servers.append(net.start_redis(os.path.join(folder, "redis"), "redis"))
            servers.append(net.start_penchant(options.penchant, os.path.join(folder, "penchant"), "everysec"))
            redis, penchant = servers
            database = sqlite3.connect(pathlib.Path(folder) / "stats.db")
            teach(penchant, redis, database)
            sha = texts(net.ask(redis.port, net.request("SCRIPT", "LOAD", LUA)))[0]
            script = ["EVALSHA", sha, str(len(WORDS)), *WORDS]
            check_same(penchant, redis, database, script)
            sql, pairs = (statistics.median(rate(ask, database) for _ in range(options.rounds))
                          for ask in (by_statement, by_pairs))
            print(f"SQLite, one statement: {sql:,.0f}/s; a statement a pair: {pairs:,.0f}/s")
            for depth in (1, 16, 64):
                figures = [(net.measure(penchant, depth, 200_000, ["RECOMMEND", "ann", PROMPT]),
                            net.measure(redis, depth, 10_000, script)) for _ in range(options.rounds)]
                (ours, our_cpu), (lua, lua_cpu) = ((statistics.median(f[i][0] for f in figures),
                                                    statistics.median(f[i][1] for f in figures)) for i in (0, 1))
                print(f"-P {depth}: RECOMMEND {ours:,.0f}/s ({our_cpu:.2f} us of processor), Lua {lua:,.0f}/s "
                      f"({lua_cpu:.0f} us): {ours / lua:.0f} times as many; as SQLite: {ours / sql:.0f} and "
                      f"{ours / pairs:.0f} times", flush=True)
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    main()
