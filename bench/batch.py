#!/usr/bin/env python3
"""Scoring many prompts at once (SCORES, `penchant score --file`) beside asking for each (RECOMMEND), both for the best
of 1,000 checkpoints.

    bench/batch.py build/release/penchant PROMPTS… [--prompts 1000000] [--rounds 3]

PROMPTS are files of real prompts, a line each; they are drawn from at random. The user has recorded 300,000 verdicts
about such prompts. Both go through the wire from redis-cli --pipe, which waits for no answer, in one run and by turns;
then once through `penchant score`. Server's CPU is from /proc.
"""
import argparse
import pathlib
import random
import re
import statistics
import subprocess
import tempfile
import time

import net

CHECKPOINTS = 1000
RECORDS = 300_000
AT_ONCE = 512


def pipe(server, path):
    """Wall and server's seconds for the requests of a file."""
    begin, cpu = time.monotonic(), net.cpu_seconds(server.process.pid)
    with open(path, "rb") as requests:
        done = subprocess.run(["redis-cli", "-p", str(server.port), "--pipe"], stdin=requests, capture_output=True,
                              text=True)
    if not re.search(r"errors: 0,", done.stdout):
        raise SystemExit(done.stdout)
    return time.monotonic() - begin, net.cpu_seconds(server.process.pid) - cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("binary")
    parser.add_argument("files", nargs="+")
    parser.add_argument("--prompts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    lines = [line.rstrip("\r") for path in options.files
             for line in pathlib.Path(path).read_text(errors="replace").split("\n") if line.strip()]
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "teach").write_bytes(b"".join(
            net.request("RECORD", "ann", draw.choice(["selected", "selected", "rejected"]),
                   f"checkpoint-{draw.randrange(CHECKPOINTS)}", draw.choice(lines)) for _ in range(RECORDS)))
        at = int(time.time() * 1000) + 600_000  # behind the last record
        prompts = [draw.choice(lines) for _ in range(options.prompts)]
        (folder / "prompts").write_text("\n".join(prompts) + "\n")
        with open(folder / "each", "wb") as file:
            for prompt in prompts:
                file.write(net.request("RECOMMEND", "ann", prompt, "TOP", "1"))
        with open(folder / "batches", "wb") as file:
            for i in range(0, len(prompts), AT_ONCE):
                some = prompts[i:i + AT_ONCE]
                file.write(net.request("SCORES", "ann", str(len(some)), *some, "AT", str(at)))
        server = net.start_penchant(options.binary, str(folder / "data"), "os", "--stores", "1")
        pipe(server, folder / "teach")
        rounds = [(pipe(server, folder / "each"), pipe(server, folder / "batches")) for _ in range(options.rounds)]
        begin = time.monotonic()
        subprocess.run([options.binary, "score", "ann", "--file", folder / "prompts", "--port", str(server.port)],
                       stdout=subprocess.DEVNULL, check=True)
        whole = time.monotonic() - begin
        server.stop()
    microseconds = 1e6 / options.prompts
    mean_bytes = sum(map(len, prompts)) / len(prompts)
    print(f"{options.prompts:,} prompts of {mean_bytes:.0f} bytes, {CHECKPOINTS} checkpoints")
    for name, which in (("one by one, RECOMMEND … TOP 1", 0), ("SCORES of 512", 1)):
        wall = statistics.median(one[which][0] for one in rounds) * microseconds
        cpu = statistics.median(one[which][1] for one in rounds) * microseconds
        print(f"{name:<32} {wall:>7.2f} us a prompt, server {cpu:.2f} us")
    ratio = statistics.median(each[1] / batch[1] for each, batch in rounds)
    print(f"ratio of the server's time {ratio:.2f}, of the wall "
          f"{statistics.median(each[0] / batch[0] for each, batch in rounds):.2f}")
    print(f"penchant score --file: {whole * microseconds:.2f} us a prompt")


if __name__ == "__main__":
    main()
