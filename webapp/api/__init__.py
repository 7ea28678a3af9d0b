"""The HTTP API, version 1: for programs that send photographs and fetch what was made of them."""
