"""`./run COMMAND`: one function a command."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from config.running import bundling, checking, packages, serving, site
from config.running.places import PYTHON, ROOT
from config.running.postgres import Cluster
from config.running.words import Stop, prefer_utf8, say, words

Arguments = list[str]


def setup(arguments: Arguments) -> int:
    """Installs everything and brings the database up to date (--dev: with the tools of tests)."""
    site.prepare(dev="--dev" in arguments)
    with site.database() as ready:
        ready.migrate()
        ready.collect_static()
    return 0


def demo(arguments: Arguments) -> int:
    """Sets up and serves a filled demo (--no-serve stops before the server)."""
    site.become(demo=True)
    site.prepare()
    with site.database() as ready:
        ready.migrate()
        ready.collect_static()
        ready.seed()
        if "--no-serve" in arguments:
            print(ready.demo_signins(), end="")
            return 0
        return serving.serve(ready, demo=True)


def serve(arguments: Arguments) -> int:
    """Serves a real site: web server and worker."""
    serving.refuse_unsafe_settings()
    site.prepare()
    with site.database() as ready:
        ready.migrate()
        ready.collect_static()
        site.refuse_owning_login(ready)
        return serving.serve(ready, demo=False)


def init(arguments: Arguments) -> int:
    """Starts a real site: its unit, its areas, its first supervisor."""
    site.become(demo=False)
    site.prepare()
    with site.database() as ready:
        ready.migrate()
        ready.collect_static()
        return ready.hand_over("init_site", *arguments, folder=called_from())


def manage(arguments: Arguments) -> int:
    """Runs one management command with the database in reach (--owner: as the owner of the tables)."""
    as_owner = arguments[:1] == ["--owner"]
    site.prepare()
    with site.database() as ready:
        return ready.hand_over(*arguments[as_owner:], folder=called_from(), as_owner=as_owner)


def test(arguments: Arguments) -> int:
    """Sets up what tests need and runs them; arguments go to pytest."""
    site.prepare(dev=True)
    return checking.run_tests(arguments)


def check(arguments: Arguments) -> int:
    """Format, lint, types, templates, migrations, translations, then every test."""
    site.prepare(dev=True)
    return checking.run_all(arguments)


def bench(arguments: Arguments) -> int:
    """Measures what the house takes, beside the bare database; writes docs/benchmarks.md."""
    site.prepare(dev=True)
    with site.database() as ready:
        ready.collect_static()
    return subprocess.run([PYTHON, "-m", "config.bench", *arguments], cwd=ROOT).returncode


def database(arguments: Arguments) -> int:
    """start | stop | reset | shell: our own PostgreSQL."""
    action = arguments[0] if arguments else ""
    cluster = site.own_cluster()
    if action == "start":
        site.prepare()
        cluster.keep(True)
        with site.database() as ready:
            say(
                f"PostgreSQL runs; socket in {cluster.socket_folder()}",
                f"PostgreSQL 已启动，套接字目录 {cluster.socket_folder()}",
            )
            return 0 if ready.own else 1
    if action == "stop":
        cluster.keep(False)
        cluster.stop()
        return 0
    if action == "reset":
        return reset(cluster, arguments[1:])
    if action == "shell":
        site.prepare()
        with site.database() as ready:
            return site.shell(ready)
    raise Stop("./run db start | stop | reset | shell", "./run db start | stop | reset | shell", code=2)


def reset(cluster: Cluster, arguments: Arguments) -> int:
    """Only a demo's data goes without a question."""
    sure = arguments == ["--yes"]
    if not sure and sys.stdin.isatty():
        answer = input(words("Throw away all data of this copy? Type yes: ", "清除本副本的全部数据？请输入 yes："))
        sure = answer.strip() == "yes"
    if not sure:
        raise Stop("Nothing was changed. (--yes answers for you.)", "未作任何改动。（--yes 表示确认）")
    cluster.keep(False)
    cluster.reset()
    return 0


def bundle(arguments: Arguments) -> int:
    """One archive with everything, for a network without package registries."""
    site.prepare()
    bundling.make_bundle()
    return 0


def lock(arguments: Arguments) -> int:
    """For developers: writes the locks anew from pyproject.toml."""
    packages.install_python(dev=True)
    packages.write_locks()
    return 0


COMMANDS: dict[str, tuple[Callable[[Arguments], int], str]] = {
    "demo": (demo, "一条命令安装并打开演示（--no-serve 只准备，不启动）"),
    "setup": (setup, "安装全部依赖并更新数据库（--dev 含测试工具）"),
    "init": (init, "建立正式站点：单位、辖区、首位管理者"),
    "serve": (serve, "运行正式站点：网页服务与后台任务"),
    "manage": (manage, "执行一条管理命令（--owner 以数据表属主身份）"),
    "db": (database, "start | stop | reset | shell：自带的 PostgreSQL"),
    "test": (test, "安装测试所需并运行测试，参数交给 pytest"),
    "check": (check, "格式、规范、类型、模板、迁移、翻译检查，再运行全部测试"),
    "bench": (bench, "测量速度，与裸数据库对照；写入 docs/benchmarks.md"),
    "bundle": (bundle, "制作一个完整的离线安装包，供没有软件源的网络使用"),
    "lock": (lock, "开发者：按 pyproject.toml 重新锁定依赖"),
}


def called_from() -> Path:
    return Path(os.environ.get("PWD") or ROOT)


def usage() -> str:
    english = "\n".join(f"  ./run {name:<8} {command.__doc__}" for name, (command, _chinese) in COMMANDS.items())
    chinese = "\n".join(f"  ./run {name:<8} {line}" for name, (_command, line) in COMMANDS.items())
    return words(f"What do you want to do?\n{english}", f"可用命令：\n{chinese}")


def main(arguments: Arguments) -> int:
    prefer_utf8()
    # The entry script found us by this; what we start must not inherit it.
    os.environ.pop("PYTHONPATH", None)
    command, _chinese = COMMANDS.get(arguments[0], (None, "")) if arguments else (None, "")
    if command is None:
        print(usage())
        return 0 if arguments[:1] in (["help"], ["--help"], ["-h"]) else 2
    try:
        return command(arguments[1:])
    except Stop as stop:
        print(stop, file=sys.stderr)
        return stop.code
    except (KeyboardInterrupt, serving.Interrupted):
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
