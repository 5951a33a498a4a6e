#!/usr/bin/env python3
"""The linter catches what it is for: runs as the test `lint.catches`."""
import pathlib
import tempfile
import unittest

import layers
import lint


class LayersTest(unittest.TestCase):
    def check(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            file = root / name
            file.parent.mkdir(parents=True)
            file.write_text(text)
            return list(layers.violations(root, [file]))

    def test_the_table_has_no_cycle(self):
        self.assertEqual(layers.table_violations(), [])

    def test_a_cycle_in_the_table_is_found(self):
        layers.MAY_INCLUDE["base"] = ["gateway"]
        try:
            self.assertTrue(any("cycle" in v for v in layers.table_violations()))
        finally:
            layers.MAY_INCLUDE["base"] = []

    def test_an_include_upwards_is_found(self):
        self.assertEqual(len(self.check("base/x.h", '#include "planner/plan/logical.h"\n')), 1)
        self.assertEqual(len(self.check("runtime/x.cc", '#include "planner/bind/binder.h"\n')), 1)

    def test_an_include_downwards_is_fine(self):
        self.assertEqual(self.check("runtime/x.cc", '#include "planner/jobgraph/jobgraph.h"\n'), [])

    def test_a_third_party_header_away_from_home_is_found(self):
        self.assertEqual(len(self.check("runtime/task/x.cc", "#include <llvm/IR/Module.h>\n")), 1)

    def test_banned_words_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "runtime").mkdir()
            file = root / "runtime" / "utils.cc"
            file.write_text("auto t = std::chrono::steady_clock::now();\n")
            self.assertEqual(len(list(lint.word_violations(root, [file]))), 2)


if __name__ == "__main__":
    unittest.main()
