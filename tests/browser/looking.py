"""What the viewer shows, dot by dot, and ways to bring it closer."""

from __future__ import annotations

SETTLED = """() => {
    const box = () => JSON.stringify(document.querySelector(".picture").getBoundingClientRect());
    const before = box();
    return new Promise(resolve => setTimeout(() => resolve(before === box()), 150));
}"""
DOT = """([x, y, width]) => {
    const picture = document.querySelector(".picture").getBoundingClientRect();
    const canvas = document.querySelector(".deep canvas");
    const box = canvas.getBoundingClientRect();
    const scale = picture.width / width;
    const at = (from, side, dot) => Math.floor((from - box[side] + dot * scale) * canvas.width / box.width);
    const one = new OffscreenCanvas(1, 1).getContext("2d");
    one.drawImage(canvas, at(picture.left, "left", x), at(picture.top, "top", y), 1, 1, 0, 0, 1, 1);
    return [...one.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}"""


def settle(page) -> None:
    """Until the picture has come to rest."""
    page.wait_for_function(SETTLED)


def spot(page, x: float, y: float, width: int) -> tuple[float, float]:
    """A point of the photograph (which is `width` pixels wide), in pixels of the window."""
    box = page.locator(".picture").bounding_box()
    scale = box["width"] / width
    return box["x"] + x * scale, box["y"] + y * scale


def dot(page, x: float, y: float, width: int) -> list[int]:
    """The colour that is shown at a point of the photograph."""
    return page.evaluate(DOT, [x, y, width])


def come_closer(page, x: float, y: float, width: int, *, turns: int) -> None:
    """By the wheel, over a point of the photograph, which stays where it is."""
    page.mouse.move(*spot(page, x, y, width))
    for _ in range(turns):
        page.mouse.wheel(0, -120)
        page.wait_for_timeout(70)  # the viewer takes a wheel's turns only so fast
    settle(page)
