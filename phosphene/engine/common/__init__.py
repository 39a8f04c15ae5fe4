"""Small pieces that every room uses: errors, parameters, files, keys, signals."""
