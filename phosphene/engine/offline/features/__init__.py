"""Feature files: the analysis of a whole sound file as arrays in an .npz, cached and plotted."""
