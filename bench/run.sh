#!/usr/bin/env bash
# Every benchmark, one after the other, on a machine that does nothing else. Paste what it prints into RESULTS.md.
set -euo pipefail
cd "$(dirname "$0")/.."
built=build/release/bench
processor=$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | xargs)
echo "machine: $processor, $(nproc) cores; load $(cut -d' ' -f1 /proc/loadavg)"
echo "compiler: $(c++ --version | head -1); commit $(git rev-parse --short HEAD)"
for name in kernel context engine scorers hot_path recovery memory segments snapshot; do
  echo
  echo "## bench_$name"
  "$built/bench_$name"
done
echo
echo "## bench_memory --cells"
"$built/bench_memory" --cells
echo
echo "## bench/net.py"
python3 bench/net.py build/release/penchant "$built/bench_canned_server" "$@"
for name in same_answer snapshot over_http; do
  echo
  echo "## bench/$name.py"
  python3 "bench/$name.py" build/release/penchant
done
