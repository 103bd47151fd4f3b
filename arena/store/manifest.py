"""A run's manifest: the machines, versions and builds that made it, and the commands. It is no part of its identity.

`commands` are those that made the run, in order, each once: the one that began it, and later ones with which it went on
or was extended. A command that found the run finished isn't noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.store.codec import canonical

_COMMANDS: Final = "commands"
_OTHERS: Final = "merged"  # the manifests of the other machines


def with_commands(manifest: Mapping[str, Any], more: Sequence[str]) -> dict[str, Any]:
    """The manifest with more commands, each once; unchanged if there are none."""
    commands = list(dict.fromkeys((*commands_of(manifest), *more)))
    return {**manifest, **({_COMMANDS: commands} if commands else {})}


def commands_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The commands that made the run, as far as they were noted."""
    found = manifest.get(_COMMANDS)
    return tuple(map(str, found)) if isinstance(found, list) else ()


def facts_of(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """All but the commands: the machines, versions and builds."""
    return {name: value for name, value in manifest.items() if name != _COMMANDS}


def joined(manifests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first, and in it whichever others differ from it: a run of several machines names them all. The commands of
    all come one after another."""
    plain = []
    for manifest in map(facts_of, manifests):
        others = manifest.get(_OTHERS)
        if isinstance(others, list):
            plain += [{name: value for name, value in manifest.items() if name != _OTHERS}, *others]
        else:
            plain.append(manifest)
    first, *rest = {canonical(one): one for one in plain}.items()
    whole = {**first[1], **({_OTHERS: [one for _, one in sorted(rest, key=lambda named: named[0])]} if rest else {})}
    return with_commands(whole, [command for manifest in manifests for command in commands_of(manifest)])
