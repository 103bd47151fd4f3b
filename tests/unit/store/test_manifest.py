"""What a run's manifest keeps: the machines that made it, and the commands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from arena.store import Store
from arena.store.codec import identity
from arena.store.manifest import changes, commands_of, facts_of, gone_on, joined, with_commands
from tests.support.small_run import MakeRound, MakeSpec


def test_a_manifest_of_another_time_has_no_commands() -> None:
    for manifest in ({}, {"machine": "this"}, {"commands": "arena run"}):
        assert commands_of(manifest) == () and with_commands(manifest, []) == manifest
    assert with_commands({"commands": ["a"]}, ["b", "a", "b"]) == {"commands": ["a", "b"]}
    assert facts_of({"commands": ["a"], "machine": "this"}) == {"machine": "this"}


def test_parts_of_a_run_were_made_by_all_their_commands() -> None:
    one, two, three = ({"machine": name, "commands": [f"arena {at}"]} for at, name in enumerate(("x", "x", "y")))
    assert joined([one, two]) == {"machine": "x", "commands": ["arena 0", "arena 1"]}
    assert joined([joined([one, two]), three]) == {
        "machine": "x",
        "merged": [{"machine": "y"}],
        "commands": ["arena 0", "arena 1", "arena 2"],
    }


def test_the_commands_that_made_a_run_are_kept(tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    spec = make_spec(size=1, rounds=1)

    def begun(command: str, size: int = 1, finish: bool = False) -> tuple[str, ...]:
        known = replace(spec, size=size, manifest=with_commands({"machine": "any"}, [command]))
        assert identity(known) == identity(spec)
        with Store.open(tmp_path / "arena.db", create=True) as store:
            with store.begin(known) as writer:
                if finish:
                    writer.finish()
            (run,) = store.runs()
            assert facts_of(run.spec.manifest) == {"machine": "any"}
            return commands_of(run.spec.manifest)

    assert begun("first") == ("first",)
    assert begun("first") == ("first",)
    assert begun("second", finish=True) == ("first", "second")
    assert begun("only looks") == ("first", "second")
    assert begun("extends", size=2) == ("first", "second", "extends")


def test_a_run_that_goes_on_otherwise_names_both() -> None:
    begun = {"machine": "x", "models": {"m": "one", "n": "one"}, "commands": ["arena 0"]}
    same = {"machine": "x", "models": {"m": "one"}, "commands": ["arena 1"]}
    other = {"machine": "x", "models": {"m": "two"}}
    assert changes(begun, same) == {} and changes(begun, other) == {"build of m": ("one", "two")}
    assert gone_on(begun, same) == {**begun, "commands": ["arena 0", "arena 1"]}
    both = gone_on(begun, other)
    assert both == {**begun, "merged": [other]}
    assert gone_on(both, other) == both == gone_on(both, same | {"commands": []})
    assert changes(both, {"models": {"m": "three", "o": "new"}}) == {"build of m": ("one", "three")}
    assert gone_on(begun, {"python": "3.13"}) == begun  # what wasn't known is no change
