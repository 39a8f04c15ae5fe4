"""Previews: what presets look like, before they are played."""
