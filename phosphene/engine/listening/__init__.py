"""Listening: analyses the sound into frames of features, stamped with the audio clock."""
