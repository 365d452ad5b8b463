"""Which operating-system account runs PostgreSQL, and which folders that account can reach.

PostgreSQL refuses to run as root. Started by root, the server runs as another account; whatever
that account cannot reach is worked around, never opened up with a chmod of somebody's folders.
"""

import os
import pwd
import stat
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stacklens.db.embedded_errors import EmbeddedPostgresError

# Our own account where an administrator made one, else the account that owns nothing.
_ACCOUNT_NAMES = ("stacklens", "nobody")


@dataclass(frozen=True)
class Account:
    """A user other than ourselves that the server runs as."""

    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        """Give one file or folder, not what is in it, to this account."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def owns_tree(self, folder: Path) -> None:
        """Give a folder and everything in it to this account."""
        for parent, folders, files in os.walk(folder):
            for name in (*folders, *files):
                self.owns(Path(parent, name))
        self.owns(folder)

    def can_enter(self, folder: Path) -> bool:
        """Whether every folder on the way down to `folder`, itself included, lets us pass."""
        return all(self._may_pass(step.stat()) for step in (folder, *folder.parents))

    def _may_pass(self, step: os.stat_result) -> bool:
        if step.st_uid == self.uid:
            return bool(step.st_mode & stat.S_IXUSR)
        if step.st_gid == self.gid:
            return bool(step.st_mode & stat.S_IXGRP)
        return bool(step.st_mode & stat.S_IXOTH)


def server_account(cluster: Path, names: Sequence[str] = _ACCOUNT_NAMES) -> Account | None:
    """The account for the server in `cluster`, one of `names`; None when it is simply ours.

    An existing cluster keeps the owner it has, so root may start what somebody else made and
    that person can still start it afterwards.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError(
        f"PostgreSQL does not run as root and none of the accounts {', '.join(names)} exists; "
        "start stacklens as an ordinary user"
    )


def run_as(
    account: Account | None,
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    text_in: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end as that account; what it writes comes back as text."""
    return subprocess.run(  # noqa: S603 - PostgreSQL's programs, an argument list, no shell
        command,
        cwd=cwd,
        env=env,
        input=text_in,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
