"""Every setting: where it comes from, what it may be, and what to do when it is not.

Read once at start into one frozen object. Secrets can come from files (`NAME_FILE`). Whatever is
wrong is told at once, all of it, each with a hint; unsafe combinations do not start.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

LOG_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
DEFAULT_HOST: Final = "127.0.0.1"
MAX_PARTITIONS: Final = 256
MAX_PORT: Final = 65_535
SHORTEST_KEY: Final = 16
_DIGITS: Final = 9


class SettingsError(Exception):
    """What is wrong with the settings: one line for each, with what to do about it."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Where the product listens and who may call. Without a key it is open, on loopback only."""

    host: str = DEFAULT_HOST
    port: int = 8000
    key: str | None = field(default=None, repr=False)
    allowed_hosts: tuple[str, ...] = ()
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """`url` of PostgreSQL, None for an embedded server in `data`."""

    url: str | None = field(default=None, repr=False)
    data: Path = Path("data")
    bindir: Path | None = None
    log_partitions: int = 4


@dataclass(frozen=True, slots=True)
class JiraSettings:
    """The Jira site that tickets go to."""

    base_url: str
    user: str
    project: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one process."""

    http: HttpSettings
    database: DatabaseSettings
    jira: JiraSettings | None
    log_level: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read `environ`; raises SettingsError that names every problem."""
        reader = _Reader(environ)
        settings = cls(
            http=_http(reader),
            database=_database(reader),
            jira=_jira(reader),
            log_level=_log_level(reader),
        )
        if reader.text("KAFKA_BROKERS"):
            reader.problem(
                "KAFKA_BROKERS is set, but this version has only the PostgreSQL event log: unset it"
            )
        if reader.problems:
            raise SettingsError(reader.problems)
        return settings


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def default_data(environ: Mapping[str, str]) -> Path:
    """The folder for everything that is kept, when none is named (XDG base directories)."""
    home = environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "stacklens"


class _Reader:
    """Reads variables and gathers what is wrong with them. An empty variable is an unset one."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def problem(self, words: str) -> None:
        self.problems.append(words)

    def text(self, name: str) -> str | None:
        return self.environ.get(name, "").strip() or None

    def secret(self, name: str) -> str | None:
        file = self.text(f"{name}_FILE")
        if file is None:
            return self.text(name)
        if self.text(name):
            self.problem(f"{name} and {name}_FILE are both set: keep one of them")
        try:
            secret = Path(file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a text file"
            self.problem(f"{name}_FILE cannot be read ({reason}): check path and permissions")
            return None
        if not secret:
            # To go on without it would be to start open.
            self.problem(f"{name}_FILE names an empty file: put the secret into it")
        return secret or None

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        text = self.text(name)
        if text is None:
            return default
        plain = text.isascii() and text.isdigit() and len(text) <= _DIGITS
        if plain and lowest <= int(text) <= highest:
            return int(text)
        self.problem(f"{name} must be a whole number from {lowest} to {highest}, not {text[:40]!r}")
        return default

    def web_address(self, name: str) -> str | None:
        text = self.text(name)
        if text is None:
            return None
        try:
            parts = urlsplit(text)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good:
            self.problem(f"{name} must look like https://host or http://host:port")
        elif parts.username is not None:
            # It is shown to people; a secret would be, too.
            self.problem(f"{name} must not hold a user or password: take out what is before the @")
        return text.rstrip("/")


def _http(reader: _Reader) -> HttpSettings:
    hosts = reader.text("STACKLENS_ALLOWED_HOSTS") or ""
    http = HttpSettings(
        host=reader.text("STACKLENS_HOST") or DEFAULT_HOST,
        port=reader.number("STACKLENS_PORT", 8000, 0, MAX_PORT),
        key=reader.secret("STACKLENS_API_KEY"),
        allowed_hosts=tuple(host.strip() for host in hosts.split(",") if host.strip()),
        public_url=reader.web_address("STACKLENS_PUBLIC_URL"),
    )
    if http.key is not None and len(http.key) < SHORTEST_KEY:
        reader.problem(
            f"STACKLENS_API_KEY is shorter than {SHORTEST_KEY} characters: make one with"
            " `openssl rand -hex 32`"
        )
    if not is_loopback(http.host):
        if http.key is None:
            reader.problem(
                f"listening on {http.host} needs a key: set STACKLENS_API_KEY or"
                " STACKLENS_API_KEY_FILE, or listen on 127.0.0.1"
            )
        if not http.allowed_hosts:
            reader.problem(
                f"listening on {http.host} needs STACKLENS_ALLOWED_HOSTS: the names, separated by"
                " commas, under which people open the page"
            )
    return http


def _database(reader: _Reader) -> DatabaseSettings:
    url = reader.secret("POSTGRES_URL")
    schemes = ("postgresql://", "postgres://", "postgresql+psycopg://")
    if url is not None and not url.startswith(schemes):
        reader.problem("POSTGRES_URL must look like postgresql://user:password@host:5432/database")
    data, bindir = reader.text("STACKLENS_DATA"), reader.text("PG_BINDIR")
    return DatabaseSettings(
        url=url,
        data=Path(data) if data else default_data(reader.environ),
        bindir=Path(bindir) if bindir else None,
        log_partitions=reader.number("STACKLENS_LOG_PARTITIONS", 4, 1, MAX_PARTITIONS),
    )


def _jira(reader: _Reader) -> JiraSettings | None:
    base_url = reader.web_address("JIRA_BASE_URL")
    if base_url is None:
        return None
    values = {
        "JIRA_USER": reader.text("JIRA_USER"),
        "JIRA_TOKEN": reader.secret("JIRA_TOKEN"),
        "JIRA_PROJECT_KEY": reader.text("JIRA_PROJECT_KEY"),
    }
    for name, value in values.items():
        if value is None:
            reader.problem(f"JIRA_BASE_URL is set, so {name} must be set too")
    return JiraSettings(
        base_url=base_url,
        user=values["JIRA_USER"] or "",
        token=values["JIRA_TOKEN"] or "",
        project=values["JIRA_PROJECT_KEY"] or "",
    )


def _log_level(reader: _Reader) -> str:
    level = (reader.text("LOG_LEVEL") or "INFO").upper()
    if level not in LOG_LEVELS:
        reader.problem(f"LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}, not {level[:40]!r}")
    return level
