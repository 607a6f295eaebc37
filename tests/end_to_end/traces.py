"""Looks for what ought to be forgotten."""
import pathlib


def traces(data, texts):
    """(file, text) for each of the texts, in any case, in each file of the folder and in the files' names."""
    found = []
    for path in sorted(pathlib.Path(data).rglob("*")):
        try:
            content = path.name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"")
        except FileNotFoundError:  # it was renamed meanwhile
            continue
        content = content.lower()
        found += [(path.name, text) for text in texts if text.lower().encode() in content]
    return found
