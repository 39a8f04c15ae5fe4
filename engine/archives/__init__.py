"""Timelines of files: listened to once, kept as arrays, drawn on a sheet."""
