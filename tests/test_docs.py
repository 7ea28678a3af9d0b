"""What the documents say and the code does: the same settings, commands, options, paths; links that lead somewhere."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from ml.__main__ import COMMANDS, build_parser

ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = {"runs", "var", "node_modules", "__pycache__"}
APACHE_2_SHA256 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
"""Of https://www.apache.org/licenses/LICENSE-2.0.txt."""
MOST_LINES = 5
"""Of a decision."""
ROOMS = r"(?:ml|webapp|restore|tests|deploy|docs)"
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def files(suffix: str) -> list[Path]:
    """Of the working tree: no hidden folders, nothing that was made."""
    found = []
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in NOT_OURS and not name.startswith(".")]
        found += [Path(folder, name) for name in names if name.endswith(suffix)]
    return sorted(found)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


PAGES = [path.relative_to(ROOT).as_posix() for path in files(".md")]
MANUAL = [page for page in PAGES if page == "README.md" or page.startswith("docs/")]


def manual() -> str:
    return "\n".join(read(page) for page in MANUAL)


# --- settings --------------------------------------------------------------------------------------------------------


def settings_read() -> dict[str, str | None]:
    """Variable to its default where that is written as a plain value in restore/settings.py."""
    found: dict[str, str | None] = {}
    for call in ast.walk(ast.parse(read("restore/settings.py"))):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        if not (isinstance(call.func.value, ast.Name) and call.func.value.id == "env"):
            continue
        name, *others = call.args
        assert isinstance(name, ast.Constant), ast.unparse(call)
        plain = call.func.attr in ("number", "choice", "words") and others
        default = others[0].value if plain and isinstance(others[0], ast.Constant) else None
        found.setdefault(name.value, None if default is None else str(default))
    return found


def settings_told() -> dict[str, str]:
    """Variable to its default's cell in the table of docs/operating.md."""
    section = sections(read("docs/operating.md"))["Settings"]
    return dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", section, re.MULTILINE))


def read_by_the_networks() -> set[str]:
    sources = [path.read_text() for path in (ROOT / "ml").rglob("*.py")]
    names = {name for source in sources for name in re.findall(r'os\.environ\.get\("([A-Z_]+)"', source)}
    return names - {"RANK"}  # which torchrun sets


def test_every_setting_is_in_the_manual_and_no_other():
    read_by_the_site = settings_read()

    assert len(read_by_the_site) > 10
    assert "RESTORER_ENGINE" in read_by_the_networks()
    assert settings_told().keys() == read_by_the_site.keys() | read_by_the_networks()


def test_defaults_are_told_as_they_are():
    told = settings_told()
    plain = {name: default for name, default in settings_read().items() if default is not None}

    assert {"MAX_UPLOAD_MB", "DEVICE", "ALLOWED_HOSTS"} <= plain.keys()
    assert {name: told[name].split(":")[0].strip("`") for name in plain if name != "ALLOWED_HOSTS"} == {
        name: default for name, default in plain.items() if name != "ALLOWED_HOSTS"
    }
    assert told["ALLOWED_HOSTS"].strip("`") == plain["ALLOWED_HOSTS"]


def test_nothing_but_the_readers_of_settings_asks_the_environment():
    """Else a setting could be read that the test above does not see."""
    asking = [
        path.relative_to(ROOT).as_posix()
        for path in files(".py")
        if path.relative_to(ROOT).parts[0] in ("webapp", "restore")
        and re.search(r"os\.(environ\b(?!\.setdefault\(\"DJANGO_SETTINGS_MODULE\")|getenv)", path.read_text())
    ]

    assert asking == ["restore/env.py"]


def test_variables_of_compose_tests_and_make_are_in_the_manual():
    names = set(re.findall(r"\$\{([A-Z_]+)", read("docker-compose.yml")))
    names |= set(re.findall(r"^([A-Z_]+)=", read("deploy/example.env"), re.MULTILINE))
    names |= set(re.findall(r"\b(RESTORER_TEST_[A-Z_]+)", read(".ci/run")))
    names |= set(re.findall(r"^([A-Z_]+) \?=", read("Makefile"), re.MULTILINE))
    manual_ = read("docs/operating.md")

    assert {"POSTGRES_PASSWORD", "TORCH_INDEX", "RESTORER_TEST_REDIS_URL"} <= names
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", manual_)] == []


# --- commands --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_ml_is_shown(command):
    assert re.search(rf"python -m ml {command}\b", manual())


def own_management_commands() -> list[str]:
    return sorted(path.stem for path in (ROOT / "webapp/management/commands").glob("[!_]*.py"))


@pytest.mark.parametrize("command", own_management_commands())
def test_every_management_command_is_shown(command):
    assert f"manage.py {command}" in manual()


def test_every_target_of_make_is_shown_and_every_one_shown_exists():
    makefile = read("Makefile")
    lines = re.findall(r"^([a-z][a-z -]*):(?!=).*## ", makefile, re.MULTILINE)
    targets = {target for line in lines for target in line.split()} - {"help"}
    shown = set(re.findall(r"(?:`|^    )make ([a-z][a-z-]*)", manual(), re.MULTILINE))

    assert {"run", "test", "install"} <= targets
    assert targets - shown == set()
    assert shown - targets == set()


def shown_lines(start: str) -> list[str]:
    """Commands in the manual's blocks, from the program's name on; comments and what follows `&&` are taken off."""
    block = re.compile(rf"^ {{4}}.*?({re.escape(start)} [^#\n]*)", re.MULTILINE)
    return [re.split(r"\s+(?:&&|\||>)\s", found)[0].strip() for found in block.findall(manual())]


@pytest.mark.parametrize("line", shown_lines("python -m ml"))
def test_commands_of_ml_are_taken_as_they_are_shown(line):
    words = shlex.split(line)[3:]

    try:
        args = build_parser().parse_args(words)
    except SystemExit as refused:
        pytest.fail(f"{line}: exit {refused.code}")

    assert args.command == words[0]


@pytest.mark.parametrize("line", shown_lines("manage.py"))
def test_management_commands_are_taken_as_they_are_shown(line):
    _, name, *words = shlex.split(line)

    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(words)


# --- links, paths, headings ------------------------------------------------------------------------------------------


def prose(page: str) -> str:
    """Without code, in which brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", read(page)))


def slugs(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def sections(text: str) -> dict[str, str]:
    """Heading to what stands under it, up to the next heading of any level."""
    parts = re.split(r"^#+ +(.+)$", FENCE.sub("", text), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def local_links(page: str) -> Iterator[tuple[str, str]]:
    """Target's path below the root ("" for the page itself), and its anchor."""
    for target in re.findall(r"\]\(\s*<?([^)\s>]+)", prose(page)):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield path, anchor


@pytest.mark.parametrize("page", PAGES)
def test_every_local_link_leads_somewhere(page):
    lost = []
    for path, anchor in local_links(page):
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists() or (anchor and anchor not in slugs(target.read_text(encoding="utf-8"))):
            lost.append(f"{path}#{anchor}" if anchor else path)

    assert lost == []


@pytest.mark.parametrize("page", MANUAL)
def test_every_file_that_a_page_names_is_there(page):
    """`ml/abn.py` and the like; names in capitals (NAME.md) stand for something."""
    named = re.findall(rf"`({ROOMS}/[\w./-]+)`", FENCE.sub("", read(page)))

    assert [name for name in named if not re.search(r"[A-Z]{3}", name) and not (ROOT / name).exists()] == []


def test_modules_in_the_tables_of_rooms_are_there():
    """`queue.py` below "in `webapp/`" is webapp/queue.py."""
    found = {
        room: re.findall(r"`([\w/.]+)`", "\n".join(row.split("|")[1] for row in rows.splitlines()))
        for room, rows in re.findall(
            r"^\| in `(\w+/)` \| \|\n\|---\|---\|\n((?:\|.*\n)+)", read("docs/architecture.md"), re.MULTILINE
        )
    }

    assert found.keys() == {"webapp/", "ml/"}
    assert [
        room + name for room, names in found.items() for name in names if not (ROOT / room / name).exists()
    ] == []


def test_headings_that_the_code_points_at_are_there():
    """`docs/operating.md, "Which torch"` in a comment."""
    pointers = {
        (page, heading)
        for path in [*files(".py"), *files(".txt"), ROOT / "Makefile", ROOT / "deploy/Dockerfile"]
        for page, heading in re.findall(r"(docs/\w+\.md), \"([^\"]+)\"", path.read_text(encoding="utf-8"))
        if path != Path(__file__)
    }

    assert ("docs/architecture.md", "Two images") in pointers
    assert [(page, heading) for page, heading in pointers if heading not in sections(read(page))] == []


# --- licence, changes, decisions -------------------------------------------------------------------------------------


def test_the_licence_is_apache_2():
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2_SHA256
    assert tomllib.loads(read("pyproject.toml"))["project"]["license"] == "Apache-2.0"


def test_the_version_is_in_the_changes():
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]

    assert re.search(rf"^## .*\b{re.escape(version)}\b", read("CHANGELOG.md"), re.MULTILINE)


def test_a_decision_is_short():
    text = re.sub(r"^(?!###)#+ .*$", "### -", read("docs/decisions.md"), flags=re.MULTILINE)
    entries = {
        heading: body.strip().splitlines() for heading, body in sections(text).items() if heading != "-"
    }

    assert len(entries) > 10
    assert {
        heading: len(lines) for heading, lines in entries.items() if not 1 <= len(lines) <= MOST_LINES
    } == {}


@pytest.mark.parametrize("page", MANUAL)
def test_pages_name_no_path_of_one_machine(page):
    assert re.findall(r"(?<![\w.])/(?:home|root|work|Users)/\w+", read(page)) == []


def test_every_feature_that_is_there_has_a_test_that_is_there():
    rows = re.findall(
        r"^\| (\d+) \| .+ \| (yes|partly|no)(?:: [^|]+)? \| (?:`(\S+)::(\w+)`)? ?\|$",
        read("docs/features.md"),
        re.M,
    )

    assert [int(number) for number, *_ in rows] == list(range(1, 91))
    for number, standing, file, test in rows:
        assert test or standing != "yes", number
        assert not test or f"def {test}(" in read(f"tests/{file}"), (number, test)
