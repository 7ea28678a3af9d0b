"""How fast a page is, on a machine that may be busy with other things."""

from __future__ import annotations

import time

from django.test import Client

MOST_SECONDS = 0.4
"""Of any page with 10,000 photographs in the database."""
TRIES = 5


def best(client: Client, path: str) -> float:
    """Seconds of the fastest of a few tries; no more of them than are needed to come below MOST_SECONDS."""
    fastest = float("inf")
    for _ in range(TRIES):
        begun = time.perf_counter()
        assert client.get(path).status_code == 200
        fastest = min(fastest, time.perf_counter() - begun)
        if fastest < MOST_SECONDS:
            break
    return fastest
