#!/usr/bin/env python3
"""What each scorer costs a client: RECOMMEND ... SCORER s, pipelined on one connection of the line protocol.

    python3 bench/over_the_line.py build/release/penchant PROMPTS [--rounds 9] [--records 20000] [--checkpoints 50]

PROMPTS is a file with a prompt a line. One user, first on a server without learners, then on one with. Each round asks
4,000 questions by each scorer in turns; figures are medians of the rounds."""
import argparse
import pathlib
import random
import socket
import statistics
import tempfile
import threading
import time

import net

QUESTIONS = 4000
END = b"all-is-told\r\n"


def seconds_for(connection, requests):
    """From the first byte sent to the last reply."""
    data = b"".join(requests) + net.request("ECHO", "all-is-told")
    sender = threading.Thread(target=connection.sendall, args=[data])
    begin = time.perf_counter()
    sender.start()
    tail = b""
    while not tail.endswith(END):
        tail = (tail + connection.recv(1 << 20))[-len(END):]
    sender.join()
    return time.perf_counter() - begin


def measure(options, prompts, learners, scorers):
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        server = net.start_penchant(options.binary, folder + "/data", "os", "--stores", "1", "--scorer", learners)
        records = [net.request("RECORD", "ann", draw.choice(["selected", "rejected"]),
                               f"checkpoint-{draw.randrange(options.checkpoints)}", draw.choice(prompts))
                   for _ in range(options.records)]
        times = {scorer: [] for scorer in scorers}
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            record_us = seconds_for(connection, records) / len(records) * 1e6
            for _ in range(options.rounds):
                for scorer in scorers:
                    questions = [net.request("RECOMMEND", "ann", draw.choice(prompts), "SCORER", scorer)
                                 for _ in range(QUESTIONS)]
                    times[scorer].append(seconds_for(connection, questions) / QUESTIONS * 1e6)
        server.stop()
    print(f"--scorer {learners}: a record {record_us:.1f} us")
    mean_us = statistics.median(times["mean"])
    for scorer in scorers:
        own_us = statistics.median(times[scorer])
        print(f"  recommend by {scorer:8} {own_us:6.1f} us, {own_us / mean_us:.2f} times mean")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("prompts", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--records", type=int, default=20000)
    parser.add_argument("--checkpoints", type=int, default=50)
    options = parser.parse_args()
    prompts = [line for line in options.prompts.read_text().splitlines() if line.strip()]
    measure(options, prompts, "mean", ["mean", "weighted", "logodds"])
    measure(options, prompts, "auto", ["mean", "weighted", "logodds", "evidence"])


if __name__ == "__main__":
    main()
