"""Phosphene listens, or dreams, and paints what it hears."""

__version__ = "0.1.0"
