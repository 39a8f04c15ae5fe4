"""Genome files: JSON with any indentation reads the same, and faults have their lines."""

import json

from phosphene.engine.documents.schema import active_genes
from phosphene.engine.effects.chain import genome
from tests.support.small_engine import refusal

GENES = [
    {"op": "volume", "params": {"gain": 1e-05}},
    {"op": "dc_blocker", "params": {"corner": 1e1}, "bypass": True},
]


def test_json_reads_back_in_every_layout(small_engine, write_file):
    for text in (json.dumps(GENES), json.dumps(GENES, indent="\t"), json.dumps(GENES, separators=(",", ":"))):
        genes, _ = genome.load(write_file("\ufeff" + text, "g.json"))
        assert [gene.model_dump(exclude_defaults=True) for gene in genes] == GENES
    assert active_genes(genes) == [("volume", {"gain": 1e-05})], "a bypassed gene is not active"


def test_faults_of_a_genome_file_have_their_lines(small_engine, write_file):
    name = write_file('[{"op": "volume",\n\t"params": {"gain": NaN}},\n{"op": "volum"}]', "g.json")
    assert refusal(genome.load, name).split("\n") == [
        "g.json:2: 0.params.gain: found text 'NaN', needs a number",
        "g.json:3: 1: no operator 'volum' (has dc_blocker, volume); did you mean 'volume'?",
    ]
    genes, warnings = genome.load(name, permissive=True)
    assert active_genes(genes) == [("volume", {"gain": 0.0})] and len(warnings) == 2
    assert refusal(genome.load, write_file("{}", "g.json")) == "g.json:1: found a mapping, needs a list"


def test_genome_is_limited_in_length(small_engine, write_file):
    name = write_file("[" + '{"op": "volume"},' * 17 + "]", "g.json")
    assert refusal(genome.load, name).endswith("found 17 entries, 16 are allowed")
    assert len(genome.load(name, permissive=True)[0]) == 16
