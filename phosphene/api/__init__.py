"""The Python API, for notebooks and scripts: what `import phosphene` offers, one subject a module."""
