"""The photograph while damage is laid over it: what is known of it, and how a cover is blended in."""

import cv2
import numpy as np

LINE, SPECK, LOSS, IGNORE = 1, 2, 3, 128


class Canvas:
    """A photograph under damage, with the scale and softness that all damage on it shares.

    photo: float32 HW3, RGB 0-255, as painted so far; original: as it came; grey: original's luma, HW.
    cover: the strongest cover laid on a pixel, 0-1.  core: the hearts of strokes, without their blurred feet.
    kinds: the last kind that was laid there with any weight.  noise: deviation of the photograph's own noise.
    calm: 0-1, HW: where what was laid is as even as it was given, with no grain and no waver of the photograph's.
    zoom: size of the damage, 1 = a hairline of one pixel.  softness_px: blur of the scanner's lens.
    """

    def __init__(self, photo_u8_HWC: np.ndarray, rng: np.random.Generator) -> None:
        self.rng = rng
        self.height, self.width = photo_u8_HWC.shape[:2]
        self.side = float(max(self.height, self.width))
        self.original = photo_u8_HWC.astype(np.float32)
        self.photo = self.original.copy()
        self.grey = cv2.cvtColor(photo_u8_HWC, cv2.COLOR_RGB2GRAY).astype(np.float32)
        self.cover = np.zeros((self.height, self.width), np.float32)
        self.core = np.zeros((self.height, self.width), bool)
        self.kinds = np.zeros((self.height, self.width), np.uint8)
        self.calm = np.zeros((self.height, self.width), np.float32)
        self.noise = _noise_level(self.grey)
        self.softness_px = float(rng.uniform(0.35, 0.95))
        self.zoom = float(np.exp(rng.uniform(np.log(0.55), np.log(2.6))) * (self.side / 384) ** 0.4)
        sample = self.original[::8, ::8].reshape(-1, 3)
        order = np.argsort(sample.sum(1))
        few = max(1, len(order) // 50)
        self.black, self.white, self.mean = (
            sample[order[:few]].mean(0),
            sample[order[-few:]].mean(0),
            sample.mean(0),
        )

    def blank(self) -> np.ndarray:
        """An empty cover of the picture's size, HW u8."""
        return np.zeros((self.height, self.width), np.uint8)

    def place(self) -> np.ndarray:
        """A random point, (x, y)."""
        return self.rng.random(2) * [self.width, self.height]

    def level_at(self, points_N2: np.ndarray) -> float:
        """Mean grey level (0-255) of the untouched photograph at the points; overall if none is inside."""
        x, y = np.rint(points_N2[:, 0]).astype(int), np.rint(points_N2[:, 1]).astype(int)
        inside = (x >= 0) & (y >= 0) & (x < self.width) & (y < self.height)
        return float(self.grey[y[inside], x[inside]].mean()) if inside.any() else float(self.mean.mean())

    def level_under(self, cover_u8_HW: np.ndarray) -> float:
        """Mean grey level (0-255) of the untouched photograph below a drawn cover."""
        return float(cv2.mean(self.grey, cover_u8_HW)[0])

    def press(
        self, cover_u8_HW: np.ndarray, tone: np.ndarray, strength: float, kind: int, extra_px: float = 0.0
    ) -> None:
        """Softens a drawn cover and lays it. A strength above 1 gives back what blur takes from thin lines."""
        left, top, width, height = cv2.boundingRect(cover_u8_HW)
        if not width:
            return
        blur_px = float(np.hypot(self.softness_px, extra_px))
        rim = int(3 * blur_px) + 2
        top, bottom = max(top - rim, 0), min(top + height + rim, self.height)
        left, right = max(left - rim, 0), min(left + width + rim, self.width)
        part = cv2.GaussianBlur(cover_u8_HW[top:bottom, left:right].astype(np.float32), (0, 0), blur_px)
        part *= np.float32(strength / 255)
        self.lay(part, tone[top:bottom, left:right] if tone.ndim == 3 else tone, kind, top, left)

    def lay(self, cover_HW: np.ndarray, tone: np.ndarray, kind: int, top: int = 0, left: int = 0) -> None:
        """Blends `tone` (3 or HW3, 0-255) over the window at (top, left) by the cover (HW, cut to 0-1)."""
        part = cover_HW[max(-top, 0) : self.height - top, max(-left, 0) : self.width - left]
        if not part.size:
            return
        if tone.ndim == 3:
            tone = tone[max(-top, 0) : self.height - top, max(-left, 0) : self.width - left]
        part = np.minimum(part, np.float32(1))
        tone = tone.astype(np.float32, copy=False)
        top, left = max(top, 0), max(left, 0)
        window = np.s_[top : top + part.shape[0], left : left + part.shape[1]]
        below = self.photo[window]
        below += part[..., None] * (tone - below)
        wins = (part > 0.02) & (part > 0.5 * self.cover[window])
        self.kinds[window][wins] = kind
        self.core[window] |= part > 0.4 * part.max()
        np.maximum(self.cover[window], part, out=self.cover[window])


def _noise_level(grey_HW: np.ndarray) -> float:
    """Deviation of the noise, levels of 255, held within 0.5-12 (Immerkaer 1996, by the median)."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = cv2.filter2D(grey_HW, cv2.CV_32F, kernel)[::2, ::2]
    return float(np.clip(np.median(np.abs(response)) / 0.6745 / 6, 0.5, 12))
