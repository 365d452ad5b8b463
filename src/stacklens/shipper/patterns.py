"""From the paths and globs that a person gave to files to follow and folders to watch."""

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


def absolute(patterns: Iterable[str]) -> tuple[str, ...]:
    """The patterns from the root on, each once; what they match no longer hangs on the folder."""
    return tuple(dict.fromkeys(os.path.abspath(Path(p).expanduser()) for p in patterns))


def matching_files(patterns: Sequence[str]) -> list[str]:
    """The paths of the regular files (or links to such) that a pattern names, in its order."""
    found = dict.fromkeys(path for pattern in patterns for path in _matches(pattern))
    return [path for path in found if Path(path).is_file()]


def folders_to_watch(patterns: Sequence[str]) -> set[str]:
    """The folders in which a file of the patterns, or a folder on the way to it, can appear."""
    return {folder for pattern in patterns for folder in _folders(pattern)}


def _matches(pattern: str) -> list[str]:
    # A file whose name really holds a bracket or a star wins over the pattern it would be.
    if Path(pattern).exists() or not glob.has_magic(pattern):
        return [pattern]
    return sorted(glob.glob(pattern, recursive=True))


def _folders(pattern: str) -> Iterator[str]:
    *way, _ = Path(pattern).parts
    present = [way[0]]
    for part in way[1:]:
        deeper = [found for folder in present for found in _step(folder, part)]
        if glob.has_magic(part):
            yield from present  # a further one may appear any time
        elif len(deeper) < len(present):
            yield from (folder for folder in present if not (Path(folder) / part).is_dir())
        present = deeper
    yield from present


def _step(folder: str, part: str) -> list[str]:
    if not glob.has_magic(part):
        below = Path(folder) / part
        return [str(below)] if below.is_dir() else []
    found = glob.glob(str(Path(glob.escape(folder)) / part), recursive=True)
    return [str(Path(path)) for path in sorted(found) if Path(path).is_dir()]
