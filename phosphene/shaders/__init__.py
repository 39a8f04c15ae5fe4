"""GLSL: scenes, postprocess, and a library of one function a file."""
