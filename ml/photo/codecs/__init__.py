"""Pixels of a file, and a file of pixels, per format. `decode` returns them as stored; `encode` gives bytes."""
