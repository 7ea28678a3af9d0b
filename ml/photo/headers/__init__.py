"""What stands before the pixels, per format; standard library only, but for HEIC and AVIF."""
