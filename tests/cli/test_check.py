"""check: every kind of file is recognised, and every fault is reported with its line."""

import json

from phosphene.engine.cli.commands.check import check
from tests.support.small_engine import KEYS, RECORD, small_engine, write_file  # noqa: F401


def test_check_reports_every_file(small_engine, write_file):  # noqa: F811
    write_file("seed: 3", "a.yaml")
    write_file('[{"op": "volume"}]', "b.json")
    write_file(json.dumps(RECORD), "c.json")
    write_file("seed: x\nabuot: y", "d.yaml")
    write_file("{}", "run.json")
    valid, faults = check(["a.yaml", "b.json", "c.json", "d.yaml", "e.yaml", "run.json"])
    assert valid == ["a.yaml: a valid preset", "b.json: a valid genome", "c.json: a valid run record"]
    assert faults[:4] == [
        "d.yaml:1: seed: found text 'x', needs a whole number",
        f"d.yaml:2: no key 'abuot' {KEYS}; did you mean 'about'?",
        "e.yaml: No such file or directory",
        "run.json:1: phosphene: missing",
    ]
    valid, faults = check(["d.yaml"], permissive=True)
    assert len(valid) == 3 and valid[2] == "d.yaml: a valid preset" and not faults
