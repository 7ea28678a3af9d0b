"""The colorizer: a UNet that gives Cb and Cr to a photograph's luma, which stays as it is."""
