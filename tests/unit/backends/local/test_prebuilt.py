"""The prebuilt llama.cpp is refused before anything of it is called, where it can't be what Arena knows."""

from __future__ import annotations

import platform

import pytest

from arena.backends.local.library import LoadError
from arena.backends.local.llamacpp import builds, prebuilt
from arena.backends.local.llamacpp.builds import NATIVE, PREBUILT, VARIABLE, chosen
from arena.errors import InputError


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prebuilt, "version", lambda name: "2026.11.12000")
    with pytest.raises(LoadError, match=rf"knows xllamacpp {prebuilt.VERSION} and not 2026\.11\.12000: .*\[laptop\]"):
        prebuilt.bindings()


@pytest.mark.skipif(platform.machine() != "x86_64", reason="AVX2 is a matter of x86-64")
def test_a_processor_without_avx2_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prebuilt, "cpuinfo", lambda: "flags : sse4_1 sse4_2 avx f16c")
    with pytest.raises(LoadError, match="AVX2"):
        prebuilt.bindings()


@pytest.mark.parametrize(
    ("there", "named", "build"),
    [
        ("llama_cpp xllamacpp", "", NATIVE),
        ("llama_cpp xllamacpp", "prebuilt", PREBUILT),
        ("xllamacpp", "", PREBUILT),
        ("xllamacpp", "native", None),
        ("llama_cpp", "", NATIVE),
        ("", "", None),
    ],
)
def test_the_native_one_is_chosen_unless_another_is_named(
    there: str, named: str, build: builds.Build | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, named)
    monkeypatch.setattr(builds, "find_spec", lambda module: module in there.split() or None)
    assert chosen() == build


def test_a_name_of_no_build_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "fast")
    with pytest.raises(InputError, match="'fast', and there are native and prebuilt"):
        chosen()
