"""Asking a person at the terminal for one answer after another."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable

import click

from arena.concurrency import aside
from arena.errors import InputError


def asking(wanted: int) -> Callable[[], Awaitable[str]]:
    """A function that asks for the next answer, beside whatever else goes on. An end of input is an InputError."""
    asked = 0

    async def ask() -> str:
        nonlocal asked
        asked += 1
        return await aside(_read, f"{min(asked, wanted)} of {wanted}: ")

    return ask


def _read(prompt: str) -> str:
    if sys.stdin.isatty():
        click.echo(prompt, nl=False, err=True)
    try:
        return input()
    except EOFError:
        raise InputError("the input ended before all numbers were given; those so far are kept") from None
