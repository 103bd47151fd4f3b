"""Whatever is wrong with a command, its files or its place: the right exit code and a sentence, never a traceback."""

from __future__ import annotations

import os
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from arena.errors import ExitCode
from tests.integration.conftest import Mount
from tests.support.commands import (
    SMOLLM2,
    arena,
    begun,
    check_whole,
    complaint,
    count_rounds,
    exported,
    last_words,
    wait_for,
)

USAGE, INPUT, MODEL, STORE = ExitCode.USAGE, ExitCode.INPUT, ExitCode.MODEL, ExitCode.STORE
UNIFORM = ("tournament", "--subject", "uniform")
MANY = (*UNIFORM, "--games", "20000")  # a few seconds' work, and some 10 MB of store


# -- the command ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("tornament", "tornament"),
        ("tournament", "--subject"),
        ("tournament --subject uniform --no-such-option", "--no-such-option"),
        ("tournament --subject uniform --games", "--games"),
        ("tournament --subject uniform --games many", "many"),
        ("tournament --subject uniform --games 0", "0"),
        ("tournament --subject uniform --games -3", "-3"),
        ("tournament --subject uniform --rounds 0", "0"),
        ("tournament --subject uniform --seed x", "x"),
        ("tournament --subject uniform --display loud", "loud"),
        ("tournament --subject uniform --style bold", "bold"),
        ("tournament --subject uniform --format no-such-format", "no-such-format"),
        ("tournament --subject uniform --temperature 0", "temperature"),
        ("tournament --subject uniform --temperature nan", "temperature"),
        ("tournament --subject uniform --top-p 1.5", "top-p"),
        ("tournament --subject uniform --top-p nan", "top-p"),
        ("tournament --subject uniform --history -1", "history"),
        ("tournament --subject uniform --max-tokens 0", "max-tokens"),
        ("tournament --subject uniform --kv-mib 0", "kv-mib"),
        ("tournament --subject uniform --batch 0", "batch"),
        ("tournament --subject uniform --subject uniform", "uniform"),
        ("tournament --subject uniform --game rps --game rps", "rps"),
        ("tournament --subject greedy --opponent greedy", "greedy"),
        ("report --format pdf", "pdf"),
        ("export --to csv", "--out"),
        ("export --to xlsx --out out", "xlsx"),
    ],
)
def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, says: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in complaint(*arguments.split(), code=USAGE)


@pytest.mark.parametrize(
    ("game", "says"),
    [
        ("rsp", "rps"),
        ("chess", "hide-and-seek"),
        ("", "rps"),
        ("rps:3", "no number"),
        ("rps:", "number"),
        ("hide-and-seek:", "number"),
        ("hide-and-seek:x", "number"),
        ("hide-and-seek:-2", "number"),
        ("hide-and-seek:1", "2 to 7"),
        ("hide-and-seek:8", "2 to 7"),
        pytest.param("hide-and-seek:" + "9" * 5000, "hide-and-seek", id="5000 digits"),
    ],
)
def test_games(tmp_path: Path, game: str, says: str) -> None:
    assert says in complaint(*UNIFORM, "--game", game, "--store", tmp_path / "x.db", code=USAGE)


@pytest.mark.parametrize(
    ("agent", "says"),
    [
        ("unifrom", "uniform"),
        ("", "there are"),
        ("uniform:3", "uniform"),
        ("fixed", "fixed:MOVE"),
        ("fixed:", "fixed:MOVE"),
        ("fixed:spock", "rock, paper, scissors"),
        ("fixed:[red]", "rock, paper, scissors"),
        (b"fixed:\xff\xfe", "rock, paper, scissors"),
        (b"\xff\xfe", "there are"),
        ("mix:", "mix:MOVE=P"),
        ("mix:rock", "MOVE=PROBABILITY"),
        ("mix:rock=0.5,paper=0.5,", "MOVE=PROBABILITY"),
        ("mix:spock=1", "rock, paper, scissors"),
        ("mix:rock=0.5,rock=0.5", "twice"),
        ("mix:rock=half,paper=0.5", "half"),
        ("mix:rock=,paper=1", "number"),
        ("mix:rock=-0.5,paper=1.5", "-0.5"),
        ("mix:rock=nan,paper=0.5", "nan"),
        ("mix:rock=inf,paper=0.5", "inf"),
        ("mix:rock=1e999", "1e999"),
        ("mix:rock=0.5,paper=0.3", "0.8"),
        ("mix:rock=0.5,paper=0.5,scissors=0.5", "1.5"),
        ("mix:rock=0", "sum"),
        ("llm", "llm:MODEL"),
        ("llm:", "llm:MODEL"),
    ],
)
@pytest.mark.parametrize("seat", ["--subject", "--opponent"])
def test_agents(tmp_path: Path, agent: str | bytes, says: str, seat: str) -> None:
    other = ("--opponent" if seat == "--subject" else "--subject", "uniform")
    store = tmp_path / "x.db"
    assert says in complaint("tournament", seat, agent, *other, "--store", store, code=USAGE)
    assert count_rounds(store) == 0


# -- models --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "code", "says"),
    [
        ("gemma-3-270n", INPUT, "gemma-3-270m"),
        ("gpt-17", INPUT, "arena models"),
        ("gemma-3-270m@elsewhere", INPUT, "@"),
        ("no-such-model@llama.cpp:/x.gguf", INPUT, "no-such-model"),
        ("llama.cpp:", INPUT, "llama.cpp:/path"),
        ("llama.cpp:no/such/file.gguf", INPUT, "no/such/file.gguf"),
        (b"llama.cpp:no-such-\xff.gguf", INPUT, "no-such-"),
        ("hf:file.gguf", INPUT, "hf:ORG/NAME/FILE.gguf"),
        ("hf:a b/c d/file.gguf", INPUT, "hf:"),
        ("hf:some-org/some-name/file.gguf", MODEL, "can't be reached"),
        ("llama-3.1-8b", MODEL, "safetensors"),
    ],
)
def test_models(tmp_path: Path, model: str | bytes, code: int, says: str) -> None:
    subject = b"llm:" + (model if isinstance(model, bytes) else model.encode())
    store = tmp_path / "x.db"
    assert says in complaint("tournament", "--subject", subject, "--games", "1", "--store", store, code=code)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "GGUF"),
        (b"GG", "GGUF"),
        pytest.param(b"Call me Ishmael.\n" * 100, "GGUF", id="a novel"),
        (b"GGUF", "cut off"),
        (b"GGUF" + bytes(100), "version"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 100, "damaged"),
        (b"GGUF\x03\0\0\0" + bytes(8) + b"\1" + bytes(7) + b"\xff" * 100, "cut off"),
        (b"GGUF\x03\0\0\0" + bytes(16), "."),  # whole, but there is no model in it
        pytest.param(bytes(range(256)) * 4096, "GGUF", id="a mebibyte"),
    ],
)
def test_files_that_are_no_gguf(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "model.gguf").write_bytes(content)
    assert says in refused_file(tmp_path / "model.gguf")


def test_a_folder_is_no_gguf_file(tmp_path: Path) -> None:
    assert "is a folder" in refused_file(tmp_path)


@pytest.mark.model
@pytest.mark.parametrize("part", [100, 10_000, 1_000_000, 0.1, 0.5, 0.99, -1])
def test_a_truncated_model(tmp_path: Path, part: float) -> None:
    whole = locate(find_model(SMOLLM2))
    size = whole.stat().st_size
    length = size - 1 if part < 0 else int(size * part) if part < 1 else int(part)
    with whole.open("rb") as file:
        (tmp_path / "model.gguf").write_bytes(file.read(length))
    assert "model.gguf" in refused_file(tmp_path / "model.gguf")


def refused_file(path: Path) -> str:
    """The sentence about a file that is no model."""
    store = path.parent / "x.db"
    return complaint("tournament", "--subject", f"llm:llama.cpp:{path}", "--games", "1", "--store", store, code=INPUT)


@pytest.mark.parametrize(
    ("catalog", "code", "says"),
    [
        ('[mine]\nweights = "no/such/file.gguf"', INPUT, "no/such/file.gguf"),
        ('[mine]\nweights = "no/such/file.gguf"\nstyle = "base"\nformat = "none"', INPUT, "no/such/file.gguf"),
        ('[mine]\nweights = "package:no-such-package"', INPUT, "no-such-package"),
        ('[mine]\nweights = "hub:some-org/some-name"', MODEL, "safetensors"),
        ('[mine]\nweights = "hf:some-org/some-name/file.gguf"', MODEL, "can't be reached"),
        ('[mine]\nstyle = "base"', INPUT, "weights"),
        ('[mine]\nweights = "x.gguf"\nstyle = "bold"', INPUT, "bold"),
        ('[mine]\nweights = "x.gguf"\ncolour = "red"', INPUT, "colour"),
        ('mine = "x.gguf"', INPUT, "mine"),
        ("[mine", INPUT, "models.toml"),
        ("\xff", INPUT, "models.toml"),
        (None, INPUT, "models.toml"),
    ],
)
def test_catalogs(tmp_path: Path, catalog: str | None, code: int, says: str) -> None:
    own = tmp_path / "models.toml"
    if catalog is not None:
        own.write_bytes(catalog.encode("latin-1"))
    command = ("tournament", "--subject", "llm:mine", "--games", "1", "--store", tmp_path / "x.db")
    assert says in complaint(*command, code=code, env={"ARENA_MODELS": str(own)})


@pytest.mark.model
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "wording.toml"),
        ("[", "wording.toml"),
        ('name = "mine"', "infix"),
        ('name = "mine"\nprompt = "Go:"\ninfix = "I take "\nclosing = []', "space"),
        ('name = "mine"\nprompt = "{{ nobody.said }}"\ninfix = "I take"\nclosing = []', "mine"),
        ('name = "mine"\nprompt = "{% if %}"\ninfix = "I take"\nclosing = []', "mine"),
        ('name = "mine"\nprompt = "{{ \'\'.__class__.__mro__ }}"\ninfix = "I take"\nclosing = []', "mine"),
        ('name = "mine"\nprompt = "Go:"\ninfix = "I take"\nclosing = [""]', "closing"),
        ('name = "mine"\nprompt = "{{ 1 / 0 }}"\ninfix = "I take"\nclosing = []', "mine"),
    ],
)
def test_wordings(tmp_path: Path, content: str | None, says: str) -> None:
    wording = tmp_path / "wording.toml"
    if content is not None:
        wording.write_text(content)
    command = ("tournament", "--subject", f"llm:{SMOLLM2}", "--games", "1", "--store", tmp_path / "x.db")
    assert says in complaint(*command, "--wording", wording, code=INPUT)


@pytest.mark.model
def test_a_match_longer_than_the_context(tmp_path: Path) -> None:
    command = ("tournament", "--subject", f"llm:{SMOLLM2}", "--games", "1", "--store", tmp_path / "x.db")
    sentence = complaint(*command, "--rounds", "2000", code=INPUT)
    assert "--history" in sentence
    most = int(sentence.partition("at most ")[2].split()[0])
    assert 100 < most < 2000
    assert f"at most {most} rounds" in complaint(*command, "--rounds", str(most + 1), code=INPUT)
    for fits in (("--rounds", str(most)), ("--rounds", "2000", "--history", "5")):
        with begun(*command, *fits) as process:  # it begins to play; to its end would take too long
            assert process.stderr
            assert "rounds to go" in process.stderr.readline()


@pytest.mark.model
def test_too_little_memory_for_a_model(tmp_path: Path) -> None:
    command = ("tournament", "--subject", f"llm:{SMOLLM2}", "--games", "1", "--store", tmp_path / "x.db")
    assert "--kv-mib" in complaint(*command, "--kv-mib", "1", code=INPUT)


# -- stores --------------------------------------------------------------------------------------------------


def another_programs(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()


def text_file(path: Path) -> None:
    path.write_text("Dear diary, today I lost again.\n" * 50)


def short_file(path: Path) -> None:
    path.write_text("Dear diary")


def damaged(path: Path) -> None:
    arena(*UNIFORM, "--games", "200", "--store", path)
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xa5" * (len(content) - 8192))


def newer(path: Path) -> None:
    arena(*UNIFORM, "--games", "2", "--store", path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (another_programs, "another program's"),
        (text_file, "not a SQLite database"),
        (short_file, "not a SQLite database"),
        (damaged, "damaged"),
        (newer, "newer Arena"),
        (folder, "is a folder"),
        (pipe, "no ordinary file"),
    ],
)
def test_stores(tmp_path: Path, make: Callable[[Path], None], says: str) -> None:
    store = tmp_path / "arena.db"
    make(store)
    before = store.read_bytes() if store.is_file() else None
    for command in (UNIFORM, ("report",), ("runs",), ("prompts",), ("export", "--to", "csv", "--out", tmp_path)):
        assert says in complaint(*command, "--store", store, code=STORE)
    if before is not None:
        assert store.read_bytes() == before


@pytest.mark.parametrize("name", ["no/such/folder/arena.db", "x" * 300, "file/arena.db"])
def test_places_that_are_not_there(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    for command in (UNIFORM, ("report",)):
        complaint(*command, "--store", tmp_path / name, code=STORE)


def test_a_run_that_is_not_there(tmp_path: Path) -> None:
    store = tmp_path / "arena.db"
    assert "no store" in complaint("report", "--store", store, code=STORE)
    assert not store.exists()
    arena(*UNIFORM, "--games", "2", "--store", store)
    for command in (("report",), ("prompts",), ("export", "--to", "csv", "--out", tmp_path)):
        assert "no-such-run" in complaint(*command, "--store", store, "--run", "no-such-run", code=INPUT)


def test_a_place_that_cannot_be_written(mount: Mount, remount: Callable[[Path, str], None], tmp_path: Path) -> None:
    place = mount("size=4m")
    arena(*UNIFORM, "--games", "20", "--store", place / "arena.db")
    remount(place, "ro")
    for store in ("arena.db", "new.db"):
        complaint(*UNIFORM, "--games", "40", "--store", place / store, code=STORE)
    # to read is still possible; to write beside it isn't
    assert arena("report", "--store", place / "arena.db", "--format", "csv").stdout
    assert exported(place / "arena.db", tmp_path / "out").count(b"\n") == 201
    for command in (("report",), ("export", "--to", "csv")):
        refused = arena(*command, "--store", place / "arena.db", "--out", place / "out", code=STORE)
        assert "can't be written" in last_words(refused.stderr, STORE)


def test_an_out_that_is_a_file(tmp_path: Path) -> None:
    store, out = tmp_path / "arena.db", tmp_path / "out"
    arena(*UNIFORM, "--games", "2", "--store", store)
    out.touch()
    assert "in the way" in complaint("export", "--to", "csv", "--store", store, "--out", out, code=STORE)
    assert "out" in complaint("report", "--store", store, "--out", out, code=USAGE)


@pytest.mark.parametrize("size", ["1m", "10m"])  # too small for the first half second, and for all of it
def test_a_full_disk(mount: Mount, remount: Callable[[Path, str], None], tmp_path: Path, size: str) -> None:
    place = mount(f"size={size}")
    store = place / "arena.db"
    refused = arena(*MANY, "--store", store, "--display", "none", code=STORE)
    assert refused.stdout == ""
    assert "full" in last_words(refused.stderr, STORE)
    kept = count_rounds(store)
    assert kept or size == "1m"
    check_whole(store)
    # what was written can be read, full as the disk is
    assert "stopped" in arena("runs", "--store", store).stdout
    if kept:
        assert "uniform" in arena("report", "--store", store, "--format", "csv").stdout
    out = tmp_path / "out"
    arena("export", "--store", store, "--to", "csv", "--out", out, "--all")
    assert (out / "rounds.csv").read_bytes().count(b"\n") == 1 + kept
    # and with more room the same command goes on
    if kept:
        remount(place, "size=200m")
        arena(*MANY, "--store", store)
        check_whole(store, 20_000, 10)


def test_a_full_disk_for_what_is_read(mount: Mount, tmp_path: Path) -> None:
    store, place = tmp_path / "arena.db", mount("size=16k")
    arena(*UNIFORM, "--games", "200", "--store", store)
    for command in (("report",), ("export", "--to", "csv"), ("export", "--to", "parquet"), ("export", "--to", "jsonl")):
        assert "full" in complaint(*command, "--store", store, "--out", place / "out", code=STORE)
    assert not list(place.glob("out/rounds*"))  # there whole, or not at all


def test_a_second_writer_to_one_run(tmp_path: Path) -> None:
    store = tmp_path / "arena.db"
    command = (*UNIFORM, "--games", "100000", "--store", store)
    with begun(*command) as first:
        wait_for(lambda: count_rounds(store), first)
        assert f"process {first.pid}" in complaint(*command, code=STORE)
        arena("runs", "--store", store)  # to read is no harm
        arena(*UNIFORM, "--games", "5", "--seed", "1", "--store", store)  # and neither is another run
        first.send_signal(signal.SIGINT)
        _, stderr = first.communicate()
        assert first.returncode == ExitCode.INTERRUPTED, stderr
    check_whole(store)


# -- pipes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", ["head -1", "true"])
@pytest.mark.parametrize(
    "command",
    ["report", "report --format json", "runs", "models", "--help", "export --to csv --out OUT", "runs --json"],
)
def test_a_reader_that_leaves_early(tmp_path: Path, command: str, reader: str) -> None:
    store = tmp_path / "arena.db"
    arena(*UNIFORM, "--subject", "fixed:rock", "--games", "20", "--store", store)
    arguments = command.replace("OUT", str(tmp_path / "out")).split()
    if arguments[0] not in ("models", "--help"):
        arguments += ["--store", str(store)]
    line = f"{shlex.join([sys.executable, '-m', 'arena', *arguments])} | {reader}; echo ${{PIPESTATUS[0]}} >&2"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True)
    *said, code = done.stderr.splitlines()
    assert code == "0"
    assert not any("Traceback" in line or "rror" in line for line in said), done.stderr
