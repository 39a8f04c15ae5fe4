"""Sound in and out: the core that plays a block, the clocks that drive it, the sources that feed it."""
