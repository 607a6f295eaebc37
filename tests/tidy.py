#!/usr/bin/env python3
"""What a machine can check of the house's rules; each failure is one line: file, what is wrong."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 120
HOUSE = ["engine", "persistence", "evaluate", "net", "cli"]  # each may include itself and what stands before it
FORBIDDEN = {
    "engine": r"boost/asio|spdlog|<thread>|<mutex>|<atomic>|<chrono>|<fstream>|<filesystem>|<ctime>|<random>|unistd\.h",
    "persistence": r"boost/asio|spdlog|boost/beast|sys/socket\.h",
    "evaluate": r"boost/asio|spdlog|boost/beast|sys/socket\.h|<thread>|<mutex>|<chrono>|<ctime>|<random>|unistd\.h",
    "net": None,
    "cli": None,
}
UNSAFE = {  # in files that read what comes from outside
    r"\bstd::(stoi|stol|stoul|stod|stof|atoi)\b": "throws or guesses on bad input; use std::from_chars",
    r"\.at\(": "throws; check and index",
    r"catch \(\.\.\.\)": "catches what nobody knows",
    r"\b(TODO|FIXME|XXX)\b": "is a promise; do it or file it",
    r"\bstd::shared_ptr\b": "has no owner",
}
ALLOWED = {
}


def sources():
    """Every source that git tracks or would track."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                            check=True).stdout.split("\n")
    return [name for name in listed if name and (ROOT / name).is_file()]


def code(text):
    """The text without comments and string contents, line by line."""
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    return [re.sub(r"//.*", "", line) for line in text.split("\n")]


def functions(lines):
    """(first line, length) of what opens at a line's end outside any other function, by its braces."""
    start, depth_at_start, depth = None, 0, 0
    for number, line in enumerate(lines, 1):
        opens = line.rstrip().endswith("{") and re.search(r"[)\w>]\s*(const|noexcept|override|final|mutable|\s)*"
                                                          r"(->[^{]+)?\{$", line.rstrip())
        is_scope = re.match(r"\s*(namespace|class|struct|union|enum|extern|switch|constexpr std::array|const auto)\b",
                            line)
        if start is None and opens and "(" in line + lines[number - 2] and not is_scope:
            start, depth_at_start = number, depth
        depth += line.count("{") - line.count("}")
        if start is not None and depth <= depth_at_start and "}" in line:
            yield start, number - start + 1
            start = None


def check_file(name, problems):
    text = (ROOT / name).read_text(encoding="utf-8")
    raw = text.split("\n")
    if len(raw) - 1 > FILE_LINES_MAX:
        problems.append(f"{name}: {len(raw) - 1} lines, at most {FILE_LINES_MAX}")
    for number, line in enumerate(raw, 1):
        if len(line) > LINE_COLUMNS_MAX:
            problems.append(f"{name}:{number}: {len(line)} columns, at most {LINE_COLUMNS_MAX}")
    if not name.endswith((".h", ".cpp")):
        return
    lines = code(text)
    for start, length in functions(lines):
        if length > FUNCTION_LINES_MAX:
            problems.append(f"{name}:{start}: a function of {length} lines, at most {FUNCTION_LINES_MAX}")
    folder = name.split("/")[0]
    if name.endswith(".h") and "#pragma once" not in text:
        problems.append(f"{name}: no #pragma once")
    if folder not in HOUSE:
        return
    for number, line in enumerate(lines, 1):
        for pattern, why in UNSAFE.items():
            if re.search(pattern, line) and (name, pattern) not in ALLOWED:
                problems.append(f"{name}:{number}: {re.search(pattern, line)[0]} {why}")
    for number, line in enumerate(raw, 1):
        include = re.match(r'#include ["<]([^">]+)[">]', line)
        if not include:
            continue
        target = include[1].split("/")[0]
        if target in HOUSE and HOUSE.index(target) > HOUSE.index(folder):
            problems.append(f"{name}:{number}: {folder}/ includes {include[1]}; the house is {' <- '.join(HOUSE)}")
        if FORBIDDEN[folder] and re.search(FORBIDDEN[folder], line):
            problems.append(f"{name}:{number}: {include[1]} has no place in {folder}/")


def check_protocol_page(problems):
    """docs/protocol.md lists every command of the table, and no other."""
    table = (ROOT / "net/command_table.cpp").read_text()
    commands = set(re.findall(r'Command\{"([A-Z]+)"', table))
    told = set(re.findall(r"^\| `([A-Z]+)", (ROOT / "docs/protocol.md").read_text(), re.M))
    for name in sorted(commands - told):
        problems.append(f"docs/protocol.md: {name} is missing")
    for name in sorted(told - commands):
        problems.append(f"docs/protocol.md: {name} is no command")


def main():
    problems = []
    names = [n for n in sources() if n.endswith((".h", ".cpp", ".c", ".py", ".sh", ".cmake", "CMakeLists.txt"))]
    for name in names:
        check_file(name, problems)
    check_protocol_page(problems)
    print("\n".join(problems) if problems else f"{len(names)} files are tidy")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
