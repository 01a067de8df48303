"""The operating system's account that our PostgreSQL runs as, and where it may go."""

import os
import pwd
from pathlib import Path

from config.running.places import digest
from config.running.words import Stop


def server_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then an account without rights runs it. Otherwise None: ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Stop(
        "PostgreSQL does not run as root and there is no account `nobody`. Run this as an ordinary user.",
        "PostgreSQL 不能以 root 身份运行，且系统没有 nobody 账户。请以普通用户运行。",
    )


def home_for(account: pwd.struct_passwd, base: Path) -> Path:
    """Where the account keeps the data: with the copy when it can get there, else a folder of this copy's own.

    Parent folders are never opened up for it.
    """
    base.mkdir(parents=True, exist_ok=True)
    if reachable(account, base):
        return base / "server"
    elsewhere = Path("/var/lib/doorstep")
    elsewhere.mkdir(mode=0o711, exist_ok=True)
    elsewhere.chmod(0o711)
    return elsewhere / digest(str(base))[:12]


def reachable(account: pwd.struct_passwd, path: Path) -> bool:
    """Whether the account may enter every folder on the way and read what is there."""
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    groups = set(os.getgrouplist(account.pw_name, account.pw_gid))
    for step in (existing, *existing.parents):
        found = step.stat()
        bits = found.st_mode
        shift = 6 if found.st_uid == account.pw_uid else 3 if found.st_gid in groups else 0
        if not (bits >> shift) & 0o1:
            return False
    return True
