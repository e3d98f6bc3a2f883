"""The examples in the docstrings of `interphase` run as they stand, in a reader's folder."""

from __future__ import annotations

import doctest
import shutil
from typing import TYPE_CHECKING

import interphase

if TYPE_CHECKING:
    import pytest
    from standins.reader import Reader


def test_every_example_of_the_public_face_runs(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(reader.project)
    shutil.copy("small_mine.yaml", "mine.yaml")
    finder, runner = doctest.DocTestFinder(recurse=False), doctest.DocTestRunner(verbose=False)
    for name in interphase.__all__:
        for test in finder.find(getattr(interphase, name), name, globs={}):
            runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
    assert runner.tries > 20
