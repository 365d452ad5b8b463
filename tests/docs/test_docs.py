"""What the documentation says and a machine can check."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")])
VARIABLE = re.compile(r"\b(?:STACKLENS|JIRA|POSTGRES|KAFKA|REDIS|PG|LOG|NODE)_[A-Z_]+\b")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)")
VERB = re.compile(r"`?\bmake ([a-z][a-z-]*)")
COMMAND = re.compile(r"\bstacklens ((?:[a-z]+-)?[a-z]+)\b(?=[^:\w]|$)")


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def variables_of(text: str) -> set[str]:
    return {name.removesuffix("_FILE") for name in VARIABLE.findall(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text("utf-8"))
    assert [to for to in links if not (page.parent / to).exists()] == []


def test_the_settings_page_names_every_variable_that_is_read() -> None:
    quoted = re.findall(r'"([A-Z_]+)"', read("src/stacklens/settings.py"))
    read_by_us = variables_of(" ".join(quoted))
    documented = variables_of(read("docs/reference/settings.md"))
    assert read_by_us - documented == set()
    assert documented - read_by_us == {"REDIS_URL", "NODE_ENV"}


def test_the_example_environment_names_only_what_exists_and_holds_no_secret() -> None:
    lines = [
        line.partition("=")
        for line in read(".env.example").splitlines()
        if line and not line.startswith("#")
    ]
    assert {name for name, _, _ in lines} <= variables_of(read("docs/reference/settings.md"))
    filled = {name for name, _, value in lines if value}
    assert filled == {"STACKLENS_HOST", "STACKLENS_PORT", "LOG_LEVEL", "NODE_ENV"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_verb_and_command_that_a_page_names_exists(page: Path) -> None:
    from stacklens.cli.main import cli

    text = page.read_text("utf-8")
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    verbs = set(re.findall(r"^([a-z][a-z-]*):.*##", read("Makefile"), re.MULTILINE))
    assert set(VERB.findall(code)) <= verbs
    assert set(COMMAND.findall(code)) <= set(cli.commands) | {"with"}


def test_the_readme_shows_the_two_commands_on_lines_of_their_own() -> None:
    readme = read("README.md")
    assert re.search(r"^make demo\b", readme, re.MULTILINE)
    assert re.search(r"^make test\b", readme, re.MULTILINE)


def test_every_decision_is_listed() -> None:
    listed = set(re.findall(r"\((\d{4}-[a-z-]+\.md)\)", read("docs/decisions/README.md")))
    assert listed == {path.name for path in ROOT.glob("docs/decisions/0*.md")}


def test_the_map_in_the_readme_is_the_tree() -> None:
    shown = set(re.findall(r"\b([a-z_]+)/ ", read("README.md")))
    packages = {path.parent.name for path in ROOT.glob("src/stacklens/*/__init__.py")}
    assert packages <= shown
