"""A run's manifest: the machines, versions and builds that made it, and the commands. It is no part of its identity.

`commands` are those that made the run, in order, each once: the one that began it, and later ones with which it went on
or was extended. A command that found the run finished isn't noted. If a run went on with another build, on another
machine or with another version, all of them are named, as for a run that was merged from several machines' parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from arena.store.codec import canonical

_COMMANDS: Final = "commands"
_OTHERS: Final = "merged"  # the manifests of the other machines and builds


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


def gone_on(begun: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of a run that goes on: with what runs it now, if nothing that has run it was the same, and with its
    commands."""
    if changes(begun, now):
        return joined([begun, now])
    return with_commands(begun, commands_of(now))


def changes(begun: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The facts that are others now than in whatever was most like it: (then, now) by what they are of. A fact that is
    known of one of them alone is no change."""
    found = []
    known = _flat(now)
    for one in _alone(begun):
        then = _flat(one)
        found.append({name: (then[name], known[name]) for name in then if known.get(name, then[name]) != then[name]})
    return min(found, key=len)


def _alone(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The facts of each machine and build of a run, the first of them first."""
    plain = facts_of(manifest)
    if not isinstance(plain.get(_OTHERS), list):  # none, or not by this code
        return [plain]
    return [plain, *plain.pop(_OTHERS)]


def _flat(facts: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in facts.items():
        kind = "build of " if name == "models" else f"{name}: "
        nested = isinstance(value, Mapping)
        found |= {f"{kind}{key}": str(inner) for key, inner in value.items()} if nested else {name: str(value)}
    return found


def joined(manifests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The first, and in it whichever others differ from it: a run of several machines names them all. The commands of
    all come one after another."""
    plain = [one for manifest in manifests for one in _alone(manifest)]
    first, *rest = {canonical(one): one for one in plain}.items()
    whole = {**first[1], **({_OTHERS: [one for _, one in sorted(rest, key=lambda named: named[0])]} if rest else {})}
    return with_commands(whole, [command for manifest in manifests for command in commands_of(manifest)])
