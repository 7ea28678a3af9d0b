"""EMAIL_URL and EMAIL_FROM: where letters go out, and whom they come from."""

from __future__ import annotations

import pytest

from restore import env, mail
from webapp import letters


def test_the_servers_address_is_read_with_all_its_parts() -> None:
    read = mail.server("smtp://anna:ge%40heim@mail.example.org:587/?tls=1")

    assert [read[f"EMAIL_{name}"] for name in ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS")] == [
        "mail.example.org", 587, "anna", "ge@heim", True,
    ]  # fmt: skip
    assert 0 < read["EMAIL_TIMEOUT"] < letters.FIRST_PAUSE.total_seconds()
    read = mail.server("smtps://mail.example.org")
    assert (read["EMAIL_PORT"], read["EMAIL_USE_SSL"], read["EMAIL_USE_TLS"]) == (465, True, False)


@pytest.mark.parametrize(
    "value", ["smtp://", "smtp://anna:geheim@host:port", "smtp://anna:geheim@host/?tsl=1"]
)
def test_an_address_of_no_server_is_refused_and_its_password_is_not_told(value: str) -> None:
    with pytest.raises(env.WrongSetting, match="EMAIL_URL must be an address such as") as told:
        mail.server(value)

    assert "geheim" not in str(told.value)


def test_a_sender_is_asked_for_where_letters_go_out() -> None:
    assert mail.sender("", needed=False) == ""
    for value in ("", "Photo Restorer"):
        with pytest.raises(env.WrongSetting, match="EMAIL_FROM must be an e-mail address"):
            mail.sender(value, needed=True)
