"""bench/compare reads the figures of every benchmark; bench/instructions tells what differs."""
import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import re
import unittest

BENCH = pathlib.Path(__file__).resolve().parent.parent / "bench"


def tool(name):
    loader = importlib.machinery.SourceFileLoader(f"bench_{name}", str(BENCH / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class Figures(unittest.TestCase):
    figures_in = staticmethod(tool("compare").figures_in)

    def test_a_number_with_a_unit_is_one(self):
        self.assertEqual(self.figures_in("PING                      103 ns  (99 to 132)\n"), {("PING", "ns", 0): 103})

    def test_numbers_of_the_name_are_none(self):
        self.assertEqual(self.figures_in("RECOMMEND, 12 keywords x 50 checkpoints     2,400 ns\n"),
                         {("RECOMMEND, 12 keywords x 50 checkpoints", "ns", 0): 2400})

    def test_a_line_may_have_several(self):
        self.assertEqual(self.figures_in("replayed from the journal   6.50 s,    1538462 records/s\n"),
                         {("replayed from the journal", "s", 0): 6.5,
                          ("replayed from the journal", "records/s", 0): 1538462})
        self.assertEqual(self.figures_in("read: plain 900 MB/s, compressed 300 MB/s"),
                         {("read: plain", "MB/s", 0): 900, ("read: plain", "MB/s", 1): 300})

    def test_what_has_no_unit_is_no_figure(self):
        self.assertEqual(self.figures_in("machine: 2 cores\n2000 segments\n"), {})


class Differing(unittest.TestCase):
    instructions = tool("instructions")

    def differing(self, **changed):
        kept = dict.fromkeys(self.instructions.PATHS, 1000)
        with contextlib.redirect_stdout(io.StringIO()):
            return list(self.instructions.differing(kept | changed, kept))

    def test_within_5_percent_is_well(self):
        self.assertEqual(self.differing(ping=1050, record=950), [])

    def test_beyond_is_one_sentence_with_the_command_that_rewrites_the_file(self):
        for count, said in [(1051, "1,051 instructions are 5.1% more than the 1,000 kept"),
                            (949, "949 instructions are 5.1% less than the 1,000 kept")]:
            [sentence] = self.differing(ping=count)
            self.assertIn(said, sentence)
            self.assertIn("run bench/instructions --write", sentence)

    def test_the_file_has_every_path(self):
        kept = re.findall(r"^(\w+) \d+  # ", (BENCH / "instructions.txt").read_text(), re.M)
        self.assertEqual(kept, list(self.instructions.PATHS))

    def test_every_path_is_marked_in_the_program(self):
        marked = re.findall(r"void measured_(\w+)\(", (BENCH / "core_paths.cpp").read_text())
        self.assertEqual(sorted(marked), sorted(self.instructions.PATHS))


if __name__ == "__main__":
    unittest.main()
