"""Options that several commands share, so that they have the same names and explanations."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from arena.text import meant

if TYPE_CHECKING:
    from arena.backends.local.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


class FiniteRange(click.FloatRange):
    """A range of finite numbers. Click's own lets nan through, which is in no range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} isn't a finite number", param, ctx)
        return number


class FiniteList(click.ParamType[tuple[float, ...]]):
    """Numbers separated by commas, each above one bound and at most another."""

    name = "numbers"

    def __init__(self, above: float, most: float = math.inf) -> None:
        self._range = FiniteRange(above, most, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        if isinstance(value, tuple):
            return value
        try:
            numbers = [float(part) for part in str(value).split(",")]
        except ValueError:
            self.fail(f"{value!r}: write numbers with commas between them, as in 1,1.5,2", param, ctx)
        return tuple(dict.fromkeys(self._range.convert(number, param, ctx) for number in numbers))


class Span(click.ParamType[tuple[int, int]]):
    """The first and the last of some numbers, as in 1-250."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"\s*(\d{1,9})\s*-\s*(\d{1,9})\s*", str(value), re.ASCII)
        if found is None:
            self.fail(f"{value!r}: write the first and the last with a hyphen between them, as in 1-250", param, ctx)
        return int(found[1]), int(found[2])


class Command(click.Command):
    """A command that refuses a single-valued option given twice, because click would silently drop the first."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for option, times in Counter(given).items():
            if times > 1 and isinstance(option, click.Option) and not (option.multiple or option.is_flag):
                raise click.UsageError(f"{option.opts[0]} is given {times} times, but it has one value", ctx)
        return super().parse_args(ctx, args)


class Group(Command, click.Group):
    """Commands under one name; for an unknown one, it says which was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(f"No such command {args[0]!r}: {meant(args[0], known)}", ctx)
        return super().resolve_command(ctx, args)


_CONTEXT: Final = {"show_default": True}  # an option's default is shown in its help
command = partial(click.command, cls=Command, context_settings=_CONTEXT)
group = partial(click.group, cls=Group, context_settings=_CONTEXT, invoke_without_command=True)

STORE: Final = Path("arena.db")  # in the working directory
MOST_ROUNDS: Final = 1_000_000  # per match
SEED: Final = click.IntRange(-(2**63), 2**63 - 1)  # the range that a store can hold
store_option = click.option("--store", type=click.Path(path_type=Path), default=STORE, help="The run store.")
stores_option = click.option(
    "--store",
    "stores",
    multiple=True,
    type=click.Path(path_type=Path),
    default=(STORE,),
    help="The run store; may be repeated, to look for runs in all of them.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
run_argument = click.argument("name", metavar="[RUN]", required=False)


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options as one decorator, listed in this order."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


run_options = together(
    store_option,
    json_option,
    click.option(
        "--display",
        type=click.Choice(["auto", "rich", "plain", "none"]),
        default="auto",
        help="How progress is shown on standard error; auto is rich in a terminal and plain elsewhere.",
    ),
)

wording_options = together(
    click.option(
        "--style",
        type=click.Choice(["base", "instruct"]),
        help="How the models are asked; by default as the catalog says.",
    ),
    click.option("--format", metavar="NAME", help="none, tulu, llama-instruct or chat-template."),
    click.option(
        "--wording", type=click.Path(path_type=Path), help="A wording of your own for all models (a TOML file)."
    ),
)

running_options = together(
    click.option(
        "--threads",
        type=click.IntRange(0, 512),  # llama.cpp's own limit
        default=0,
        show_default="one per core",
        help="Threads for models that run here.",
    ),
    click.option(
        "--kv-mib",
        type=click.IntRange(1, 2**24),
        show_default="1024, or half of a GPU's free memory",
        help="The most memory, in MiB, for the KV cache of a model that runs here.",
    ),
    *(
        click.option(f"--{name}", type=click.IntRange(least, 2**20), show_default=usual, help=help_)
        for name, least, usual, help_ in (
            ("cells", 256, "16384, or from --kv-mib; 65536 on a GPU", "The most tokens in that cache."),
            ("sequences", 16, "256; 1024 on a GPU", "The most branches of the prefix tree in it."),
            ("batch", 64, "512; up to 2048 on a GPU", "The most tokens per batch."),
            ("outputs", 1, "64; up to 256 on a GPU", "The most distributions per batch."),
        )
    ),
    click.option(
        "--gpu-layers",
        type=click.IntRange(-1, 2**16),
        default=0,
        help="Layers that llama.cpp puts on a GPU; -1 means all.",
    ),
    click.option(
        "--device",
        metavar="NAME",
        default="",
        show_default=False,
        help="Where transformers runs: cpu, cuda, cuda:1, mps; by default the best available.",
    ),
    click.option(
        "--repeatable",
        is_flag=True,
        help="Have llama.cpp, on a CPU and in 32 bits, give a prompt the same distribution to the last bit whenever it "
        "is asked. This takes longer.",
    ),
    click.option(
        "--dtype",
        type=click.Choice(["float32", "bfloat16", "float16", "stored"]),
        help="What a local model is computed in; stored: as its file is. By default float32 on a CPU, but stored for "
        "GGUF files of more than 2 GiB in 32 bits; on a GPU stored.",
    ),
)

model_options = together(
    running_options,
    click.option(
        "--patience",
        type=FiniteRange(0, min_open=True),
        default=300.0,
        metavar="SECONDS",
        help="How long a server may be unreachable, or take to answer.",
    ),
)


def settings_of(chosen: Mapping[str, Any]) -> Settings:
    """The settings given by `running_options`."""
    from arena.backends.local.settings import Settings

    return Settings(
        threads=chosen["threads"],
        gpu_layers=chosen["gpu_layers"],
        kv_mib=chosen["kv_mib"] or 0,
        kv_cells=chosen["cells"] or 0,
        sequences=chosen["sequences"] or 0,
        batch=chosen["batch"] or 0,
        outputs=chosen["outputs"] or 0,
        device=chosen["device"],
        dtype=chosen["dtype"] or "",
        repeatable=chosen["repeatable"],
    )


# which match the app opens; each is None unless it was given
match_options = together(
    click.option("--game", help="rps, hide-and-seek, hide-and-seek:5, ..."),
    click.option("--subject", metavar="AGENT", help="Who is measured; `human` is you."),
    click.option("--opponent", metavar="AGENT", help="Who they face."),
    click.option("--rounds", type=click.IntRange(1, MOST_ROUNDS)),
    click.option("--seed", type=SEED, help="Seed of the draws; by default a new one each time."),
    click.option(
        "--mix",
        metavar="MODEL=SHARE",
        help="Put a dial between the subject and another model, as in gemma-3-270m=0.2; [ and ] turn it.",
    ),
    click.option("--show", is_flag=True, help="Only watch: match after match, at a speed that you choose."),
)
