"""A 16-bit Adobe RGB TIFF of 600 ppi through a real site and back, in small; docs/formats.md shows the same at size."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
import tifffile

ROOT = Path(__file__).parents[2]
PHOTOGRAPH = next((ROOT / "webapp" / "demo").glob("*.jpg"))


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="ExifTool is not installed")
def test_a_deep_scan_comes_back_as_deep_with_all_that_it_said_but_its_place(tmp_path):
    specification = importlib.util.spec_from_file_location("site_trip", ROOT / "docs" / "formats" / "site.py")
    trip = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(trip)
    scan = tmp_path / "granny.tif"
    trip.make_scan(PHOTOGRAPH, scan, long_side=320)

    with trip.running_site(tmp_path / "site") as (address, secret):
        files = trip.through_the_site(scan, tmp_path / "out", address, secret)

    sent = trip.told(scan)
    assert any("GPS" in tag for tag in sent)
    kept = [tag for tag in trip.SHOWN if tag in sent and "GPS" not in tag]
    assert len(kept) >= 17
    for kind in ("restored", "colorized", "restored_colorized"):
        made = trip.told(files[kind])
        assert {tag: made.get(tag) for tag in kept} == {tag: sent[tag] for tag in kept}, kind
        assert not [tag for tag in made if "GPS" in tag]
        with tifffile.TiffFile(scan) as before, tifffile.TiffFile(files[kind]) as after:
            assert after.pages[0].tags[34675].value == before.pages[0].tags[34675].value, "the very profile"
    found = trip.differences(scan, files)
    assert found["dtype"] == "uint16"
    assert found["largest difference outside of mask and rim"] == 0 < found["largest difference in them"]
    assert found["levels in use (of the first channel)"] > 5000, "not 8 bits times 257"
