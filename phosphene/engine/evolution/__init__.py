"""How genomes are bred and tuned; engine.evolve listens to them."""
