"""How the rows of a report came about, and how they differ: one place for games, tasks, tables and figures.

A row is named by its subject and those of its settings that other rows don't share. A setting that belongs to a model
itself, such as its wording, is part of the name only if the model appears more than once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from arena.errors import InputError
from arena.store.codec import run_key
from arena.store.manifest import commands_of, facts_of
from arena.store.rows import Asked, CellSpec, RunRow
from arena.text import number_text, printable

if TYPE_CHECKING:
    from arena.backends.weights.catalog import ModelEntry

Settings = Mapping[str, Any]

_NAMES: Final = {  # for people, where a setting's own name doesn't say it
    "size": "size of a cell",
    "top_p": "top-p",
    "min_p": "min-p",
    "history": "rounds shown",
    "invalid": "invalid answers",
    "max_tokens": "longest answer",
    "rounds_asked": "rounds per match",
}

# settings as words in a row's name; any other is said by its own name, unless it is one of _NEVER_SAID
_SAID: Final = {
    "style": "{} style",
    "format": "format {}",
    "wording": "wording {}",
    "history": "{} shown",
    "temperature": "temperature {}",
    "top_p": "top-p {}",
    "min_p": "min-p {}",
    "draws": "{} draws",
    "strings": "one of {} random strings",
    "stated": "stated distributions",
    "mixed": "mixed with {}",
    "words": "names {}",
    "roles": "roles {}",
    "listing": "listing {}",
    "players": "players {}",
    "invalid": "invalid answers {}",
    "max_tokens": "at most {} tokens",
    "rounds_asked": "{} rounds per match",
    "seed": "seed {}",
    "backend": "{}",
    "weights": "weights {}",
    "matched": "entropy matched to {}",
    "opponent_style": "opponent's {} style",
    "opponent_format": "opponent's format {}",
    "opponent_wording": "opponent's wording {}",
    "opponent_history": "opponent shown {}",
    "opponent_backend": "opponent on {}",
    "opponent_weights": "opponent's weights {}",
}
OWN: Final = ("style", "format", "wording", "backend", "weights")  # settings that belong to a model
_NEVER_SAID: Final = frozenset(
    {"subject", "opponent", "game", "label", "opponent_label", "run", "created"}  # they stand elsewhere in a row
    | {"infix", "opponent_infix", "variant"}  # implied by the wording's hash
    | {"mode"}  # which numbers a row of a task has: its columns show that
)
_OF_ALL: Final = ("temperature", "top_p", "min_p", "history", "invalid", "max_tokens")  # stated below a table
ARRANGED: Final = ("words", "roles", "listing", "players")  # what moves and players are called
_UNSAID: Final = {  # of settings that few use
    **{"min_p": 0.0, "draws": "own", "strings": 0, "stated": False},
    **dict.fromkeys((*ARRANGED, "mixed"), ""),
}
_PLAIN: Final[Mapping[str, Any]] = {**_UNSAID, **{f"opponent_{name}": value for name, value in _UNSAID.items()}}
_READ: Final = {"sampling": "temperature", "invalid": "invalid"}  # run's own settings -> where they are in a cell's
_DIGEST: Final = 8  # letters of a hash that are shown to people


def settings_of(run: RunRow, cell: CellSpec) -> dict[str, Any]:
    """Everything that a cell's numbers depend on, by name; None where its players have no such setting.

    Wordings are followed by their hash. `history` is how many past rounds a model is shown, or "all". What a kind of
    experiment says of its runs beyond that is a setting under the name that it uses there.
    """
    of_matches = run.spec.rounds is not None
    asked, settings = cell.asked or cell.opponent_asked, run.spec.settings
    invalid, _, longest = str(settings.get("invalid", "")).partition(",max_tokens=")
    sampling: Mapping[str, float | None] = {}
    if asked is not None:
        own = {"temperature": asked.temperature, "top_p": asked.top_p}
        sampling = _parts(str(settings["sampling"])) if "sampling" in settings else own
    found = {
        "subject": cell.subject,
        "opponent": cell.opponent or None,
        "game": cell.what,
        **_of_seat("", cell.subject, cell.asked, run),
        "temperature": sampling.get("temperature"),
        "top_p": sampling.get("top_p"),
        "min_p": sampling.get("min_p", 0.0) if asked and of_matches else None,
        "draws": settings.get("draws", "own") if of_matches else None,
        "invalid": invalid if asked and of_matches else None,  # other kinds have only one rule
        "max_tokens": int(longest) if asked and longest.isdigit() else None,
        "rounds_asked": run.spec.rounds,
        "seed": run.spec.seed,
        "variant": (asked.variant or None) if asked else None,
        "matched": (asked.matched or None) if asked else None,
        **_of_seat("opponent_", cell.opponent, cell.opponent_asked, run),
        "run": run.name,
        "created": run.created,
    }
    return {**{name: value for name, value in settings.items() if name not in _READ}, **found}


def labelled(settings: Settings, labels: Mapping[str, str]) -> dict[str, Any]:
    """A cell's settings with the names that people are to see for its agents; unchanged if nobody has such a name."""
    if not labels:
        return dict(settings)
    agents = ("subject", ""), ("opponent", "opponent_")
    return {
        **settings,
        **{f"{prefix}label": labels.get(settings[seat], settings[seat]) for seat, prefix in agents},
    }


def shown_name(row: Settings, seat: str = "subject") -> str:
    """The name that people see for the agent in a seat; safe to print."""
    label = row.get("label" if seat == "subject" else "opponent_label")
    return printable(label or row[seat])


def of_run(run: RunRow) -> dict[str, Any]:
    """The same for a whole run, with all values of a setting that its cells don't share."""
    found: dict[str, dict[str, None]] = {}
    for cell in run.spec.cells:
        for name, value in settings_of(run, cell).items():
            found.setdefault(name, {}).update({} if value is None else {str(value): None})
    several = {name for name, values in found.items() if name in ARRANGED and len(values) > 1}  # of a grid
    return {name: "several" if name in several else ", ".join(values) or None for name, values in found.items()}


def name_of(setting: str) -> str:
    """The name that people see for a setting, or for anything else that is known about a run."""
    return _NAMES.get(setting, setting.replace("_", " "))


def facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest's facts, one per name; the build of a model, for example, is called "models: NAME"."""
    found: dict[str, Any] = {}
    for name, value in manifest.items():
        nested = isinstance(value, Mapping)
        found |= {f"{name}: {key}": inner for key, inner in value.items()} if nested else {name: value}
    return found


def own_settings(settings: Mapping[str, Any], rows: Sequence[Settings]) -> dict[str, Any]:
    """The run's own settings that the settings of its cells, `rows`, don't show."""
    shown = {name: _READ.get(name, name) for name in settings}
    return {name: settings[name] for name, there in shown.items() if all(row.get(there) is None for row in rows)}


def _of_seat(prefix: str, agent: str, asked: Asked | None, run: RunRow) -> dict[str, Any]:
    """A seat's model and how it is asked."""
    model, of_matches = model_of(agent), run.spec.rounds is not None
    named, shown, history = (asked.wording if asked else "").partition("+history")
    wording = re.sub(r"(@[0-9a-f]{8})\+.*", r"\1", named)  # its additions are settings of their own
    found = {
        "style": asked.style if asked else None,
        "format": asked.format if asked else None,
        "wording": wording or None,
        "infix": asked.infix if asked else None,
        "strings": asked.strings if asked and of_matches else None,
        "stated": asked.stated if asked and of_matches else None,
        **{name: getattr(asked, name) if asked and of_matches else None for name in (*ARRANGED, "mixed")},
        "history": (history if shown else "all") if wording and of_matches else None,
        "backend": model.backend if model else None,
        "weights": run.spec.models.get(agent.partition(":")[2]),
    }
    return {f"{prefix}{key}": value for key, value in found.items()}


def model_of(agent: str) -> ModelEntry | None:
    """The catalog's entry of an agent's model; None for a bot, and for a model that is no longer in the catalog."""
    from arena.backends.weights.catalog import find_model

    kind, _, name = agent.partition(":")
    try:
        return find_model(name) if kind in ("llm", "mirror") else None
    except InputError:
        return None


def _parts(sampling: str) -> dict[str, float]:
    """The parts of a run's sampling, such as "temperature=1,top_p=1"."""
    return {
        name: float(value)
        for name, value in re.findall(r"(temperature|top_p|min_p)=(\d+(?:\.\d+)?(?:e[-+]?\d+)?)", sampling)
    }


def run_document(run: RunRow) -> dict[str, Any]:
    """A run's settings as JSON documents show them; `key` is the one by which an export identifies its rows."""
    spec = run.spec
    return {
        "run": run.name,
        "key": run_key(spec),
        "experiment": spec.experiment,
        "created": run.created,
        "finished": run.finished,
        "unit": str(spec.unit),
        "size": spec.size,
        "rounds": spec.rounds,
        "seed": spec.seed,
        "settings": dict(spec.settings),
        "models": dict(spec.models),
        "manifest": facts_of(spec.manifest),
        "commands": list(commands_of(spec.manifest)),
    }


def differing(rows: Iterable[Settings]) -> set[str]:
    """The names of the settings that differ between the rows that have them."""
    values: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                values.setdefault(name, set()).add(repr(value))
    return {name for name, found in values.items() if len(found) > 1}


def differences(rows: Sequence[Settings], shown: Collection[str] = ()) -> list[str]:
    """For each row, those of its settings that other rows don't share: " v. uniform, temperature 1.5", often "".

    `shown` are settings that are shown elsewhere, for instance in columns. Safe to print on one line.
    """
    ours = differing(rows) - {*OWN}
    of_subject: dict[Any, list[Settings]] = {}
    for row in rows:
        of_subject.setdefault(row.get("subject"), []).append(row)
    twice = {subject: differing(found) & {*OWN} for subject, found in of_subject.items()}
    return [_words(row, (ours | twice[row.get("subject")]) - set(shown)) for row in rows]


def labels(rows: Sequence[Settings], shown: Collection[str] = ()) -> list[str]:
    """A name for each row: its subject, with what differs. Rows that would still have the same name add their run."""
    names = [f"{shown_name(row)}{more}" for row, more in zip(rows, differences(rows, shown), strict=True)]
    places = [(name, *(row.get(key) for key in shown)) for name, row in zip(names, rows, strict=True)]
    often = Counter(places)
    return [
        f"{name}, run {printable(row['run'])}" if often[place] > 1 else name
        for name, row, place in zip(names, rows, places, strict=True)
    ]


def said_of_all(rows: Sequence[Settings]) -> str:
    """The settings that all rows share, in a sentence; "" if there are none. The opponent is always named."""
    several = differing(rows)
    opponents = dict.fromkeys(shown_name(row, "opponent") for row in rows if row.get("opponent"))
    said = [f"against {name}" for name in opponents if len(opponents) == 1]
    for name in _OF_ALL:
        value = next((row[name] for row in rows if row.get(name) is not None), None)
        if value is not None and name not in several and value != "all" and value != _PLAIN.get(name):
            said.append(said_of(name, value))
    return f"Throughout: {', '.join(said)}." if said else ""


def _words(row: Settings, names: Collection[str]) -> str:
    against = f" v. {shown_name(row, 'opponent')}" if "opponent" in names and row.get("opponent") else ""
    ordered = [*(name for name in _SAID if name in names), *sorted({*names} - {*_SAID} - _NEVER_SAID)]
    said = (said_of(name, row[name]) for name in ordered if row.get(name) not in (None, _PLAIN.get(name)))
    return "".join((against, *(f", {text}" for text in said)))


def said_of(name: str, value: Any) -> str:
    """A setting in words; safe to print."""
    text = number_text(value) if isinstance(value, float) else str(value)
    if name == "invalid":
        text = re.sub(r"^resample:(\d+)$", r"drawn again up to \1 times", text)
        text = "replaced by the policy's draw" if text == "policy" else text
    if name.endswith("history"):
        text = {"0": "no rounds", "1": "1 round"}.get(text, f"{text} rounds")
    text = shortened(name, text)
    return printable(_SAID[name].format(text) if name in _SAID else f"{name_of(name)} {text}")


def shortened(name: str, text: str) -> str:
    """A setting's value with a hash cut to what a person reads of it."""
    return text.removeprefix("sha256:")[:_DIGEST] if name.endswith("weights") else text
