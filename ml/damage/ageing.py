"""`age`: makes a modern photograph look like an old print that was scanned. No damage is painted here."""

import cv2
import numpy as np

from ml.damage.noise import clouds, grain

LUMA = np.float32([0.299, 0.587, 0.114])
TONES = {  # what paper and emulsion make of light and dark: (dark, light) RGB 0-255
    "grey": ((18, 18, 18), (240, 240, 240)),
    "sepia": ((44, 28, 18), (240, 222, 190)),
    "brown": ((38, 24, 16), (226, 198, 158)),
    "selenium": ((30, 24, 30), (238, 232, 230)),
    "cyan": ((16, 26, 32), (226, 236, 238)),
    "yellowed": ((30, 28, 20), (238, 230, 196)),
}
COLOUR_SHARE = 0.12
TONE_SHARES = (0.4, 0.22, 0.12, 0.06, 0.04, 0.16)


def age(photo_u8_HWC: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An old print of the photograph, RGB u8, same size. The input is not modified; `rng` decides all."""
    photo = photo_u8_HWC.astype(np.float32)
    in_colour = rng.random() < COLOUR_SHARE
    photo = _faded_colour(photo, rng) if in_colour else _toned(_emulsion(photo, rng), rng)
    photo = _uneven(photo, rng)
    if rng.random() < 0.2:
        photo = _mounted(photo, rng)
    return _scanned(photo, rng)


def _emulsion(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grey, HW 0-1: the emulsion's mix of colours, the lens, the print's contrast, grain, some raster."""
    weights = LUMA
    if rng.random() < 0.5:  # orthochromatic emulsions render red dark and blue bright
        weights = np.float32([rng.uniform(0, 0.3), rng.uniform(0.3, 0.7), rng.uniform(0.1, 0.6)])
        weights /= weights.sum()
    grey = (photo @ weights) / 255
    if rng.random() < 0.35:
        grey = cv2.GaussianBlur(grey, (0, 0), float(np.exp(rng.uniform(np.log(0.4), np.log(1.8)))))
    elif rng.random() < 0.5:  # scanners sharpen
        soft = cv2.GaussianBlur(grey, (0, 0), float(rng.uniform(0.7, 1.6)))
        grey = grey + np.float32(rng.uniform(0.3, 1.6)) * (grey - soft)
    grey = np.clip(grey, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.28)))
    grey = _range(grey, rng)
    height, width = grey.shape
    if rng.random() < 0.75:
        speckle = grain(height, width, rng, rng.uniform(0, 1.1))
        grey = grey + speckle * np.float32(np.exp(rng.uniform(np.log(0.006), np.log(0.05))))
    if rng.random() < 0.04:
        grey = _embossed(grey, rng)
    if rng.random() < 0.04:
        grey = _halftone(grey, rng)
    return np.clip(grey, 0, 1)


def _range(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Most prints fade; some were printed hard or bleached, with nothing left in the lights or the darks."""
    kind = rng.random()
    if kind < 0.3:
        fade = rng.beta(1.2, 2.2)
        low, high = 0.3 * fade * rng.random(), 1 - 0.4 * fade * rng.random()
    elif kind < 0.8:
        low, high = rng.uniform(-0.3, 0), rng.uniform(1.05, 1.45)
    else:
        low, high = 0.0, 1.0
    return np.float32(low) + np.float32(high - low) * grey


def _halftone(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A printer's screen: dots whose size follows the tone."""
    angle, pitch = rng.uniform(0, np.pi / 2), rng.uniform(2.5, 5)
    x = np.arange(grey.shape[1], dtype=np.float32)
    y = np.arange(grey.shape[0], dtype=np.float32)[:, None]
    turn = 2 * np.pi / pitch
    u, v = (x * np.cos(angle) + y * np.sin(angle)) * turn, (y * np.cos(angle) - x * np.sin(angle)) * turn
    screen = np.float32(0.25) * (np.cos(u) + np.cos(v)) * np.float32(rng.uniform(0.15, 0.7))
    return np.clip(grey + screen.astype(np.float32), 0, 1)


def _embossed(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The raster of a silk or honeycomb paper: its cells catch the scanner's lamp."""
    pitch = 2 * np.pi / rng.uniform(4, 9)
    x = np.arange(grey.shape[1], dtype=np.float32) * np.float32(pitch)
    y = np.arange(grey.shape[0], dtype=np.float32)[:, None] * np.float32(pitch * rng.choice([1.0, 0.58]))
    cells = np.cos(x) * np.cos(y) + np.float32(0.3) * np.cos(2 * x)
    return grey + np.float32(rng.uniform(0.015, 0.07)) * cells


def _toned(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    dark, light = TONES[str(rng.choice(list(TONES), p=TONE_SHARES))]
    dark = np.float32(dark) + np.float32(rng.uniform(-24, 12))
    light = np.float32(light) + np.float32(rng.uniform(-18, 20))
    grey = grey.astype(np.float32, copy=False)
    return cv2.merge([low + grey * (high - low) for low, high in zip(dark, light, strict=True)])


def _faded_colour(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A colour print whose dyes went at different speeds."""
    grey = (photo @ LUMA)[..., None]
    photo = grey + np.float32(rng.uniform(0.2, 0.9)) * (photo - grey)
    low, high = rng.uniform(0, 60, 3).astype(np.float32), rng.uniform(180, 255, 3).astype(np.float32)
    photo = low + photo / 255 * (high - low)
    return photo + grain(*photo.shape[:2], rng, rng.uniform(0, 1))[..., None] * np.float32(rng.uniform(0, 7))


def _uneven(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vignette and silvering: slow changes of light over the print."""
    height, width = photo.shape[:2]
    gain = np.ones((height, width), np.float32)
    if rng.random() < 0.35:
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] - np.float32(rng.normal(0, 0.3))
        x = np.linspace(-1, 1, width, dtype=np.float32) - np.float32(rng.normal(0, 0.3))
        gain += np.float32(rng.uniform(-0.28, 0.14)) * (x * x + y * y)
    if rng.random() < 0.35:
        gain += np.float32(rng.uniform(0.01, 0.07)) * clouds(
            height, width, rng, max(height, width) / rng.uniform(1, 4), 2
        )
    return photo * gain[..., None]


def _mounted(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A white paper border or a card mount on some sides, with a thin shade where the picture begins."""
    height, width = photo.shape[:2]
    level = rng.uniform(185, 248) if rng.random() < 0.75 else rng.uniform(20, 150)
    card = np.float32(level) * np.float32([1, rng.uniform(0.94, 1), rng.uniform(0.82, 1)])
    out = photo.copy()
    relief = grain(height, width, rng, 0.8) * np.float32(rng.uniform(0.5, 3))
    border = np.clip(card + relief[..., None], 0, 255)
    for side in np.flatnonzero(rng.random(4) < 0.5):
        depth = int(max(height, width) * np.exp(rng.uniform(np.log(0.015), np.log(0.15))))
        window = (
            [np.s_[:depth], np.s_[-depth:], np.s_[:, :depth], np.s_[:, -depth:]][side] if depth else np.s_[:0]
        )
        out[window] = border[window]
    if rng.random() < 0.6:
        out = cv2.GaussianBlur(out, (0, 0), 0.6)
    return out


def _scanned(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The scanner's noise and the file's compression."""
    if rng.random() < 0.5:
        speckle = grain(*photo.shape[:2], rng) * np.float32(rng.uniform(0.5, 3))
        photo = photo + speckle[..., None]
    scan = np.clip(np.rint(photo), 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        quality = int(rng.uniform(35, 96))
        coded = cv2.imencode(".jpg", scan[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        scan = np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1])
    return scan
