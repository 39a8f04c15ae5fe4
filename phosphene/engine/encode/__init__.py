"""Encoding: MP4 films, sound files, and the conversion of frames to YUV 4:2:0."""
