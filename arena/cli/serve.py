"""`arena serve MODEL`: an SGLang server for a model."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from arena.cli.options import FiniteRange, command
from arena.cli.output import tell
from arena.files import own_folder
from arena.text import printable


@command()
@click.argument("model")
@click.argument("more", nargs=-1, type=click.UNPROCESSED, metavar="[-- SGLANG_OPTIONS...]")
@click.option("--host", default="127.0.0.1", help="Where to listen; set a key for any other.")
@click.option("--port", type=click.IntRange(1, 65000), default=30000)
@click.option(
    "--replicas",
    type=click.IntRange(1, 64),
    default=1,
    help="How many servers to run behind a router, each on its own GPUs and on the ports after --port.",
)
@click.option("--gpus", type=click.IntRange(1, 64), help="GPUs for each server; 4 from 30B on, else 1.")
@click.option("--quantization", metavar="NAME", help="As SGLang names it, or none; fp8 from 30B on, else none.")
@click.option(
    "--dtype", type=click.Choice(["auto", "bfloat16", "float16", "float32"]), default="auto", show_default=False
)
@click.option("--device", type=click.Choice(["cuda", "cpu"]), default="cuda")
@click.option(
    "--logprobs",
    type=click.Choice(["raw", "tempered"]),
    default="raw",
    help="raw for temperature 1; tempered for any other.",
)
@click.option(
    "--python",
    default=lambda: os.environ.get("ARENA_SGLANG_PYTHON", sys.executable),
    show_default=False,
    metavar="PATH",
    help="The Python that has SGLang; by default ARENA_SGLANG_PYTHON, or else Arena's own.",
)
@click.option(
    "--patience",
    type=FiniteRange(1),
    default=1800.0,
    metavar="SECONDS",
    help="How long loading may take.",
)
@click.option("--logs", type=click.Path(path_type=Path), metavar="FOLDER", help="Where the servers' output goes.")
@click.option("--dry-run", is_flag=True, help="Only print the commands.")
def serve(
    model: str, more: tuple[str, ...], python: str, patience: float, logs: Path | None, dry_run: bool, **chosen: Any
) -> None:
    """Serve MODEL with SGLang until Ctrl-C; its address is printed once it answers.

    MODEL is a catalog name, a folder of safetensors or the hub's ORG/NAME. SGLang needs a GPU and an
    environment of its own (see docs/gpu-rig.md). Clients must know the key in ARENA_API_KEY, if it is set.
    """
    from arena.backends.keys import key
    from arena.backends.sglang.serving.plan import Wishes, plan

    raw = chosen.pop("logprobs") == "raw"
    wishes = Wishes(**chosen, raw=raw, key=key(), more=more)
    planned = plan(model, wishes, python)
    if dry_run:
        for command in planned.commands:
            click.echo(printable(command.shell(wishes.key)))
        return
    from arena.backends.sglang.serving.launching import check, serving, watch

    check(planned, wishes, python)
    if wishes.host not in ("127.0.0.1", "::1", "localhost") and not wishes.key:
        tell("anyone who reaches this address may use the server: set ARENA_API_KEY to a key to prevent that")
    for name in ("SIGTERM", "SIGHUP"):
        with suppress(AttributeError):  # not on every system
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        with serving(planned, logs or own_folder("log"), patience, tell) as running:
            tell(f"ready: arena tournament --subject {planned.agent}   (Ctrl-C stops the server)")
            click.echo(planned.url)
            sys.stdout.flush()
            watch(planned, running, tell)
    except KeyboardInterrupt:
        tell("stopped")
