"""A folder with several stores, as check, repair, export, dump and import see it."""
import json
import struct
import unittest

from harness import EndToEnd, run

STORES = 2


def store_of(user):
    """docs/stores.md."""
    mask = 2**64 - 1
    number = 0xCBF29CE484222325
    for byte in user.encode():
        number = (number ^ byte) * 0x100000001B3 & mask
    number = (number ^ number >> 33) * 0xFF51AFD7ED558CCD & mask
    number = (number ^ number >> 33) * 0xC4CEB9FE1A85EC53 & mask
    return ((number ^ number >> 33) >> 48) * STORES >> 16


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def layout(generation, stores):
    head = b"PENCHSTO" + struct.pack("<IQI", 1, generation, stores)
    return head + struct.pack("<I", crc32c(head))


USERS = [f"user{i}" for i in range(6)]


class SeveralStores(EndToEnd):
    def root(self):
        """As a server of two stores left it that was killed."""
        server = self.server(stores=STORES, snapshot_every=0)
        with server.client() as client:
            client.ask("POOL", "SET", "sdxl", "draft", "A", "B")
            client.pipeline([["RECORD", user, "selected", "A", f"ink {number}"]
                             for number in range(100) for user in USERS])
            client.ask("SAVE")
            for store in range(STORES):
                client.ask("RECORD", next(user for user in USERS if store_of(user) == store), "rejected", "B", "late")
        server.kill9()
        return server.data

    def check(self, root):
        done = run("check", "--data", root, "--json")
        return done.returncode, json.loads(done.stdout)

    def test_check_tells_each_store_and_all_together(self):
        root = self.root()
        status, found = self.check(root)
        self.assertEqual((status, found["findings"]), (0, []))
        self.assertEqual([one["folder"] for one in found["stores"]], ["store-1-0", "store-1-1"])
        for name in ["users", "records", "events", "segments", "compared_snapshots", "decisions"]:
            self.assertEqual(found[name], sum(one[name] for one in found["stores"]), name)
        self.assertEqual((found["users"], found["records"]), (6, 602))
        text = run("check", "--data", root).stdout
        self.assertIn("store-1-0\njournal: 1 segment", text)
        self.assertIn("store-1-1\njournal: 1 segment", text)
        self.assertIn("The folder is sound.", text)

    def test_check_names_what_is_no_stores(self):
        root = self.root()
        (root / "store-2-0").mkdir()
        (root / "notes").touch()
        status, found = self.check(root)
        self.assertEqual(status, 0)
        self.assertEqual([(one["file"], one["what"]) for one in found["findings"]],
                         [("notes", "not a file of Penchant's"),
                          ("store-2-0", "left over of another number of stores")])

    def test_damage_is_told_with_the_stores_folder_and_mended_there(self):
        for aside in [None, "aside"]:
            root = self.root()
            [path] = (root / "store-1-1").glob("journal-*.log")
            whole = bytearray(path.read_bytes())
            whole[len(whole) // 2] ^= 1
            path.write_bytes(whole)
            status, found = self.check(root)
            self.assertEqual(status, 1)
            [finding] = [one for one in found["findings"] if one["damage"]]
            self.assertEqual(finding["file"], f"store-1-1/{path.name}")
            self.assertEqual([one["sound"] for one in found["stores"]], [True, False])
            options = ["--aside", root / aside] if aside else []
            done = run("repair", "--data", root, "--yes", *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("- store-1-1: ", done.stdout)
            self.assertNotIn("- store-1-0: ", done.stdout)
            self.assertIn("The folder starts again: 6 users", done.stdout)
            kept = (root / aside / "store-1-1" if aside else root / "store-1-1").glob("*.before-repair-*")
            self.assertEqual(len(list(kept)), 1)
            self.assertEqual(self.check(root)[0], 0)

    def test_a_damaged_layout_and_a_missing_store_are_told(self):
        root = self.root()
        (root / "store-1-1").rename(root / "taken")
        status, found = self.check(root)
        self.assertEqual(status, 1)
        self.assertIn("store-1-1", [one["file"] for one in found["findings"] if one["damage"]])
        refused = run("dump", "--data", root)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("a store's folder is missing", refused.stderr)
        self.assertFalse((root / "store-1-1").exists())
        (root / "stores").write_bytes(layout(1, STORES)[:-1] + b"\0")
        status, found = self.check(root)
        self.assertEqual((status, [one["file"] for one in found["findings"]]), (1, ["stores"]))
        self.assertEqual(run("repair", "--data", root, "--yes").returncode, 1)
        refused = run("dump", "--data", root)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("only it says which folders hold the stores", refused.stderr)

    def test_export_dump_and_import_find_every_user(self):
        root = self.root()
        lines = run("dump", "--data", root).stdout.splitlines()
        self.assertEqual(sorted({json.loads(line)["user_id"] for line in lines}), USERS)
        self.assertEqual(len(lines), 602)
        for user in USERS:
            text = run("export", "--data", root, "--user", user).stdout
            records = json.loads(text)["preferences"]
            self.assertEqual({one["user_id"] for one in records}, {user})
            path = root.parent / "export.json"
            path.write_text(text)
            again = json.loads(run("import", path, "--data", root, "--json").stdout)
            self.assertEqual((again["recorded"], again["duplicates"]), (0, len(records)))
        path.write_text(json.dumps({"format": "penchant-preferences", "version": 1, "user_id": "x", "preferences": [
            {"user_id": f"new{i}", "checkpoint": "A", "action": "selected", "prompt": "ink"} for i in range(8)],
            "pools": [{"family": "flux", "tier": "draft", "checkpoints": ["C"]}]}))
        tried = json.loads(run("import", path, "--data", root, "--dry-run", "--json").stdout)
        done = json.loads(run("import", path, "--data", root, "--json").stdout)
        for told in [tried, done]:
            self.assertEqual((told["recorded"], told["pools"]), (8, 1))
        status, found = self.check(root)
        self.assertEqual((status, found["users"], [one["users"] > 3 for one in found["stores"]]), (0, 14, [True, True]))


if __name__ == "__main__":
    unittest.main()
