"""Window: a window on a monitor, when its frames are shown, and what keeps them fast and sound."""
