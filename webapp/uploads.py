"""How the body of an upload meets the disk: at most the allowed size of each file is ever written."""

from __future__ import annotations

import errno
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class BoundedFileUploadHandler(TemporaryFileUploadHandler):
    """Writes a file to the incoming folder, but none of it beyond MAX_UPLOAD_MB or the end of the disk.

    The file's `size` is what was sent, so that intake sees that it is too large and says so, while the other files
    of the same upload go on.
    """

    def limit_bytes(self) -> int:
        return settings.MAX_UPLOAD_MB * 1_000_000

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        settings.INCOMING_DIR.mkdir(parents=True, exist_ok=True)
        super().new_file(*args, **kwargs)
        self.disk_full = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.disk_full or start + len(raw_data) > self.limit_bytes():
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.disk_full = True  # intake looks at the free space itself and refuses


class ZipUploadHandler(BoundedFileUploadHandler):
    """For the one page where staff bring in ZIPs: its view puts it in the others' place."""

    def limit_bytes(self) -> int:
        return settings.MAX_ZIP_MB * 1_000_000
