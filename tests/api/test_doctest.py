"""Every example in the API's docstrings, and every block of docs/python.md, runs and prints what it says."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import phosphene.api

MODULES = [f"phosphene.api.{each.name}" for each in pkgutil.iter_modules(phosphene.api.__path__)]
EXAMPLES = {
    test.name: test
    for module in MODULES
    for test in doctest.DocTestFinder().find(importlib.import_module(module))
    if test.examples
}
NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "python.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_every_public_function_has_an_example():
    functions = {name for name in phosphene.__all__ if name.islower()} - {"effects"}
    assert functions <= {name.rpartition(".")[2] for name in EXAMPLES}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_prints_what_it_says(drums, name):
    failed, tried = doctest.DocTestRunner().run(EXAMPLES[name])
    assert tried and not failed


def test_the_notebook_runs(drums):
    blocks = BLOCK.findall(NOTEBOOK.read_text("utf-8"))
    assert len(blocks) > 4
    scope: dict = {}
    for block in blocks:
        exec(compile(block, str(NOTEBOOK), "exec"), scope)
