"""Repositories of the hub, from its cache on this machine or over the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from arena.errors import InputError, ModelError
from arena.extras import need


@cache  # so that the files identified are also those loaded, whatever the hub has a minute later
def snapshot(repository: str, patterns: tuple[str, ...]) -> Path:
    """A folder with a repository's current files, those that match `patterns`, without its subfolders.

    Without a network it is the one downloaded last. Raises InputError for a name that can't be a repository's,
    ModelError if the files or the hub's library can't be had.
    """
    need(f"{repository} on the hub", "hub")
    from huggingface_hub import snapshot_download
    from tqdm import tqdm

    class Silent(tqdm):  # type: ignore[misc]  # tqdm is untyped
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options | {"disable": True})  # a bar would spoil the screen

    with sentences(repository, f"{repository} isn't a valid name on the hub", "name a folder"):
        return Path(
            snapshot_download(repository, allow_patterns=[*patterns], ignore_patterns=["*/*"], tqdm_class=Silent)
        )


@contextmanager
def sentences(what: str, misnamed: str, instead: str) -> Iterator[None]:
    """Turns errors of the hub's library within into InputError for an impossible name, saying `misnamed`, and
    ModelError for files that can't be had. `instead` is what a person can do without the hub."""
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        yield
    except HFValidationError as error:
        raise InputError(f"{misnamed}: {error}") from error
    except LocalEntryNotFoundError:
        raise ModelError(
            f"{what} isn't in the hub's cache on this machine, and the hub can't be reached: go online once, or "
            f"{instead}"
        ) from None
    except Exception as error:  # other errors depend on the network library, which changes with the hub's version
        why = " ".join(str(error).split())[:300] or type(error).__name__
        raise ModelError(f"{what} can't be had from the hub: {why}") from error
