"""Training photographs from packs and loose files."""

from __future__ import annotations

import pickle
import zipfile

import cv2
import numpy as np
import pytest

from ml.photoset import load_photoset


def _png(red: int) -> bytes:
    picture_bgr = np.full((8, 12, 3), (10, 20, red), np.uint8)
    return cv2.imencode(".png", picture_bgr)[1].tobytes()


@pytest.fixture
def folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "pack-1.zip", "w") as pack:
        pack.writestr("a.png", _png(200))
    (tmp_path / "b.png").write_bytes(_png(100))
    (tmp_path / "manifest.csv").write_text(
        "file,pack,group,people,tags\na.png,pack-1.zip,house,yes,child;street\nb.png,,clothing,no,\n"
    )
    return tmp_path


def test_photographs_come_from_packs_and_loose_files_in_rgb(folder):
    photoset = load_photoset([folder])

    assert [sample.photo_u8_HWC[0, 0].tolist() for sample in (photoset[0], photoset[1])] == [
        [200, 20, 10],
        [100, 20, 10],
    ]
    assert photoset[0].people and photoset[0].tags == ("child", "street") and not photoset[1].people


def test_it_goes_to_another_process_and_reads_there(folder):
    photoset = load_photoset([folder])
    photoset[0]

    assert pickle.loads(pickle.dumps(photoset))[0].photo_u8_HWC.shape == (8, 12, 3)  # noqa: S301


def test_decoded_beforehand_they_are_the_same_and_need_no_file(folder):
    one_by_one = [sample.photo_u8_HWC for sample in load_photoset([folder])]
    photoset = load_photoset([folder], in_memory=True)
    for file in folder.glob("*.*"):
        file.unlink()

    assert all(
        np.array_equal(sample.photo_u8_HWC, other) for sample, other in zip(photoset, one_by_one, strict=True)
    )


def test_rare_subjects_are_drawn_more_often_and_garments_on_sheets_less(folder):
    child, garment = load_photoset([folder]).weights

    assert child == 12 * garment


def test_held_out_groups_are_out_and_misspelt_ones_told(folder):
    assert [row.group for row in load_photoset([folder], hold_out=["house"]).rows] == ["clothing"]
    with pytest.raises(ValueError, match="hous"):
        load_photoset([folder], hold_out=["hous"])
    with pytest.raises(ValueError, match="no photographs"):
        load_photoset([folder], hold_out=["house", "clothing"])


def test_a_missing_pack_is_told_at_once(folder):
    (folder / "pack-1.zip").unlink()

    with pytest.raises(FileNotFoundError, match=r"pack-1\.zip"):
        load_photoset([folder])


def test_a_folder_of_masks_has_no_photographs_for_others(folder, tmp_path):
    masks = tmp_path / "masks"
    masks.mkdir()
    (masks / "manifest.csv").write_text("file,mask,kinds,group,level\n")

    assert len(load_photoset([masks, folder])) == 2
