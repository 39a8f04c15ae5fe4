"""Presets and run records: what they may contain, how they are read, and which presets are packaged."""
