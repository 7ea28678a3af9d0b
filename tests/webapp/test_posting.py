"""A POST to an address that somebody else chose goes where it was judged to go, and ends in time."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

from django.utils import timezone

from webapp import posting


def test_a_name_that_answers_otherwise_later_gains_nothing(monkeypatch, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False

    def resolves_to(*addresses):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)

    resolves_to("93.184.215.14")
    posting.check("http://example.org/")
    for addresses in (["127.0.0.1"], ["93.184.215.14", "10.0.0.1"]):
        resolves_to(*addresses)
        assert "private network" in posting.post("http://example.org/", b"", {}).words


def test_the_judged_address_is_the_one_that_is_called(receiver, monkeypatch):
    port = receiver.url.split(":")[2].split("/")[0]
    asked = []
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: asked.append(host) or real("127.0.0.1", *rest, **more),
    )

    assert posting.post(f"http://photos.example.org:{port}/x", b"{}", {}).is_taken

    assert asked[0] == "photos.example.org" and "photos.example.org" not in asked[1:]
    assert receiver.heard[0][0]["host"] == f"photos.example.org:{port}"


def test_an_answer_that_drips_is_cut_off(settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    monkeypatch.setattr(posting, "LONGEST_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line:
                line.recv(65536)
                for letter in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000:
                    try:
                        line.send(bytes([letter]))
                    except OSError:
                        return
                    threading.Event().wait(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        begin = timezone.now()
        answer = posting.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        thread.join()

    assert not answer.is_taken and timezone.now() - begin < timedelta(seconds=4)
