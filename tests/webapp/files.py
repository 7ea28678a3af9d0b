"""Uploads as a browser would send them."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def photo_bytes(format: str = "JPEG", size: tuple[int, int] = (64, 48), ending: bytes = b"") -> bytes:
    """A small photograph; `ending` lies behind its last byte, where no decoder looks."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, format)
    return file.getvalue() + ending


def photo_file(name: str = "grandmother.jpg", **picture: object) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, photo_bytes(**picture))
