"""`arena web`: the app in a browser, for demos."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from arena.cli.options import command, match_options, store_option
from arena.cli.output import tell
from arena.errors import InputError
from arena.extras import need


@command()
@click.option("--host", default="127.0.0.1", help="Where to listen; any other lets others play.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000)
@click.option(
    "--allow-host",
    "names",
    multiple=True,
    metavar="NAME",
    help="Another name for this machine, such as a proxy's; may be repeated.",
)
@click.option("--viewers", type=click.IntRange(1, 1000), default=8, help="The most viewers at once.")
@click.option("--allow-paths", is_flag=True, help="Let viewers name files and servers, not only models of the catalog.")
@match_options
@store_option
def web(
    host: str,
    port: int,
    names: tuple[str, ...],
    viewers: int,
    allow_paths: bool,
    show: bool,
    store: Path,
    **match: Any,
) -> None:
    """Open the app in a browser: at the lobby, in the match that is named, or with --show as a show.

    Each viewer has an app of their own. The printed address contains the key to it.
    """
    need("the app", "app", InputError)
    need("the app in a browser", "web", InputError)
    from arena.backends.keys import with_logins
    from arena.cli.play import chosen
    from arena.tui.web.server import WebServer

    chosen(show, **match)  # a wrong name is reported here, not to each viewer
    given = [with_logins(f"--{name}={value}") for name, value in match.items() if value is not None]
    where = ["--show"] if show else [] if given else ["--lobby"]
    guest = [] if allow_paths else ["--guest"]
    command = [sys.executable, "-m", "arena", "play", f"--store={store.absolute()}", *given, *where, *guest]
    WebServer(command, host, port, tell, viewers=viewers, names=names).run()
