"""Takes the power away from a folder: what the server never synced is gone. See power_cut.c."""
import contextlib
import os
import pathlib
import shutil

from harness import folder, server

SHIM = os.environ.get("POWER_CUT_SHIM", "")


class Power:
    """What a server's disk was promised, and the switches that make its syncs fail or wait."""

    def __init__(self, path):
        self.path = path
        self.environment = {"LD_PRELOAD": SHIM, "POWER_CUT": str(path)}

    def fail_syncs(self):
        (self.path / "failing").touch()

    def hold_syncs(self):
        (self.path / "holding").touch()

    def let_syncs_go(self):
        for switch in ["failing", "holding"]:
            (self.path / switch).unlink(missing_ok=True)

    def cut(self, data):
        """Leaves of the folder what was synced: its names, and each file's first bytes."""
        sizes, folders = self._promised()
        data = pathlib.Path(data)
        assert (data.stat().st_ino, data.name) in folders.get(data.parent.stat().st_ino, ()), \
            f"{data} itself is gone: the folder it was made in was not synced"
        self._cut_folder(data, sizes, folders)

    def _cut_folder(self, path, sizes, folders):
        names = folders.get(path.stat().st_ino, set())
        for file in path.iterdir():
            inode = file.stat().st_ino
            if (inode, file.name) not in names:
                shutil.rmtree(file) if file.is_dir() else file.unlink()
            elif file.is_dir():
                self._cut_folder(file, sizes, folders)
            elif file.stat().st_size > sizes.get(inode, 0):
                os.truncate(file, sizes.get(inode, 0))

    def _promised(self):
        sizes, folders, names = {}, {}, set()
        for line in (self.path / "synced").read_text().splitlines():
            kind, *rest = line.split(" ", 2)
            if kind == "file":
                sizes[int(rest[0])] = int(rest[1])
            elif kind == "folder":
                names = folders[int(rest[0])] = set()
            elif kind == "name":
                names.add((int(rest[0]), rest[1]))
        return sizes, folders


@contextlib.contextmanager
def powered_server(**options):
    """A server, and the power it runs on."""
    with folder() as aside:
        power = Power(aside)
        with server(environment=power.environment, **options) as one:
            yield one, power
