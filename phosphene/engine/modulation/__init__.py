"""Modulation: the matrix that moves parameters of sound and picture by features, generators and a trajectory."""
