"""What a command line may hold: names that are nearly right, values at their extremes, streams that are not ready."""

from __future__ import annotations

import json
import shutil
from importlib import import_module
from pathlib import Path

import click
import pytest

from arena.cli.main import COMMANDS
from arena.cli.options import STORE
from arena.cli.output import say
from arena.errors import ExitCode
from tests.unit.cli.inside import arena, refused

USAGE, INPUT = ExitCode.USAGE, ExitCode.INPUT
ALL = {name: getattr(import_module(module), name) for name, (module, _) in COMMANDS.items()}
PLAY = ("tournament", "--subject", "uniform", "--games", "2", "--rounds", "2")
RAW = "\x1b[2J\x9b31m\u202e"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ARENA_MODELS", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


# -- names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("tourament", "tournament"),
        ("numbres", "numbers"),
        ("tournament --subject gemma-3-270m", "llm:gemma-3-270m"),
        ("tournament --subject gemma-3-270", "llm:gemma-3-270m"),
        ("tournament --subject gemma-3-270m@transformers", "llm:gemma-3-270m@transformers"),
        ("tournament --subject llama.cpp:/x.gguf", "llm:llama.cpp:/x.gguf"),
        ("tournament --subject unifrom", "uniform"),
        ("tournament --subject uniform --game hide-and-sek", "hide-and-seek"),
        ("tournament --subject llm:gemma-3-270m --format tulo", "tulu"),
        ("numbers --model gemma-3-27m", "gemma-3-270m"),
        ("rewards some-org/some-name --task integer", "integers"),
        ("run laptoop", "laptop"),
    ],
)
def test_what_was_meant(line: str, meant: str) -> None:
    ended = arena(*line.split())
    assert ended.code in (USAGE, INPUT)
    assert f"did you mean '{meant}'?" in ended.err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("numbers --subject human --n 3", "arena numbers --human"),
        ("letters --subject human --n 3", "arena numbers --human"),
        ("sequences --subject human --n 3", "arena numbers --human"),
        ("numbers --subject human:mind-reader --n 3", "replies to others"),
        ("numbers --subject greedy --n 3", "replies to others"),
        ("numbers --human --subject greedy --n 3", "replies to others"),
        ("numbers --model gemma-3-270m --match-entropy uniform", "there is no model 'uniform'"),
        ("tournament --subject human --opponent uniform", "arena play"),
        ("tournament --subject uniform --opponent human", "arena play"),
        ("tournament --subject human:mind-reader --opponent uniform", "arena play"),
        ("tournament --subject human --opponent human", "both seats are human"),
        ("tournament --subject human --opponent greedy", "has none to read"),
        ("tournament --subject greedy --opponent human:mind-reader", "both read"),
        ("play --subject human --opponent human", "both seats are human"),
        ("play --subject greedy --opponent human:mind-reader", "both read"),
        ("play --subject greedy --opponent human", "has none to read"),
        ("rewards some-org/some-name --task sequences", "answers of one value"),
        ("run suite.toml", "arena numbers --human"),
    ],
)
def test_players_that_a_command_cannot_use(line: str, says: str) -> None:
    Path("suite.toml").write_text('title = "Me"\nsubjects = ["human"]\n[[task]]\ntask = "integers"\nn = 3\n')
    code = INPUT if "no model" in says else USAGE
    assert says in refused(line.split(), code)


# -- options -------------------------------------------------------------------------------------------------

ONE_VALUE = [
    (name, option.opts[0])
    for name, command in ALL.items()
    for option in command.params
    if isinstance(option, click.Option) and not option.multiple and not option.is_flag
]


@pytest.mark.parametrize(("name", "option"), ONE_VALUE)
def test_an_option_of_one_value_is_given_once(name: str, option: str) -> None:
    assert f"{option} is given 2 times" in refused([name, option, "1", option, "1"], USAGE)


def test_every_command_looks_for_one_store() -> None:
    stores = [option for command in ALL.values() for option in command.params if option.name == "store"]
    assert len(stores) > 10 and {option.default for option in stores} == {STORE} == {Path("arena.db")}
    several = [option for command in ALL.values() for option in command.params if option.name == "stores"]
    assert {option.default for option in several if isinstance(option, click.Option)} == {(STORE,)}
    makefile = Path(__file__).parents[3].joinpath("Makefile").read_text()
    assert "arena tournament" in makefile and "--store" not in makefile


@pytest.mark.parametrize(("command", "says"), [("numbers", "1500"), ("sequences", "1500"), ("tournament", "all")])
def test_defaults_are_shown(command: str, says: str) -> None:
    assert f"[default: ({says}" in arena(command, "--help").out


EXTREMES = ("-9223372036854775809", "-1", "0", "1000000000", "9223372036854775808", "1" + "0" * 5000)
FRACTIONS = ("-1", "0", "5e-324", "1e308", "1e999", "nan", "inf")
SMALL = {
    "tournament": " ".join(PLAY[1:]),
    "numbers": "--subject uniform --n 2",
    "prompts": "",
    "serve": "some-org/some-name --dry-run",
}


@pytest.mark.parametrize("name", SMALL)
def test_numbers_at_their_extremes(name: str) -> None:
    arena(*PLAY)
    given = SMALL[name].split()
    for option in ALL[name].params:
        whole = isinstance(option.type, click.types.IntParamType)
        if not (
            whole or isinstance(option.type, click.types.FloatParamType) or option.name in ("temperatures", "top_ps")
        ):
            continue
        flag = option.opts[0]
        others = [part for at, part in enumerate(given) if flag not in (part, given[at - 1])]
        for value in EXTREMES if whole else FRACTIONS:
            ended = arena(name, *others, f"{flag}={value}")
            assert ended.code in (ExitCode.DONE, USAGE, INPUT), (flag, value, ended)
            assert ended.code == ExitCode.DONE or flag.lstrip("-") in ended.err or "too many" in ended.err, (
                flag,
                value,
            )


@pytest.mark.parametrize(
    ("suite", "says"),
    [
        ("x = " + "[" * 1000 + "]" * 1000, "nested too deep"),
        ("seed = " + "1" * 4400, "isn't TOML"),
        ("seed = 9223372036854775808\n", "seed"),
        ("[[tournament]]\ngames = ['rps']\nmatches = 9223372036854775808\n", "matches"),
        ("[[tournament]]\ngames = ['rps']\nmatches = 1_000_000_000\n", "matches"),
        ("[[tournament]]\ngames = ['rps']\nrounds = 1_000_000_000\n", "rounds"),
        ("[[tournament]]\ngames = ['rps']\nmatches = 1_000_000\nrounds = 1_000\n", "too many"),
        ("[[task]]\ntask = 'integers'\nn = 1_000_000_000\n", "n`"),
        ("[[task]]\ntask = 'integers'\nn = 9_000_000\n", "--n is 9,000,000"),
    ],
)
def test_suites_at_their_extremes(suite: str, says: str) -> None:
    Path("suite.toml").write_text(f'title = "T"\nsubjects = ["uniform"]\n{suite}', encoding="utf-8-sig")
    ended = arena("run", "suite.toml")
    assert ended.code in (USAGE, INPUT) and says in ended.err, ended


@pytest.mark.parametrize("option", ["--store", "--out", "--wording"])
def test_a_path_of_5000_letters(option: str) -> None:
    subject = "llm:gemma-3-270m" if option == "--wording" else "uniform"
    line = ("tournament", "--subject", subject, "--games", "2", option, "a" * 5000)
    assert arena(*line).code in (USAGE, INPUT, ExitCode.STORE)
    for place in ("llama.cpp:", "transformers:"):
        assert arena("tournament", "--subject", f"llm:{place}{'a' * 5000}", "--style", "base").code == INPUT


# -- what is shown -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        [RAW],
        ["tournament", f"--{RAW}"],
        ["tournament", "--subject", "uniform", "--games", RAW],
        ["tournament", "--subject", "uniform", "--format", RAW],
        ["tournament", "--subject", f"llm:{RAW}", "--games", "1"],
        ["export", "--to", "csv", "--out", RAW],
        ["export", "--to", RAW],
        ["runs", "--store", RAW],
        ["run", RAW],
        ["play", RAW],
        ["prompts", "--run", RAW],
    ],
)
def test_nothing_raw_from_the_command_line(line: list[str]) -> None:
    arena(*PLAY)
    ended = arena(*line)
    assert "\\x9b31m\\u202e" in ended.err  # click takes colours out of its own
    assert not set(ended.out + ended.err) & set(RAW[:1] + RAW[4] + RAW[-1])


def test_nothing_raw_from_a_path(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"tables and figures are in {Path(RAW)}")
    assert capsys.readouterr().err == "tables and figures are in \\x1b[2J\\x9b31m\\u202e\n"


def test_json_is_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("models.toml").write_text(
        f'["{RAW.encode("unicode_escape").decode().replace(chr(92) + "x", chr(92) + "u00")}é"]\nweights = "x"\n'
    )
    monkeypatch.setenv("ARENA_MODELS", "models.toml")
    out = arena("models", "--json").out
    assert out.isascii() and json.loads(out)[-1]["name"] == f"{RAW}é"


def test_a_stream_of_few_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("models.toml").write_text('[mine]\nweights = "x"\nfamily = "Ünï 日本"\n', encoding="utf-8")
    monkeypatch.setenv("ARENA_MODELS", "models.toml")
    ended = arena("models", encoding="latin-1")
    assert ended.code == 0 and "Ünï \\u65e5\\u672c" in ended.out


def test_input_that_is_no_utf_8() -> None:
    ended = arena("numbers", "--human", "--subject", "uniform", "--n", "2", stdin=b"\xff\xfe\n3\n\xc3\x28\n7\n")
    assert ended.code == 0, ended.err
    assert "2 answers" in ended.out or "human" in ended.out


def test_somebody_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: object) -> None:
        raise KeyError

    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in ("pwd.getpwuid", "pwd.getpwnam"):
        monkeypatch.setattr(name, nobody)
    assert "gemma-3-270m" in arena("models").out
    for place in ("llama.cpp:", "transformers:", "llama-3.1-8b@llama.cpp:"):
        for home in ("~", "~nosuchuser"):
            line = ("tournament", "--subject", f"llm:{place}{home}/x.gguf", "--style", "base", "--format", "none")
            assert f"{home}/x.gguf" in refused(line, INPUT)


# -- completion ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_that_completes(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if shell == "bash" and not shutil.which("bash"):
        pytest.skip("click asks bash for its version")
    monkeypatch.setenv("_ARENA_COMPLETE", f"{shell}_source")
    ended = arena()
    assert ended.code == 0 and "_ARENA_COMPLETE" in ended.out and "Usage" not in ended.out


@pytest.mark.parametrize(
    ("typed", "offers"),
    [
        ("arena tour", {"tournament"}),
        ("arena export --to ", {"csv", "jsonl", "parquet", "inspect", "datasets"}),
        ("arena tournament --pat", {"--patience"}),
    ],
)
def test_words_that_complete(typed: str, offers: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ARENA_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
    ended = arena()
    assert ended.code == 0 and {line.partition(",")[2] for line in ended.out.splitlines()} == offers


def test_a_shell_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ARENA_COMPLETE", "tcsh_source")
    assert "bash_source" in refused([], USAGE)


def test_a_suite_counts_its_parts() -> None:
    Path("suite.toml").write_text(
        'title = "T"\nsubjects = ["uniform"]\n[[tournament]]\ngames = ["rps"]\nmatches = 2\n'
        '[[task]]\ntask = "integers"\nn = 2\n[[task]]\ntask = "letters"\nn = 2\n'
    )
    said = arena("run", "suite.toml", "--display", "plain").err
    assert [line.partition("]")[0] for line in said.splitlines() if "to go" in line] == [
        f"[part {part} of 3, 1/1" for part in (1, 2, 3)
    ]
