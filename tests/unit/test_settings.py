"""Every setting: what it may be, and what is said when it is not."""

import dataclasses
from pathlib import Path

import pytest

from stacklens.settings import (
    DatabaseSettings,
    HttpSettings,
    JiraSettings,
    Settings,
    SettingsError,
    default_data,
    is_loopback,
)

KEY = "k3y-of-32-characters-k3y-of-32-c"
SECRET = "hunter2-hunter2-hunter2"
JIRA = {
    "JIRA_BASE_URL": "https://shop.atlassian.net/",
    "JIRA_USER": "bot@shop.example",
    "JIRA_TOKEN": SECRET,
    "JIRA_PROJECT_KEY": "POS",
}


def read(**environ: str) -> Settings:
    return Settings.from_environ(environ)


def problems(**environ: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ(environ)
    assert str(refused.value) == "\n".join(refused.value.problems)
    return refused.value.problems


def test_nothing_needs_to_be_set() -> None:
    settings = read(XDG_DATA_HOME="/data")
    assert settings == Settings(
        http=HttpSettings("127.0.0.1", 8000, None, (), None),
        database=DatabaseSettings(None, Path("/data/stacklens"), None, 4),
        jira=None,
        log_level="INFO",
    )


def test_an_empty_variable_is_an_unset_one() -> None:
    names = (
        *("POSTGRES_URL", "KAFKA_BROKERS", "JIRA_BASE_URL", "LOG_LEVEL", "STACKLENS_HOST"),
        *("STACKLENS_PORT", "STACKLENS_DATA", "STACKLENS_API_KEY", "STACKLENS_API_KEY_FILE"),
        *("STACKLENS_ALLOWED_HOSTS", "STACKLENS_PUBLIC_URL", "STACKLENS_LOG_PARTITIONS"),
    )
    assert read(**dict.fromkeys(names, " ")) == read()


def test_everything_can_be_set() -> None:
    settings = read(
        POSTGRES_URL="postgresql://u:p@db:5432/stacklens",
        LOG_LEVEL="debug",
        STACKLENS_HOST="0.0.0.0",
        STACKLENS_PORT="80",
        STACKLENS_DATA="/srv/data",
        STACKLENS_API_KEY=KEY,
        STACKLENS_ALLOWED_HOSTS="logs.shop.example, 10.0.0.5:8000,,",
        STACKLENS_PUBLIC_URL="https://logs.shop.example/",
        STACKLENS_LOG_PARTITIONS="16",
        PG_BINDIR="/usr/lib/postgresql/18/bin",
        REDIS_URL="redis://ignored",
        **JIRA,
    )
    assert settings == Settings(
        http=HttpSettings(
            "0.0.0.0",
            80,
            KEY,
            ("logs.shop.example", "10.0.0.5:8000"),
            "https://logs.shop.example",
        ),
        database=DatabaseSettings(
            "postgresql://u:p@db:5432/stacklens",
            Path("/srv/data"),
            Path("/usr/lib/postgresql/18/bin"),
            16,
        ),
        jira=JiraSettings("https://shop.atlassian.net", "bot@shop.example", "POS", SECRET),
        log_level="DEBUG",
    )


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read().log_level = "DEBUG"  # type: ignore[misc]


@pytest.mark.parametrize("name", ["STACKLENS_API_KEY", "POSTGRES_URL", "JIRA_TOKEN"])
def test_a_secret_can_come_from_a_file(name: str, tmp_path: Path) -> None:
    value = "postgresql://u:secret@db/x" if name == "POSTGRES_URL" else KEY
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    environ = {**JIRA, f"{name}_FILE": str(file)}
    environ.pop(name, None)
    settings = Settings.from_environ(environ)
    assert settings.jira is not None
    found = {
        "STACKLENS_API_KEY": settings.http.key,
        "POSTGRES_URL": settings.database.url,
        "JIRA_TOKEN": settings.jira.token,
    }
    assert found[name] == value


def test_a_secret_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    def told(file: Path) -> str:
        (problem,) = problems(STACKLENS_API_KEY_FILE=str(file))
        return problem

    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").write_text(" \n")
    assert "cannot be read (No such file" in told(tmp_path / "gone")
    assert "cannot be read (Is a directory)" in told(tmp_path)
    assert "cannot be read (not a text file)" in told(tmp_path / "binary")
    assert told(tmp_path / "empty") == (
        "STACKLENS_API_KEY_FILE names an empty file: put the secret into it"
    )


def test_a_secret_in_two_places_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    assert problems(STACKLENS_API_KEY=KEY, STACKLENS_API_KEY_FILE=str(tmp_path / "key")) == [
        "STACKLENS_API_KEY and STACKLENS_API_KEY_FILE are both set: keep one of them"
    ]


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        ({"STACKLENS_PORT": "http"}, "STACKLENS_PORT must be a whole number from 0 to 65535"),
        ({"STACKLENS_PORT": "65536"}, "STACKLENS_PORT must be a whole number from 0 to 65535"),
        ({"STACKLENS_PORT": "-1"}, "not '-1'"),
        ({"STACKLENS_PORT": "²"}, "not '²'"),
        ({"STACKLENS_PORT": "9" * 5000}, "not '9999999999999999999999999999999999999999'"),
        ({"STACKLENS_LOG_PARTITIONS": "0"}, "must be a whole number from 1 to 256, not '0'"),
        ({"STACKLENS_LOG_PARTITIONS": "257"}, "must be a whole number from 1 to 256"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'"),
        (
            {"KAFKA_BROKERS": "k:9092"},
            "KAFKA_BROKERS is set, but this version has only the Postgre",
        ),
        ({"POSTGRES_URL": "mysql://x"}, "POSTGRES_URL must look like postgresql://user:password@"),
        ({"STACKLENS_API_KEY": "short"}, "is shorter than 16 characters: make one with `openssl"),
        ({"STACKLENS_PUBLIC_URL": "logs.shop"}, "STACKLENS_PUBLIC_URL must look like https://host"),
        ({"STACKLENS_PUBLIC_URL": "http://[x"}, "STACKLENS_PUBLIC_URL must look like https://host"),
        ({"STACKLENS_PUBLIC_URL": "http://h:x"}, "STACKLENS_PUBLIC_URL must look like https://hos"),
        ({"STACKLENS_PUBLIC_URL": "ftp://h"}, "STACKLENS_PUBLIC_URL must look like https://host"),
        ({"STACKLENS_PUBLIC_URL": "http://u:p@h"}, "must not hold a user or password"),
        ({**JIRA, "JIRA_BASE_URL": "shop"}, "JIRA_BASE_URL must look like https://host or http"),
        ({**JIRA, "JIRA_BASE_URL": "https://u:p@h"}, "JIRA_BASE_URL must not hold a user or pass"),
        ({**JIRA, "JIRA_USER": ""}, "JIRA_BASE_URL is set, so JIRA_USER must be set too"),
        ({**JIRA, "JIRA_TOKEN": ""}, "JIRA_BASE_URL is set, so JIRA_TOKEN must be set too"),
        ({**JIRA, "JIRA_PROJECT_KEY": ""}, "so JIRA_PROJECT_KEY must be set too"),
        (
            {"STACKLENS_HOST": "0.0.0.0", "STACKLENS_ALLOWED_HOSTS": "a"},
            "listening on 0.0.0.0 needs a key: set STACKLENS_API_KEY or STACKLENS_API_KEY_FILE",
        ),
        (
            {"STACKLENS_HOST": "::", "STACKLENS_API_KEY": KEY},
            "listening on :: needs STACKLENS_ALLOWED_HOSTS: the names",
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(environ: dict[str, str], problem: str) -> None:
    (told,) = problems(**environ)
    assert problem in told


def test_all_problems_are_told_at_once() -> None:
    told = problems(
        STACKLENS_HOST="10.0.0.5", STACKLENS_PORT="x", LOG_LEVEL="x", JIRA_BASE_URL="http://j"
    )
    assert len(told) == 7


def test_no_secret_shows_in_settings_or_problems() -> None:
    secrets = {"POSTGRES_URL": f"postgresql://u:{SECRET}@db/x", "STACKLENS_API_KEY": SECRET, **JIRA}
    assert SECRET not in repr(read(**secrets))
    broken = {**secrets, "POSTGRES_URL": f"u:{SECRET}@db", "STACKLENS_PORT": "x"}
    broken["JIRA_BASE_URL"] = f"https://u:{SECRET}@j"
    broken["STACKLENS_API_KEY"] = SECRET[:8]
    assert SECRET[:8] not in "".join(problems(**broken))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_loopback(host)
    assert read(STACKLENS_HOST=host).http.key is None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "shop.example", "localhost.evil"])
def test_anything_else_is_not(host: str) -> None:
    assert not is_loopback(host)


def test_data_goes_to_the_users_folder_when_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/till")
    assert default_data({}) == Path("/home/till/.local/share/stacklens")
