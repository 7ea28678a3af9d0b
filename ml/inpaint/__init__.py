"""The repairer: a UNet of partial convolutions that fills holes from what surrounds them."""
