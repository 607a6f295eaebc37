#!/usr/bin/env bash
# Starts the server in a folder of its own with a small demo: one user, three checkpoints, a taste.
# Usage: tools/demo.sh PENCHANT [serve's options]. PENCHANT_DEMO_DATA names the folder (default ./data).
set -euo pipefail
penchant=$1
shift
data=${PENCHANT_DEMO_DATA:-./data}
fifo=$(mktemp -u)
mkfifo "$fifo"
"$penchant" serve --data "$data" "$@" >"$fifo" &
server=$!
trap 'kill "$server" 2>/dev/null || true' INT TERM
port=
page=
while read -r line; do
  echo "$line"
  case $line in
    resp*) port=${line##*:} ;;
    http*) page=http://${line#* }/ ;;
    ready) break ;;
  esac
done <"$fifo"
rm -f "$fifo"
[ -n "$port" ] || { wait "$server"; exit 1; }

# An id for each record: starting the demo again adds nothing.
number=0
verdict() { # times verdict checkpoint prompt
  local i
  for ((i = 0; i < $1; i++)); do
    number=$((number + 1))
    printf 'RECORD demo %s %s "%s" ID demo-%d FAMILY sdxl\n' "$2" "$3" "$4" "$number"
  done
}
{
  verdict 12 selected epicrealismXL "photorealistic portrait of a woman"
  verdict 3 rejected epicrealismXL "photorealistic portrait of a woman"
  verdict 9 rejected epicrealismXL "anime girl with blue hair"
  verdict 14 selected dreamShaperXL "anime girl with blue hair"
  verdict 5 rejected dreamShaperXL "photorealistic portrait of a man"
  verdict 6 selected juggernautXL "misty mountain landscape at sunrise"
  echo 'POOL SET sdxl standard epicrealismXL dreamShaperXL juggernautXL'
} | redis-cli -p "$port" >/dev/null

cat <<EOF
Try:
  redis-cli -p $port RECOMMEND demo "anime boy with red hair" FAMILY sdxl
  redis-cli -p $port RECORD demo selected dreamShaperXL "anime boy with red hair"
and see the dashboard at $page
Ctrl-C ends the server.
EOF
# A signal ends the first wait; the server still writes its snapshot then.
while kill -0 "$server" 2>/dev/null; do wait "$server" || true; done
