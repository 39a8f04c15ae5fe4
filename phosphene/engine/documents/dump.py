"""Writes YAML that `documents.load` reads back as the same values."""

from typing import Any

import yaml

from phosphene.engine.documents.load import parse_scalar


class DocumentDumper(yaml.SafeDumper):
    """Quotes every text that `parse_scalar` would read as something else, such as 1e3, which YAML 1.1 leaves bare."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if parse_scalar(text) is text else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


DocumentDumper.add_representer(str, _represent_text)


def dump_yaml(value: Any, **options: Any) -> str:
    """Plain mappings and lists as YAML; `options` are those of `yaml.dump`."""
    return str(yaml.dump(value, Dumper=DocumentDumper, **options))
