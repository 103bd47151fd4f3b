"""`arena rewards`: what a reward model gives for each random integer as the whole answer (table 7)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from arena.cli.options import command, display_option, json_option, patience_option, running_options, store_option
from arena.cli.output import report_on
from arena.cli.running import to_its_end

if TYPE_CHECKING:
    from arena.backends.loading import Models
    from arena.cli.progress import Silent
    from arena.store.rows import RunRow
    from arena.store.store import Store


@command()
@click.argument("model")
@click.option("--task", default="integers", show_default=True, metavar="TASK", help="integers or letters.")
@store_option
@json_option
@display_option
@click.option("--published", is_flag=True, help="Put the paper's own row below.")
@running_options
@patience_option
def rewards(model: str, task: str, store: Path, as_json: bool, display: str, published: bool, **chosen: Any) -> None:
    """Score each value as the answer to the task's request with MODEL, a reward model for sequence classification: a
    folder of safetensors, or ORG/NAME of the hub, through transformers.

    \b
    arena rewards allenai/Llama-3.1-Tulu-3-8B-RM --device cuda --published
    """
    from arena.experiments.numbers.rewards import run_rewards
    from arena.store.store import Store

    place = model.removeprefix("transformers:")

    async def work(opened: Store, models: Models, watching: Silent) -> RunRow:
        return await run_rewards(place, task, opened, models)

    with Store.open(store, create=True) as opened:
        run = to_its_end(work, opened, display, chosen)
        report_on(opened, [run], "json" if as_json else "rich", published=published)
