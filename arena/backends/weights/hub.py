"""Repositories of the hub, from its cache on this machine or over the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from arena.errors import InputError, ModelError
from arena.extras import need


@cache  # so that what is identified and what is loaded are the same, whatever the hub has a minute later
def snapshot(repository: str, patterns: tuple[str, ...]) -> Path:
    """The folder that holds a repository's files as they are now, those that match `patterns`; none in folders of it.

    Without a network it is the one that was had last. Raises InputError for a name that can't be a repository's,
    ModelError if the files or the hub's library can't be had.
    """
    need(f"{repository} on the hub", "hub")
    from huggingface_hub import snapshot_download
    from tqdm import tqdm

    class Silent(tqdm):  # type: ignore[misc]  # tqdm is untyped
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options | {"disable": True})  # what it draws would spoil a screen

    with sentences(repository, f"{repository} is no name of the hub's", "name a folder"):
        return Path(
            snapshot_download(repository, allow_patterns=[*patterns], ignore_patterns=["*/*"], tqdm_class=Silent)
        )


@contextmanager
def sentences(what: str, misnamed: str, instead: str) -> Iterator[None]:
    """What the hub's library raises within becomes InputError for a name that can't be, `misnamed`, and ModelError for
    what can't be had. `instead` is what a person can do without the hub."""
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
    except Exception as error:  # what else can be depends on the network library, which changes with the hub's version
        why = " ".join(str(error).split())[:300] or type(error).__name__
        raise ModelError(f"{what} can't be had from the hub: {why}") from error
