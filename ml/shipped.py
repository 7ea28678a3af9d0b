"""The weights that are shipped, and their checksums. Standard library only."""

from __future__ import annotations

from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
CHECKSUMS = "SHA256SUMS"


def shipped_sha256() -> dict[str, str]:
    """Name of a network to the sha256 of its .safetensors file, as SHA256SUMS has it."""
    listing = WEIGHTS / CHECKSUMS
    lines = listing.read_text().splitlines() if listing.is_file() else []
    return {Path(parts[1].lstrip("*")).stem: parts[0] for parts in map(str.split, lines) if len(parts) == 2}
