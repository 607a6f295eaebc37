#!/usr/bin/env bash
# Penchant's files on other machines: tools/cross.sh prepare|test|unit s390x|aarch64
#
#   prepare  fetches that machine's Debian packages of the libraries and unpacks them under build/cross; installs
#            nothing
#   test     builds tests/cross/golden.cpp for it and runs it under qemu-user: reads each set of golden files, writes
#            the newest anew, byte for byte the same, and reads here what it wrote there. Status 77: skipped, and why.
#   unit     the unit tests of engine and persistence there; by hand, it takes a while
# The cross compiler and qemu-user-static are what ./dev installs.
set -euo pipefail
cd "$(dirname "$0")/.."
task=${1:-} machine=${2:-}
case "$machine" in
  s390x) debian=s390x ;;
  aarch64) debian=arm64 ;;
  *) echo "usage: tools/cross.sh prepare|test|unit s390x|aarch64" >&2; exit 2 ;;
esac

root=build/cross/$machine-root
libraries=(libboost1.81-dev libboost-container1.81-dev libboost-json1.81-dev libboost-program-options1.81-dev
  libboost-serialization1.81-dev libboost-test1.81-dev libboost-url1.81-dev
  libeigen3-dev libfmt-dev libfmt9 libicu-dev libspdlog-dev
  libspdlog1.10 libssl-dev libzstd-dev zlib1g-dev)

is_complete() { [ "$(cat "$root/complete" 2>/dev/null)" = "${libraries[*]}" ]; }

# apt with a state of its own: the machine's own list of architectures and packages stays as it is.
prepare() {
  is_complete && return
  local state=$PWD/build/cross/$machine-apt
  rm -rf "$root" "$state"
  mkdir -p "$root" "$state"/lists/partial "$state"/cache/archives/partial "$state"/packages
  local apt=(apt-get -qq -o APT::Architecture="$debian" -o APT::Architectures::="$debian" -o Dir::State="$state"
    -o Dir::State::Lists="$state/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$state/cache"
    -o APT::Sandbox::User=)
  "${apt[@]}" update
  (cd "$state/packages" && "${apt[@]}" download "${libraries[@]}")
  local package
  for package in "$state"/packages/*.deb; do dpkg -x "$package" "$root"; done
  rm -rf "$state"
  echo "${libraries[*]}" >"$root/complete"
}

require() {
  local reason=""
  command -v "$machine-linux-gnu-g++" >/dev/null || reason="there is no $machine-linux-gnu-g++"
  command -v "qemu-$machine-static" >/dev/null || reason="there is no qemu-$machine-static"
  is_complete || reason="the libraries for $machine are not there (tools/cross.sh prepare $machine)"
  [ -z "$reason" ] && return
  echo "SKIPPED, nothing was tested on $machine: $reason"
  exit 77
}

build() {
  cmake --preset "$machine" >"build/cross/$machine.log" 2>&1 || { cat "build/cross/$machine.log"; exit 1; }
  cmake --build --preset "$machine" --target "$@" >"build/cross/$machine.log" 2>&1 ||
    { cat "build/cross/$machine.log"; exit 1; }
}

compare_golden_files() {
  local here=${PENCHANT_GOLDEN:-build/release/tests/golden} there=build/$machine/tests/golden
  local written=build/cross/$machine-golden set newest=0 read=0
  for set in tests/golden/*; do
    "qemu-$machine-static" "$there" check "$set"
    read=$((read + 1))
    [ "${set##*/}" -gt "$newest" ] && newest=${set##*/}
  done
  rm -rf "$written"
  "qemu-$machine-static" "$there" write "$written"
  "$here" check "$written"
  # Another version of zstd than the one that the set was made with may compress otherwise; "check" reads that.
  diff -r --exclude=compressed "tests/golden/$newest" "$written"
  echo "$machine: $read sets of golden files read, set $newest written anew, byte for byte the same, and read here"
}

case "$task" in
  prepare) prepare ;;
  test) require; build golden; compare_golden_files ;;
  unit)
    require
    build engine_tests persistence_tests
    for tests in engine_tests persistence_tests; do "qemu-$machine-static" "build/$machine/tests/$tests"; done
    ;;
  *) echo "usage: tools/cross.sh prepare|test|unit s390x|aarch64" >&2; exit 2 ;;
esac
