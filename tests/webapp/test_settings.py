"""The environment decides, and nonsense in it is one sentence before anything starts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from restore import env

ROOT = Path(__file__).parents[2]
TELL = "from restore import settings; import json; print(json.dumps([settings.{}], default=str))"


def start(tmp_path, *command, **environment):
    """A fresh process of the site with just these variables."""
    kept = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "var")}
    return subprocess.run(
        [sys.executable, *command], env=kept | environment, cwd=ROOT, capture_output=True, text=True
    )


def setting(tmp_path, name, **environment):
    return json.loads(start(tmp_path, "-c", TELL.format(name), **environment).stdout)[0]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("MAX_UPLOAD_MB", "lots", "MAX_UPLOAD_MB must be a whole number from 1 to 10000; it is 'lots'."),
        ("MAX_MEGAPIXELS", "0", "MAX_MEGAPIXELS must be a whole number from 1 to 2000; it is '0'."),
        ("RETENTION_DAYS", "-1", "RETENTION_DAYS must be a whole number from 1 to 36500; it is '-1'."),
        ("WORKERS", "1.5", "WORKERS must be a whole number from 1 to 64; it is '1.5'."),
        ("DEVICE", "tpu", "DEVICE must be one of auto, cpu, cuda; it is 'tpu'."),
        ("REDIS_URL", "http://x", "REDIS_URL must be an address that begins with redis or rediss or unix; it is 'http://x'."),
        ("DATA_DIR", "/dev/null", "DATA_DIR must be a folder; it is '/dev/null'."),
        (
            "DATABASE_URL",
            "mysql://anna:geheim@db/x",
            "DATABASE_URL must be an address that begins with postgres or postgresql or sqlite; "
            "it is 'mysql://anna:***@db/x'.",
        ),
        (
            "CSRF_TRUSTED_ORIGINS",
            "example.org",
            "CSRF_TRUSTED_ORIGINS must be addresses that begin with http:// or https://; it is 'example.org'.",
        ),
    ],
)  # fmt: skip
def test_a_wrong_value_stops_the_start_by_a_sentence(tmp_path, name, value, sentence):
    told = start(tmp_path, "manage.py", "check", **{name: value})

    assert (told.returncode, told.stdout, told.stderr) == (2, "", f"{sentence}\n")


@pytest.mark.parametrize(
    "command", [("-m", "celery", "-A", "restore", "worker"), ("-c", "import restore.wsgi")]
)
def test_gunicorn_and_celery_say_it_too(tmp_path, command):
    told = start(tmp_path, *command, WORKERS="none")

    assert told.returncode != 0
    assert told.stderr.splitlines()[-1].endswith("WORKERS must be a whole number from 1 to 64; it is 'none'.")


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    first, second = setting(tmp_path, "SECRET_KEY"), setting(tmp_path, "SECRET_KEY")

    kept = tmp_path / "var" / "secret_key"
    assert first == second == kept.read_text()
    assert len(first) >= 50
    assert kept.stat().st_mode & 0o777 == 0o600
    assert setting(tmp_path, "SECRET_KEY", SECRET_KEY="given") == "given"


def test_of_processes_that_start_at_once_all_have_the_same_secret(tmp_path):
    script = TELL.format("SECRET_KEY")
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "var")}
    starts = [
        subprocess.Popen([sys.executable, "-c", script], env=environment, cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(4)
    ]

    assert len({start.communicate()[0] for start in starts}) == 1


def test_without_variables_it_is_sqlite_in_wal_mode_and_the_broker_in_the_worker(tmp_path):
    database = setting(tmp_path, "DATABASES")["default"]

    assert database["NAME"] == str(tmp_path / "var" / "db.sqlite3")
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert setting(tmp_path, "CELERY_BROKER_URL").startswith("memory://")


def test_with_variables_it_is_postgresql_and_redis(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://anna:ge%40heim@db.example:5433/restorer?sslmode=require")

    database = env.database("DATABASE_URL", tmp_path)

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert [database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "restorer", "anna", "ge@heim", "db.example", 5433,
    ]  # fmt: skip
    assert database["OPTIONS"]["sslmode"] == "require"
    assert setting(tmp_path, "CELERY_BROKER_URL", REDIS_URL="redis://r:6379/1") == "redis://r:6379/1"


def test_an_https_origin_makes_cookies_secure(tmp_path):
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")

    assert [setting(tmp_path, name) for name in names] == [False] * 3
    assert [setting(tmp_path, name, CSRF_TRUSTED_ORIGINS="https://a.example") for name in names] == [True] * 3


def test_the_models_have_their_migrations(tmp_path):
    told = start(tmp_path, "manage.py", "makemigrations", "--check", "--dry-run")

    assert told.returncode == 0, told.stdout
