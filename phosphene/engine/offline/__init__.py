"""Rendering to files: bounces, genomes applied to whole files, learned genomes, stills and feature files."""
