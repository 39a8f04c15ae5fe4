"""Trajectory: a latent that the music moves between anchors."""
