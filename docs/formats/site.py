"""A 16-bit Adobe RGB TIFF of 600 ppi through a running site and back: metadata side by side, pixels compared.

    .venv/bin/python docs/formats/site.py PHOTOGRAPH

Makes a damaged scan of the photograph, starts `manage.py serve` with a folder of its own, sends it by the API, waits,
fetches every result and prints what docs/formats.md shows. Needs ExifTool (Debian's libimage-exiftool-perl).
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import tifffile

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from ml import photo  # noqa: E402
from ml.damage import paint  # noqa: E402

PPI = 600
PATIENCE_S = 1200
WRITTEN = [
    *("-EXIF:Make=Epson", "-EXIF:Model=Perfection V600", "-EXIF:DateTimeOriginal=2026:03:01 10:20:30"),
    *("-EXIF:ImageDescription=Grandmother, about 1912", "-EXIF:Artist=Anna", "-IPTC:By-line=Anna"),
    *("-IPTC:Caption-Abstract=Grandmother, about 1912", "-IPTC:City=Riga", "-IPTC:Keywords=family"),
    *("-XMP:Title=Grandmother", "-XMP:Rating=4", "-GPSLatitude=56.95", "-GPSLatitudeRef=N"),
    *("-GPSLongitude=24.1", "-GPSLongitudeRef=E"),
]
SHOWN = [
    *("File:FileType", "EXIF:IFD0:BitsPerSample", "EXIF:IFD0:ImageWidth", "EXIF:IFD0:ImageHeight"),
    *("EXIF:IFD0:XResolution", "EXIF:IFD0:YResolution", "EXIF:IFD0:ResolutionUnit"),
    "ICC_Profile:ProfileDescription",
    *("EXIF:IFD0:Make", "EXIF:IFD0:Model", "EXIF:ExifIFD:DateTimeOriginal", "EXIF:IFD0:ImageDescription"),
    *("EXIF:IFD0:Artist", "IPTC:Caption-Abstract", "IPTC:By-line", "IPTC:City"),
    *("IPTC:Keywords", "XMP:XMP-dc:Title", "XMP:XMP-xmp:Rating", "EXIF:GPS:GPSLatitude"),
    *("EXIF:GPS:GPSLongitude", "XMP:XMP-iptcExt:DigitalSourceType"),
]


def make_scan(photograph: Path, scan: Path, long_side: int = 1600) -> None:
    """Damaged, aged by nothing, in Adobe RGB of 16 bits that really differ, with words, a place and 600 ppi."""
    small_u8 = photo.read(photograph).pixels_u8()
    scale = long_side / max(small_u8.shape[:2])
    small_u8 = cv2.resize(small_u8, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    damaged_u8 = paint(small_u8, np.random.default_rng(7)).photo_u8_HWC
    adobe = imagecodecs.cms_profile("adobergb")
    deep = imagecodecs.cms_transform(
        damaged_u8.astype(np.uint16) * 257,
        imagecodecs.cms_profile("srgb"),
        adobe,
        colorspace="rgb",
        outcolorspace="rgb",
    )
    noise = np.random.default_rng(8).integers(-128, 128, deep.shape)
    deep = (deep.astype(np.int32) + noise).clip(0, 65535).astype(np.uint16)
    resolution = {"resolution": (PPI, PPI), "resolutionunit": "inch"}
    tifffile.imwrite(
        scan, deep, photometric="rgb", iccprofile=adobe, metadata=None, software=False, **resolution
    )
    subprocess.run(["exiftool", "-q", "-overwrite_original", *WRITTEN, str(scan)], check=True)


@contextmanager
def running_site(data: Path) -> Iterator[tuple[str, str]]:
    """Its address and the secret of a key."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DATA_DIR": str(data),
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "DJANGO_SETTINGS_MODULE": "restore.settings",
        "DJANGO_SUPERUSER_PASSWORD": str(uuid.uuid4()),
    }

    def manage(*words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    data.mkdir(parents=True, exist_ok=True)
    with (data / "serve.log").open("wb") as log:
        command = [sys.executable, "manage.py", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            site = f"http://127.0.0.1:{port}"
            wait_for(lambda: b"ok" in fetch(f"{site}/healthz"))
            manage("createsuperuser", "--noinput", "--username", "anna", "--email", "anna@example.org")
            yield site, manage("key", "anna", "--name", "formats").splitlines()[-1]
        finally:
            process.terminate()
            process.wait(60)


def wait_for(is_so: Any, seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if is_so():
                return
        except OSError:
            pass
        time.sleep(0.5)
    raise TimeoutError(f"{seconds} s")


def fetch(address: str, secret: str = "", body: bytes | None = None, kind: str = "") -> bytes:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    request = urllib.request.Request(  # noqa: S310 (an address of our own)
        address, body, headers | ({"Content-Type": kind} if kind else {})
    )
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
        return answer.read()


def through_the_site(scan: Path, out: Path, site: str, secret: str) -> dict[str, Path]:
    """Sent, waited for, every result fetched; kind to file."""
    edge = uuid.uuid4().hex
    head = f'--{edge}\r\nContent-Disposition: form-data; name="photograph"; filename="{scan.name}"\r\n\r\n'
    body = head.encode() + scan.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    photographs = f"{site}/api/v1/photographs"
    sent = json.loads(fetch(photographs, secret, body, f"multipart/form-data; boundary={edge}"))
    shown: dict[str, Any] = {}

    def is_over() -> bool:
        shown.update(json.loads(fetch(f"{photographs}/{sent['id']}", secret)))
        return shown["state"] in ("done", "failed")

    wait_for(is_over)
    if shown["state"] == "failed":
        raise RuntimeError(shown["reason"])
    out.mkdir(parents=True, exist_ok=True)
    files = {}
    for kind in ("restored", "colorized", "restored_colorized", "mask"):
        files[kind] = out / f"{kind}{'.png' if kind == 'mask' else '.tif'}"
        files[kind].write_bytes(fetch(f"{photographs}/{sent['id']}/files/{kind}", secret))
    return files


def told(file: Path) -> dict[str, Any]:
    command = ["exiftool", "-j", "-n", "-G0:1", str(file)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)[0]


def differences(scan: Path, files: dict[str, Path]) -> dict[str, Any]:
    """Of `restored` against the scan, outside and inside of what a repair may touch, in levels of 65535."""
    from ml.inpaint.margins import USUAL

    before, after = tifffile.imread(scan), tifffile.imread(files["restored"])
    hole_HW = cv2.imread(str(files["mask"]), cv2.IMREAD_GRAYSCALE) > 0
    touched_HW = USUAL.touched(hole_HW)
    apart_HW = np.abs(before.astype(np.int64) - after).max(axis=2)
    return {
        "dtype": str(after.dtype),
        "mask, share of the area": float(hole_HW.mean()),
        "largest difference outside of mask and rim": int(apart_HW[~touched_HW].max()),
        "largest difference in them": int(apart_HW[touched_HW].max()) if touched_HW.any() else 0,
        "levels in use (of the first channel)": int(len(np.unique(after[..., 0]))),
    }


def main(photograph: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        scan = Path(scratch) / "grandmother.tif"
        make_scan(photograph, scan)
        with running_site(Path(scratch) / "site") as (site, secret):
            files = through_the_site(scan, Path(scratch) / "out", site, secret)
        columns = [
            told(scan),
            *(told(files[kind]) for kind in ("restored", "colorized", "restored_colorized")),
        ]
        say("| tag (ExifTool) | sent | restored | colorized | restored and colorized |")
        say("|---|---|---|---|---|")
        for tag in SHOWN:
            values = (str(column.get(tag, "–")).rsplit("/", 1)[-1] for column in columns)
            say(f"| {tag.split(':')[0]} {tag.split(':')[-1]} | {' | '.join(values)} |")
        say("")
        for name, value in differences(scan, files).items():
            say(f"- {name}: {value if not isinstance(value, float) else f'{value:.2%}'}")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
