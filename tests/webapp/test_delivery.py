import hashlib

import pytest
from django.http import Http404
from django.test import RequestFactory

from tests.webapp.files import photo_file
from webapp import delivery, queue, storage

RESTORED = b"the restored picture"


@pytest.fixture
def done(submit):
    """done(name): a photograph of that name with its results."""

    def done(name="grandmother.tif"):
        photo = submit(photo_file(name)).photos[0]
        held = queue.claim("anna", photo.job.pk)
        folder = storage.attempt_folder(held.pk, held.attempt)
        files = []
        for kind, suffix in (("restored", ".tif"), ("mask", ".png"), ("preview_restored", ".jpg")):
            path = f"{folder}/picture_{kind}{suffix}"
            digest, length = storage.write_durably([RESTORED], storage.locate(path))
            files.append(queue.MadeFile(kind, path, digest, length, storage.content_type(path)))
        queue.finish(held, {}, files)
        return photo

    return done


def ask(**headers):
    return RequestFactory().get("/", headers=headers)


def body(response):
    return b"".join(response.streaming_content)


def test_a_result_has_the_originals_name_with_the_step(done):
    response = delivery.response(done(), "restored", ask())

    assert response["Content-Disposition"] == 'attachment; filename="grandmother_restored.tif"'
    assert response["Content-Type"] == "image/tiff"
    assert response["Content-Length"] == str(len(RESTORED))
    assert body(response) == RESTORED


def test_a_name_in_any_script_survives(done):
    response = delivery.response(done('Бабушка "1943".jpg'), "mask", ask())

    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%D0%91%D0%B0%D0%B1%D1%83%D1%88%D0%BA%D0%B0%20%221943%22_mask.png"
    )


def test_the_original_goes_out_byte_for_byte(done):
    photo = done("grandmother.jpg")

    response = delivery.response(photo, "original", ask())

    assert hashlib.sha256(body(response)).hexdigest() == photo.sha256
    assert response["Content-Disposition"] == 'attachment; filename="grandmother.jpg"'


@pytest.mark.parametrize(
    ("name", "given"),
    [("a.jpeg", "a.jpeg"), ("a.html", "a.html.jpg"), ("a", "a.jpg"), ("a.png", "a.png.jpg")],
)
def test_the_originals_ending_fits_its_bytes(done, name, given):
    assert delivery.find(done(name), "original").name == given


@pytest.mark.parametrize("kind", ["original", "restored", "mask", "preview_restored"])
def test_no_browser_guesses_runs_or_keeps_what_it_gets(done, kind):
    response = delivery.response(done(), kind, ask())

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-cache"
    response.close()


def test_a_preview_is_shown_in_the_page(done):
    response = delivery.response(done(), "preview_restored", ask())

    assert response["Content-Disposition"].startswith("inline; ")
    assert response["Content-Type"] == "image/jpeg"
    response.close()


def test_what_the_browser_has_is_not_sent_again(done):
    photo = done()
    etag = delivery.response(photo, "restored", ask())["ETag"]

    assert delivery.response(photo, "restored", ask(if_none_match=etag)).status_code == 304
    assert delivery.response(photo, "restored", ask(if_none_match='"other"')).status_code == 200


def test_a_proxy_is_told_to_send_it(done, settings):
    settings.X_ACCEL_PREFIX = "/protected/"

    response = delivery.response(done(), "restored", ask())

    assert response["X-Accel-Redirect"].startswith("/protected/results/")
    assert response["Content-Type"] == "image/tiff"
    assert response.content == b""


@pytest.mark.parametrize("kind", ["colorized", "../../secret_key", ""])
def test_what_is_not_there_is_404(done, kind):
    with pytest.raises(Http404):
        delivery.response(done(), kind, ask())


def test_nothing_of_an_unfinished_job_goes_out(photo):
    with pytest.raises(Http404):
        delivery.response(photo, "restored", ask())
