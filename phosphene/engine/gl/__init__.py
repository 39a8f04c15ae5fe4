"""OpenGL: contexts, shader files, passes that are checked when they are built, and read-back."""
