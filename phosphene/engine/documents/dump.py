"""Writing: YAML that reading takes for what it was."""

import yaml

from phosphene.engine.documents.load import parse_scalar


class Dumper(yaml.SafeDumper):
    """Quotes whatever `plain` would not take for text, such as 1e3, of which YAML 1.1 thinks otherwise."""


def _text(dumper, text):
    style = None if parse_scalar(text) is text else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


Dumper.add_representer(str, _text)


def dump_yaml(value, **how):
    """A value of plain mappings and lists as text; `how` as yaml.dump knows it."""
    return yaml.dump(value, Dumper=Dumper, **how)
