"""`arena perplexity`: how well do models predict documents? (Li and others 2024)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from arena.cli.costs import dry_options
from arena.cli.options import command, model_options, run_options
from arena.cli.running import measure, spec_of
from arena.errors import UsageError


@command()
@click.argument("documents", type=click.Path(path_type=Path), required=False)
@click.option("--model", "models", multiple=True, metavar="NAME", help="A language model; may be repeated.")
@click.option("--column", default="text", metavar="NAME", help="The column with the texts, in JSON lines or Parquet.")
@click.option("--window", type=click.IntRange(2, 2**20), default=1024, help="The tokens that a model sees at once.")
@click.option("--stride", type=click.IntRange(1, 2**20), default=512, help="How much further each window goes.")
@click.option("--request", metavar="TEXT", help="Read documents as answers to this request, in each model's format.")
@click.option("--format", metavar="NAME", help="The format of that request: tulu, llama-instruct or chat-template.")
@run_options
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write tables and figures there.")
@dry_options
@model_options
def perplexity(documents: Path | None, models: tuple[str, ...], **chosen: Any) -> None:
    """Let models predict DOCUMENTS token by token: bits per byte, and perplexity per token and word.

    DOCUMENTS are the text files (.txt, .md, .text) of a folder, one text file, JSON lines (.jsonl) or Parquet
    (.parquet), in UTF-8. Without DOCUMENTS, models read the 20 that come with Arena: excerpts of old books and
    speeches. Run the same command again to continue where it stopped.

    \b
    arena perplexity --model gemma-3-270m
    arena perplexity letters/ --model gemma-3-270m --model smollm2-135m-instruct
    """
    from arena.experiments.prediction.perplexity import PerplexitySpec, plan_perplexity

    if not models:
        raise UsageError("nobody reads: name a --model (`arena models` lists them)")
    said: dict[str, Any] = {"subjects": tuple(f"llm:{name}" for name in models)}
    said |= {"documents": documents or ""}
    spec: PerplexitySpec = spec_of(PerplexitySpec, chosen | said)
    measure(lambda found: plan_perplexity(spec, found), chosen)
