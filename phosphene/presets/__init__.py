"""Presets: YAML that says how a sound differs from the defaults."""
