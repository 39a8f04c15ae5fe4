"""Rhythm: tempo, beat and bar, from novelty to the values that a frame holds."""
