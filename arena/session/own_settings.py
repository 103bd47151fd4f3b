"""The settings that a person writes by hand: their own keys and themes, in `app.toml`. What is wrong with them is said
in sentences, and the rest counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from arena.errors import InputError
from arena.files import own_folder
from arena.text import meant
from arena.toml import Keys, lines_of, parse_toml, read_text

KEYS, THEMES = "keys", "themes"
_WHAT = "settings file"


def own_settings_path() -> Path:
    """The file, in the person's configuration folder."""
    return own_folder("config") / "app.toml"


@dataclass(slots=True)
class OwnSettings:
    """What the file says, by section, name and key, and the faults that were found in it so far."""

    path: Path
    tables: dict[str, Any] = field(default_factory=dict)
    lines: dict[Keys, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def fault(self, what: str, *keys: str) -> None:
        """Something is wrong with the value at `keys`; `what` is a sentence on it."""
        at = [line for end in range(len(keys), 0, -1) for path, line in self.lines.items() if path[:end] == keys[:end]]
        self.faults.append(f"{self.path}{f', line {at[0]}' if at else ''}: {what}")

    def of(self, section: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The tables of a section by name; whatever isn't a table is a fault."""
        found = self.tables.get(section, {})
        if not isinstance(found, dict):
            self.fault(f"{section} must be tables, such as [{section}.NAME]", section)
            return
        for name, table in found.items():
            if isinstance(table, dict):
                yield name, table
            else:
                self.fault(f"{section}.{name} must be a table: write [{section}.{name}]", section, name)


def own_settings() -> OwnSettings:
    """The person's own settings; empty if they have no such file."""
    path = own_settings_path()
    made = OwnSettings(path)
    if not path.exists():
        return made
    try:
        text = read_text(path, _WHAT)
        made.tables = parse_toml(text, path, _WHAT)
    except InputError as error:
        made.faults.append(str(error))
        return made
    made.lines = lines_of(text)
    for section in made.tables:
        if section not in (KEYS, THEMES):
            made.fault(f"there is no section {section!r}: {meant(section, (KEYS, THEMES), 'keys or themes')}", section)
    return made
