"""Chains of operators: genomes, the plans that play them, the guard around each gene, the limiter at the end."""
