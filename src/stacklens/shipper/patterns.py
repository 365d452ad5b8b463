"""From the paths and globs that a person gave to files to follow and folders to watch."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from stat import S_ISDIR, S_ISREG

_WILD = frozenset("*?[")


def absolute(patterns: Iterable[str]) -> tuple[str, ...]:
    """The patterns from the root on, each once; the current folder no longer matters to them."""
    full = (os.path.normpath(Path.cwd() / Path(pattern).expanduser()) for pattern in patterns)
    return tuple(dict.fromkeys(full))


def matching_files(patterns: Sequence[str]) -> list[str]:
    """The paths of the regular files (or links to such) that a pattern names, in its order."""
    found = (path for pattern in patterns for path in _matches(pattern))
    return list(dict.fromkeys(str(path) for path in found if _is(S_ISREG, path)))


def folders_to_watch(patterns: Sequence[str]) -> set[str]:
    """The folders in which a file of the patterns, or a folder on the way to it, can appear."""
    return {str(folder) for pattern in patterns for folder in _waiting_places(pattern)}


def _matches(pattern: str) -> Iterable[Path]:
    # A file whose name really holds a star or a bracket wins over what it would mean.
    if _is(bool, Path(pattern)):
        return [Path(pattern)]
    *_, (folders, name) = _way(pattern)
    return [path for folder in folders for path in _named(folder, name)]


def _waiting_places(pattern: str) -> Iterator[Path]:
    *way, (folders, _) = _way(pattern)
    yield from folders
    for passed, name in way:
        # Where the way goes on already, nothing is awaited, unless there can be more ways.
        yield from (f for f in passed if _is_wild(name) or not _is(S_ISDIR, f / name))


def _way(pattern: str) -> Iterator[tuple[list[Path], str]]:
    """For each part of the pattern after the root: the folders in which to look for it."""
    root, *names = Path(pattern).parts
    folders = [Path(root)]
    for name in names:
        yield folders, name
        found = (path for folder in folders for path in _named(folder, name))
        folders = [path for path in found if _is(S_ISDIR, path)]


def _named(folder: Path, name: str) -> list[Path]:
    if not _is_wild(name):
        return [folder / name]
    hidden_too = name.startswith(".")
    try:
        return sorted(p for p in folder.glob(name) if hidden_too or not p.name.startswith("."))
    except OSError:
        return []


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    """Whether there is something of that kind; what cannot be asked is taken as absent for now."""
    try:
        return kind(path.stat().st_mode)
    except OSError:
        return False


def _is_wild(name: str) -> bool:
    return not _WILD.isdisjoint(name)
