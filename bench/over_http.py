#!/usr/bin/env python3
"""HTTP beside nginx: recommend-checkpoint of 3 words and 50 checkpoints, and a static file as large as its answer.

    python3 bench/over_http.py build/release/penchant [--rounds 5] [--seconds 5] [--connections 50]

wrk asks both in turns, one thread; each server has one thread (a store, a worker). Then what a transfer costs: the
latencies of RECOMMEND over the line protocol, at a tenth of what the server can do, alone and while an export runs.

    python3 bench/over_http.py build/release/penchant --export-records 1000000
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request

import net

TARGET = "/api/preferences/recommend-checkpoint?user_id=default&prompt=" + net.PROMPT.replace(" ", "+")
NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log /dev/null;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  open_file_cache max=10; server {{ listen 127.0.0.1:{port}; root {folder}; }} }}
"""


def fetch(port, target, body=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{target}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.read()


def wrk(options, port, target):
    """(requests a second, p50, p99 in microseconds)"""
    done = subprocess.run(["wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--latency",
                           f"http://127.0.0.1:{port}{target}"], capture_output=True, text=True, check=True)
    assert "Non-2xx" not in done.stdout, done.stdout
    units = {"us": 1, "ms": 1000, "s": 1_000_000}

    def latency(percent):
        value, unit = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)", done.stdout).groups()
        return float(value) * units[unit]
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]), latency(50), latency(99)


def beside_nginx(options, penchant, http_port, folder):
    answer = fetch(http_port, TARGET)
    pathlib.Path(folder, "answer.json").write_bytes(answer)
    os.chmod(folder, 0o755)  # a worker of root's nginx is somebody else
    port = net.free_port()
    config = pathlib.Path(folder, "nginx.conf")
    config.write_text(NGINX.format(folder=folder, port=port))
    nginx = subprocess.Popen(["nginx", "-c", str(config), "-p", folder], stderr=subprocess.DEVNULL)
    try:
        time.sleep(1)
        assert fetch(port, "/answer.json") == answer
        rounds = [(wrk(options, http_port, TARGET), wrk(options, port, "/answer.json")) for _ in range(options.rounds)]
    finally:
        nginx.terminate()
        nginx.wait()
    print(f"{len(answer)} bytes, {options.connections} connections, {options.rounds} rounds of {options.seconds} s")
    for name, which in (("recommend-checkpoint", 0), ("nginx, a file", 1)):
        rate, p50, p99 = (statistics.median(one[which][i] for one in rounds) for i in range(3))
        print(f"{name:<22} {rate:>9,.0f} requests/s   p50 {p50:6.0f} us   p99 {p99:6.0f} us")
    ratios = [ours[0] / theirs[0] for ours, theirs in rounds]
    print(f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")


def fill(http_port, records):
    for begin in range(0, records, 2000):
        some = [{"user_id": "large", "prompt": f"{net.PROMPT}, word{i % 5000}, word{i * 7 % 5000}",
                 "checkpoint": f"checkpoint-{i % 50}", "action": "selected" if i % 3 else "rejected",
                 "feedback_text": "x" * 300} for i in range(begin, min(begin + 2000, records))]
        fetch(http_port, "/api/preferences/records", json.dumps(some).encode())


def latencies(options, penchant, rate):
    told = subprocess.run([options.binary, "bench", "--port", str(penchant.port), "--json", "--connections", "10",
                           "--pipeline", "16", "--rate", str(rate), "--seconds", str(options.seconds),
                           "--request", "RECOMMEND", "default", net.PROMPT], capture_output=True, text=True, check=True)
    return json.loads(told.stdout)["kinds"]["REQUEST"]["latency_ms"]


def beside_export(options, penchant, http_port):
    fill(http_port, options.export_records)
    stop = threading.Event()
    bytes_read = []

    def export():
        while not stop.is_set():
            begun = time.monotonic()
            done = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{size_download}",
                                   f"http://127.0.0.1:{http_port}/api/preferences/export?user_id=large"],
                                  capture_output=True, text=True, check=True)
            bytes_read.append((int(done.stdout), time.monotonic() - begun))
    rate = 2000
    alone, beside = [], []
    for _ in range(options.rounds):
        alone.append(latencies(options, penchant, rate))
        stop.clear()
        thread = threading.Thread(target=export)
        thread.start()
        time.sleep(0.5)
        beside.append(latencies(options, penchant, rate))
        stop.set()
        thread.join()
    for name, rounds in (("alone", alone), ("beside an export", beside)):
        print(f"{name:<18}" + "".join(f"  {p} {statistics.median(one[p] for one in rounds) * 1000:7.0f} us"
                                      for p in ("p50", "p99")))
    ratios = [b["p99"] / a["p99"] for a, b in zip(alone, beside)]
    size, seconds = max(bytes_read)
    print(f"p99 {statistics.median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f}); "
          f"an export of {size / 1e6:,.0f} MB took {seconds:.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--export-records", type=int, default=0, help="measure beside an export of so many instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        http_port = net.free_port()
        penchant = net.start_penchant(options.binary, os.path.join(folder, "penchant"), "everysec", "--stores", "1",
                                      "--http-port", str(http_port))
        try:
            net.teach(penchant, 50, net.PROMPT)
            if options.export_records:
                beside_export(options, penchant, http_port)
            else:
                beside_nginx(options, penchant, http_port, folder)
        finally:
            penchant.stop()


if __name__ == "__main__":
    main()
