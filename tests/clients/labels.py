"""Label images as old programs take them: decoded whole, or not a label."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO

from PIL import Image


def size(image: str) -> tuple[str | None, tuple[int, int]]:
    """Format, width and height of an image in base64."""
    with Image.open(BytesIO(b64decode(image))) as label:
        label.load()
        return label.format, label.size
