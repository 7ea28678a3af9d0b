"""The pipeline as the tests call it."""

from __future__ import annotations

import numpy as np
from PIL import Image

from ml import pipeline
from ml.contract import Options


def restore(source, tmp_path, fakes, options=None, **kwargs):
    return pipeline.restore_file(source, tmp_path / "out", options or Options(), networks=fakes, **kwargs)


def pixels(tmp_path, report, kind):
    with Image.open(tmp_path / "out" / report.files[kind]) as picture:
        return np.asarray(picture)
