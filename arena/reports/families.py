"""Families of models: two of different families differ in more than alignment, and every report says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from arena.errors import InputError

FAMILIES_NOTE: Final = (
    "These models are of different families: a difference between them is not the effect of alignment."
)


def families_of(subjects: Iterable[str]) -> dict[str, str]:
    """What the catalog knows of the subjects' families."""
    from arena.backends.catalog import find_model

    families = {}
    for subject in subjects:
        kind, _, name = subject.partition(":")
        try:
            family = find_model(name).family if kind == "llm" else ""
        except InputError:
            continue  # a model that has left the catalog since
        if family:
            families[subject] = family
    return families
