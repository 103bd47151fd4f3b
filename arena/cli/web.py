"""`arena web`: the app in a browser, for demos."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from arena.cli.options import command, match_options, store_option
from arena.cli.output import tell
from arena.errors import InputError, UsageError
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
@click.option("--url", default="", metavar="URL", help="The address at which a proxy shows it to people.")
@click.option("--viewers", type=click.IntRange(1, 1000), default=8, help="The most viewers at once.")
@click.option(
    "--spectators",
    type=click.IntRange(0, 1000),
    default=0,
    help="Give an address, too, at which so many can watch the match and can't touch it.",
)
@click.option("--allow-paths", is_flag=True, help="Let viewers name files and servers, not only models of the catalog.")
@click.option("--judges", is_flag=True, help="Serve the page for judging poems instead, and nothing else.")
@click.option("--contests", metavar="RUN", help="With --judges: the run of contests; the latest by default.")
@match_options
@store_option
def web(
    host: str,
    port: int,
    names: tuple[str, ...],
    url: str,
    viewers: int,
    spectators: int,
    allow_paths: bool,
    judges: bool,
    contests: str | None,
    show: bool,
    store: Path,
    **match: Any,
) -> None:
    """Open the app in a browser: at the lobby, in the match that is named, or with --show as a show.

    Each viewer has an app of their own. The printed address contains the key to it. With --judges, it is the page of
    `arena poems export`, on which people judge poems; what they save is read by `arena poems import`.
    """
    need("the app", "app", InputError)
    need("the app in a browser", "web", InputError)
    if contests is not None and not judges:
        raise UsageError("--contests names what is judged: add --judges")
    url = _checked(url)
    if judges:
        _serve_judges(store, contests, host, port, names, url)
        return
    from arena.backends.keys import with_logins
    from arena.cli.play import chosen
    from arena.tui.web.server import Spectators, WebServer

    chosen(show, **match)  # a wrong name is reported here, not to each viewer
    given = [with_logins(f"--{name}={value}") for name, value in match.items() if value is not None]
    where = ["--show"] if show else [] if given else ["--lobby"]
    guest = [] if allow_paths else ["--guest"]
    arena, stored = [sys.executable, "-m", "arena"], f"--store={store.absolute()}"
    command = [*arena, "play", stored, *given, *where, *guest]
    watching = Spectators([*arena, "watch", "--match", "--guest", stored], spectators) if spectators else None
    WebServer(command, host, port, tell, viewers=viewers, names=names, url=url, spectators=watching).run()


def _checked(url: str) -> str:
    """The address with a slash at its end. Raises UsageError for one that a browser can't open."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise UsageError(f"--url {url!r}: write the whole address, as in https://example.org/arena/")
    return url if not url or url.endswith("/") else f"{url}/"


def _serve_judges(store: Path, contests: str | None, host: str, port: int, names: tuple[str, ...], url: str) -> None:
    """Serve the page for judging poems."""
    from arena.experiments.poems.contests import find_contests
    from arena.experiments.poems.elsewhere.page import judging_page
    from arena.experiments.poems.elsewhere.sheets import sheets_of
    from arena.store.store import Store
    from arena.tui.web.judging import JudgingServer

    with Store.open(store) as opened:
        found = find_contests(opened, contests)
    JudgingServer(judging_page(found.key, sheets_of(found)), host, port, tell, names=names, url=url).run()
