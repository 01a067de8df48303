"""The steps that bring a copy from nothing to a site that can be served, each skipped when nothing changed."""

import fcntl
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from config.running import packages, system
from config.running.binaries import find_binaries
from config.running.places import (
    ENV_FILE,
    PYTHON,
    ROOT,
    STATE,
    Stamps,
    digest,
    keep_settings,
    look_of,
    make_secrets,
    read_file,
    read_settings,
    says_yes,
    write_private,
)
from config.running.postgres import Cluster
from config.running.words import Stop, say

DATABASE = "doorstep"
OWNER = "doorstep_owner"
APP = "doorstep_app"
ROLES = Path(__file__).with_name("roles.py")


def prepare(*, dev: bool = False) -> None:
    """System packages, virtual environment, front end, secrets: all that needs no database."""
    STATE.mkdir(parents=True, exist_ok=True)
    # A second run waits for the first and finds its work done.
    with open(STATE / "setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        system.have(system.TO_RUN + (system.TO_TEST if dev else ()))
        packages.install_python(dev=dev)
        packages.install_front_end(dev=dev)
        make_secrets(demo=False)
        compile_translations()


@contextmanager
def database() -> Iterator["Site"]:
    """The site with its database in reach: the one whose address was given, else our own."""
    given, given_owner = os.environ.get("DATABASE_URL", ""), os.environ.get("DATABASE_OWNER_URL", "")
    if given and given_owner:
        yield Site(given, given_owner, own=None)
    elif given or given_owner:
        yield Site(*rest_of(given or given_owner), own=None)
    elif not local_addresses():
        kept = read_file()
        yield Site(kept["DATABASE_URL"], kept.get("DATABASE_OWNER_URL", ""), own=None)
    else:
        cluster = own_cluster()
        with cluster.in_use():
            yield Site(*own_logins(cluster), own=cluster)


def own_cluster() -> Cluster:
    return Cluster(STATE / "postgres")


def local_addresses() -> bool:
    """Whether the kept settings speak of our own server, or of none yet."""
    kept = read_file().get("DATABASE_URL", "")
    return not kept or f"host={quote(str(own_cluster().socket_folder()), safe='/')}" in kept


def own_logins(cluster: Cluster) -> tuple[str, str]:
    """The addresses of both logins on our own server; made when the data folder is new."""
    kept = read_file()
    stamps = Stamps(STATE / "stamps")
    urls = kept.get("DATABASE_URL", ""), kept.get("DATABASE_OWNER_URL", "")
    if all(urls) and stamps.fresh("logins", digest(cluster.identity, *urls)):
        return urls
    passwords = {OWNER: password_in(urls[1]), APP: password_in(urls[0])}
    make_roles(cluster.url(), passwords)
    urls = (cluster.url(DATABASE, APP, passwords[APP]), cluster.url(DATABASE, OWNER, passwords[OWNER]))
    keep_settings(DATABASE_URL=urls[0], DATABASE_OWNER_URL=urls[1])
    stamps.done("logins", digest(cluster.identity, *urls))
    return urls


def rest_of(privileged: str) -> tuple[str, str]:
    """From one address with the right to make roles: both logins, made there once and kept."""
    stamps = Stamps(STATE / "stamps")
    kept = read_file()
    urls = kept.get("DATABASE_URL", ""), kept.get("DATABASE_OWNER_URL", "")
    if not all(urls) or not stamps.fresh("logins", digest(privileged, *urls)):
        passwords = {OWNER: password_in(urls[1]), APP: password_in(urls[0])}
        make_roles(privileged, passwords)
        urls = with_login(privileged, APP, passwords[APP]), with_login(privileged, OWNER, passwords[OWNER])
        keep_settings(DATABASE_URL=urls[0], DATABASE_OWNER_URL=urls[1])
        stamps.done("logins", digest(privileged, *urls))
    return urls


def with_login(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}", path=f"/{DATABASE}"))


def password_in(url: str) -> str:
    return (urlsplit(url).password if url else "") or secrets.token_urlsafe(24)


def make_roles(privileged: str, passwords: dict[str, str], *, name: str = DATABASE, may_create: bool = False) -> None:
    wanted = {
        "privileged": privileged,
        "database": name,
        "logins": passwords,
        "owner": OWNER,
        "may_create": may_create,
    }
    done = subprocess.run([PYTHON, ROLES], input=json.dumps(wanted), capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:] or [""]
        raise Stop(
            f"The database's logins could not be made: {said[0]}\nDATABASE_OWNER_URL must be allowed to create roles "
            "and a database; or give both DATABASE_URL and DATABASE_OWNER_URL.",
            f"无法建立数据库登录账号：{said[0]}\nDATABASE_OWNER_URL 须有权建立角色和数据库；"
            "或者同时给出 DATABASE_URL 和 DATABASE_OWNER_URL。",
        )


def compile_translations() -> None:
    sources = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
    stamps = Stamps(STATE / "stamps")
    inputs = digest(*sources)
    compiled = all(source.with_suffix(".mo").exists() for source in sources)
    if not sources or (compiled and stamps.fresh("translations", inputs)):
        return
    for domain in sorted({source.stem for source in sources}):
        packages.quietly([str(PYTHON), "-m", "babel.messages.frontend", "compile", "-d", "locale", "-D", domain])
    stamps.done("translations", inputs)


class Site:
    """A copy whose packages are installed and whose database answers."""

    def __init__(self, url: str, owner_url: str, *, own: Cluster | None) -> None:
        self.url = url
        self.owner_url = owner_url
        self.own = own
        # What was done to one database says nothing of the next one.
        self.stamps = Stamps(STATE / "stamps" / digest(own.identity if own else url))

    def surroundings(self, *, as_owner: bool = False) -> dict[str, str]:
        url = self.owner_url if as_owner and self.owner_url else self.url
        return {
            **os.environ,
            "ENV_FILE": str(ENV_FILE),
            "DATABASE_URL": url,
            "DATABASE_OWNER_URL": self.owner_url,
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments: str, as_owner: bool = False) -> None:
        """One management command whose words are only of interest when it fails."""
        surroundings = self.surroundings(as_owner=as_owner)
        packages.quietly([str(PYTHON), "manage.py", *arguments], **surroundings)

    def hand_over(self, *arguments: str, folder: Path | None = None, as_owner: bool = False) -> int:
        """One management command that speaks to the person at the keyboard."""
        command = [str(PYTHON), str(ROOT / "manage.py"), *arguments]
        return subprocess.run(command, cwd=folder or ROOT, env=self.surroundings(as_owner=as_owner)).returncode

    def migrate(self) -> None:
        files = [*ROOT.glob("*/migrations/*.py"), ROOT / "requirements.txt"]
        files.append(ROOT / "accounts" / "management" / "commands" / "grant_login.py")
        inputs = digest(look_of(files), self.url)
        # A server that isn't ours may have been exchanged behind the same address: look every time.
        if self.own and self.stamps.fresh("migrated", inputs):
            return
        say("Bringing the database up to date …", "正在更新数据库 …")
        self.manage("migrate", "--noinput", as_owner=True)
        self.manage("grant_login", urlsplit(self.url).username or APP, as_owner=True)
        self.stamps.done("migrated", inputs)

    def collect_static(self) -> None:
        files = [*(ROOT / "static").rglob("*"), ROOT / "package-lock.json", ROOT / "requirements.txt"]
        files += [ROOT / "config" / "storage.py", ROOT / "config" / "settings.py"]
        stamps = Stamps(STATE / "stamps")
        inputs = look_of(files)
        if (STATE / "static").is_dir() and stamps.fresh("static", inputs):
            return
        say("Collecting static files …", "正在收集静态文件 …")
        self.manage("collectstatic", "--noinput", "--clear")
        stamps.done("static", inputs)

    def seed(self) -> None:
        if self.stamps.fresh("seeded", "demo"):
            return
        say(
            "Filling the demo with twelve weeks of work (one to three minutes) …",
            "正在生成十二周的演示数据（约一至三分钟）…",
        )
        code = self.hand_over("seed_demo")
        if code:
            raise Stop("The demo data could not be made.", "无法生成演示数据。", code=code)
        self.stamps.done("seeded", "demo")

    def demo_signins(self) -> str:
        """Who can sign in to the demo; asked once, because the answer only changes with the data."""
        place = self.stamps.folder / "signins"
        if not place.is_file():
            command = [str(PYTHON), "manage.py", "demo_signins"]
            asked = subprocess.run(
                command, cwd=ROOT, env=self.surroundings(), stdout=subprocess.PIPE, text=True, check=True
            )
            write_private(place, asked.stdout)
        return place.read_text(encoding="utf-8")


def become(*, demo: bool) -> None:
    """A copy is a demo or a real site for good: what is invented and what is real never mix."""
    kept = read_settings().get("DEMO", "")
    if not kept:
        make_secrets(demo=demo)
        keep_settings(DEMO="1" if demo else "0")
    elif demo and not says_yes(kept):
        raise Stop(
            f"This copy is a real site (DEMO={kept} in {ENV_FILE}). Take a fresh copy for the demo.",
            f"这里是正式站点（{ENV_FILE} 中 DEMO={kept}）。请另取一份代码运行演示。",
        )
    elif not demo and says_yes(kept):
        raise Stop(
            "This copy holds the demo. Take a fresh copy for a real site.",
            "这里是演示站点。正式站点请另取一份代码建立。",
        )


def refuse_owning_login(site: Site) -> None:
    """The ledger is in the database's keeping only while the app's login owns none of its tables."""
    question = (
        "import os, psycopg; c = psycopg.connect(os.environ['DATABASE_URL']); "
        'print(c.execute("SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) OR EXISTS '
        "(SELECT FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace WHERE n.nspname = 'public' "
        "AND pg_has_role(k.relowner, 'MEMBER'))\").fetchone()[0])"
    )
    done = subprocess.run([PYTHON, "-c", question], env=site.surroundings(), capture_output=True, text=True)
    if done.stdout.strip() != "False":
        raise Stop(
            f"The login in DATABASE_URL owns tables or is a superuser: nothing would guard the ledger. {done.stderr}\n"
            "Give the owner in DATABASE_OWNER_URL and a login that owns nothing in DATABASE_URL.",
            f"DATABASE_URL 的登录账号拥有数据表或是超级用户，台账失去保护。{done.stderr}\n"
            "请在 DATABASE_OWNER_URL 给出属主账号，在 DATABASE_URL 给出不拥有任何对象的账号。",
        )


def shell(site: Site) -> int:
    """psql as the owner; that of our own binaries where the server is ours."""
    psql = str(find_binaries().psql) if site.own else shutil.which("psql")
    if not psql:
        raise Stop("psql was not found.", "没有找到 psql。")
    return subprocess.run([psql, site.owner_url or site.url]).returncode
