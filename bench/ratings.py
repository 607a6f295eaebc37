#!/usr/bin/env python3
"""How well each scorer, and the probability that RECOMMEND tells, foretells what people rated highly.

    python3 bench/ratings.py build/release/penchant RATINGS [--above 4] [--orders 5] [--plot FILE.svg]

RATINGS is tab-separated: a header, then checkpoint, prompt and score a line. An image above `--above` was kept. The
ratings are recorded in so many shuffled orders, each foretold before it is learned (`penchant evaluate history`);
figures are means of the orders, bins are of all of them together. The plot is of the first order."""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import tempfile

MEASURES = ["auc", "auc_within", "log_loss", "calibration_error"]


def export_of(rows, above):
    records = [{"id": f"r{i}", "checkpoint": checkpoint, "prompt": prompt,
                "action": "selected" if float(score) > above else "rejected"}
               for i, (checkpoint, prompt, score) in enumerate(rows)]
    return json.dumps({"format": "penchant-preferences", "version": 1, "user_id": "rater", "preferences": records})


def evaluated(binary, rows, above, *options):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "ratings.json"
        file.write_text(export_of(rows, above))
        command = [binary, "evaluate", "history", file, "--decay-days", "0", "--json", *options]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {one["by"]: one for one in json.loads(told)["foretold"]}


def in_orders(binary, ratings, above, orders, plot=None):
    """What each foretold, for each order."""
    rows = [line.split("\t") for line in ratings.read_text().splitlines()[1:]]
    for order in range(orders):
        random.Random(order + 1).shuffle(rows)
        yield evaluated(binary, rows, above, *(["--plot", plot] if plot and order == 0 else []))


def pooled(orders, by):
    """Each bin's count, mean probability and share kept over all orders; of empty ones nothing."""
    for bins in zip(*(order[by]["calibration"] for order in orders)):
        count = sum(one[0] for one in bins)
        if count:
            yield (count, *(sum(one[0] * (one[of] or 0) for one in bins) / count for of in (1, 2)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("ratings", type=pathlib.Path)
    parser.add_argument("--above", type=float, default=4)
    parser.add_argument("--orders", type=int, default=5)
    parser.add_argument("--plot", type=pathlib.Path)
    options = parser.parse_args()
    orders = list(in_orders(options.binary, options.ratings, options.above, options.orders, options.plot))
    print("| foretold by | AUC | within a model | log-loss | calibration error |\n|---|---|---|---|---|")
    for by in orders[0]:
        means = [statistics.mean(order[by][measure] for order in orders) for measure in MEASURES]
        print(f"| {by} | " + " | ".join(f"{mean:.3f}" for mean in means) + " |")
    print("\n| `kept` was, on the average | of so many | so many were kept |\n|---|---|---|")
    for count, mean, share in pooled(orders, "kept"):
        print(f"| {mean:.3f} | {count / options.orders:,.0f} | {share:.3f} |")


if __name__ == "__main__":
    main()
