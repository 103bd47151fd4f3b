"""BibTeX for a run: Arena, the paper, and its models. What is known of these is in citations.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from typing import Final

import msgspec

from arena.reports import escape
from arena.reports.settings import model_of
from arena.toml import read_toml

ARENA: Final = "arena"
PAPER: Final = "west2025base"
# a brace counts for BibTeX even where LaTeX has it escaped
_BRACES: Final = {r"\{": r"\textbraceleft{}", r"\}": r"\textbraceright{}"}


class Work(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be cited. `families` and `recipes` are those of the catalog's models that it is to be cited for."""

    title: str
    authors: tuple[str, ...] = ()
    organisation: str = ""
    year: int | None = None
    arxiv: str = ""
    families: tuple[str, ...] = ()
    recipes: tuple[str, ...] = ()

    def is_of(self, family: str, recipe: str) -> bool:
        """Whether it is to be cited for a model."""
        return family in self.families and (not self.recipes or recipe in self.recipes)


def works() -> dict[str, Work]:
    """All that is known, by key."""
    tables = read_toml(files("arena.reports") / "citations.toml", "list of works")
    return {key: msgspec.convert(table, Work) for key, table in tables.items()}


def bibtex(models: Mapping[str, str]) -> str:
    """What to cite for a run of these models, their identities by name; the same text whatever their order.

    A model of the catalog is cited by the works on its family; any other by its name and identity.
    """
    known = works()
    cited: dict[str, list[str]] = {ARENA: [], PAPER: []}
    unknown = []
    for name, identity in sorted(models.items()):
        model = model_of(f"llm:{name}")
        keys = [key for key, work in known.items() if model and work.is_of(model.family, model.recipe)]
        for key in keys:
            cited.setdefault(key, []).append(name)
        if not keys:
            unknown.append(_model(name, identity))
    entries = [_work(key, known[key], cited[key]) for key in known if key in cited]
    return "\n".join((*entries, *unknown))


def _work(key: str, work: Work, models: Iterable[str]) -> str:
    named = ", ".join(models)
    note = f"Version {version('predictability-arena')}" if key == ARENA else f"Models: {named}" if named else ""
    return _entry(
        key,
        {
            "title": _text(work.title),
            "author": _text(work.organisation) or " and ".join(map(_escaped, work.authors)),
            "year": str(work.year or ""),
            "note": _text(note),
            "eprint": work.arxiv,
            "archiveprefix": "arXiv" if work.arxiv else "",
            "url": f"https://arxiv.org/abs/{work.arxiv}" if work.arxiv else "",
        },
    )


def _model(name: str, identity: str) -> str:
    """A model of which no work is known; without an author, it is sorted by its name."""
    words = re.sub("[^a-z0-9]+", "-", name.lower()).strip("-")[-30:].lstrip("-")
    mark = sha256(f"{name}\0{identity}".encode("utf-8", "replace")).hexdigest()[:8]
    fields = {"title": _text(name), "note": _text(identity), "key": _text(name)}
    return _entry("-".join(filter(None, ("model", words, mark))), fields)


def _text(text: str) -> str:
    """A text that is taken as one name and keeps its capitals; "" for none."""
    return f"{{{_escaped(text)}}}" if text else ""


def _escaped(text: str) -> str:
    return re.sub(r"\\[{}]", lambda found: _BRACES[found[0]], escape.latex(text))


def _entry(key: str, fields: Mapping[str, str]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join((f"@misc{{{key},", *lines, "}", ""))
