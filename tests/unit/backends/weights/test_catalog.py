"""The catalog: names, the user's own file over it, and the sentences for what is wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from arena.backends.weights.catalog import catalog, find_model
from arena.cli.main import arena
from arena.errors import InputError
from arena.prompts.formats import FORMATS

# The paper's models by their public hub names: style and format as its appendix A.2 has them.
PAPER = """\
meta-llama/Llama-3.1-8B,base,none
meta-llama/Llama-3.1-8B-Instruct,instruct,llama-instruct
allenai/Llama-3.1-Tulu-3-8B-SFT,instruct,tulu
allenai/Llama-3.1-Tulu-3-8B-DPO,instruct,tulu
allenai/Llama-3.1-Tulu-3-8B,instruct,tulu
meta-llama/Llama-3.1-70B,base,none
meta-llama/Llama-3.1-70B-Instruct,instruct,llama-instruct
allenai/Llama-3.1-Tulu-3-70B-SFT,instruct,tulu
allenai/Llama-3.1-Tulu-3-70B-DPO,instruct,tulu
allenai/Llama-3.1-Tulu-3-70B,instruct,tulu
Qwen/Qwen2.5-7B,base,none
Qwen/Qwen2.5-7B-Instruct,instruct,chat-template
Qwen/Qwen2.5-72B,base,none
Qwen/Qwen2.5-72B-Instruct,instruct,chat-template
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own catalog, empty to begin with."""
    path = tmp_path / "models.toml"
    path.write_text("")
    monkeypatch.setenv("ARENA_MODELS", str(path))
    return path


def test_the_embedded_models() -> None:
    gemma, smollm2 = find_model("gemma-3-270m"), find_model("smollm2-135m-instruct")
    assert (gemma.style, gemma.format) == ("base", "none")
    assert (smollm2.style, smollm2.format) == ("instruct", "chat-template")
    assert gemma.family != smollm2.family


def test_the_papers_models_are_all_there() -> None:
    rows = {(entry.weights, entry.style, entry.format) for entry in catalog().values()}
    for hub, style, format in csv.reader(PAPER.splitlines()):
        assert (f"hub:{hub}", style, format) in rows


def test_every_entry_is_complete() -> None:
    for name, entry in catalog().items():
        assert entry.name == name
        assert entry.format in FORMATS
        assert all((entry.style, entry.family, entry.size, entry.recipe, entry.licence))


def test_weights_in_full_need_no_entry() -> None:
    for name in ("llama.cpp:/models/a@b.gguf", "hf:org/name/a.gguf", "llama.cpp:hf:org/name/a.gguf"):
        entry = find_model(name)
        assert entry.name == name
        assert entry.weights == name.removeprefix("llama.cpp:")
        assert (entry.style, entry.format) == (None, None)


def test_an_entrys_wording_on_other_weights() -> None:
    entry = find_model("gemma-3-270m@llama.cpp:/models/other.gguf")
    assert (entry.weights, entry.style, entry.format) == ("/models/other.gguf", "base", "none")
    assert entry.name == "gemma-3-270m@llama.cpp:/models/other.gguf"
    assert not entry.sha256  # that of the entry's own weights


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gemma-3-27m", "did you mean 'gemma-3-270m'"),
        ("zzz", r"`arena models` lists them all\."),
        ("", "there is no model ''"),
        ("llama.cpp:", "name nothing"),
        ("gemma-3-270m@", "after the @"),
        ("gemma-3-270m@nowhere", "after the @"),
        ("gemma-3-270m@llama.cpp:", "name nothing"),
    ],
)
def test_a_name_that_is_none(name: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        find_model(name)


def test_the_users_own_entries_lie_over_the_shipped_ones(own: Path) -> None:
    own.write_text(
        '[mine]\nweights = "llama.cpp:/models/mine.gguf"\nstyle = "instruct"\nformat = "tulu"\n'
        '[gemma-3-270m]\nweights = "/models/better.gguf"\nstyle = "base"\n'
    )
    assert find_model("mine").weights == "/models/mine.gguf"
    assert find_model("gemma-3-270m").weights == "/models/better.gguf"
    assert find_model("smollm2-135m-instruct").family == "SmolLM2"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('[mine]\nstyle = "base"', "entry 'mine': .*weights"),
        ('[mine]\nweights = "/a"\nstile = "base"', "entry 'mine': .*stile"),
        ('[mine]\nweights = "/a"\nstyle = "chatty"', r"entry 'mine': .*chatty.*style"),
        ('[mine]\nweights = "/a"\nformat = "chatml"', r"entry 'mine': .*chatml.*format"),
        ('[mine]\nweights = ["/a"]', "entry 'mine': .*str.*weights"),
        ('[mine]\nweights = ""', "entry 'mine': .*name nothing"),
        ('[mine]\nweights = "/a"\nname = "yours"', "entry 'mine': .*name"),
        ('[mine]\nweights = "package:numpy"', "entry 'mine': weights: .*numpy"),
        ("mine = 1", "entry 'mine': "),
        ("[mine", "isn't TOML"),
        ("\udcff", "isn't TOML"),
    ],
)
def test_a_users_file_that_is_wrong_names_file_entry_and_key(own: Path, content: str, reason: str) -> None:
    own.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=reason) as caught:
        find_model("mine")
    assert str(own) in str(caught.value)


def test_a_wrong_entry_takes_no_other_down(own: Path) -> None:
    own.write_text(
        '[bad]\nstyle = "base"\n[smollm2-135m-instruct]\nweights = "x.gguf"\nname = "y"\n'
        '[mine]\nweights = "~nosuchuser/x.gguf"\n[folder]\nweights = "transformers:~nosuchuser/x"\n',
        encoding="utf-8-sig",
    )
    assert find_model("mine").weights == "~nosuchuser/x.gguf" and find_model("gemma-3-270m").style == "base"
    rows = json.loads(CliRunner().invoke(arena, ["models", "--json"], catch_exceptions=False).stdout)
    states = {row["name"]: row["state"] for row in rows}
    assert "weights" in states["bad"] and "no key `name`" in states["smollm2-135m-instruct"]
    assert states["mine"] == "file not found"
    with pytest.raises(InputError, match="entry 'bad'"):
        find_model("bad")


def test_a_users_file_that_is_not_there(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.unlink()
    with pytest.raises(InputError, match=r"ARENA_MODELS names .*models\.toml"):
        catalog()
    monkeypatch.setenv("ARENA_MODELS", str(own.parent))
    with pytest.raises(InputError, match="can't be read"):
        catalog()
    monkeypatch.setenv("ARENA_MODELS", "")
    monkeypatch.setattr("platformdirs.user_config_path", lambda _: own.parent)
    assert "gemma-3-270m" in catalog()


def test_the_command_lists_them(own: Path, tmp_path: Path) -> None:
    own.write_text(f'[mine]\nweights = "{tmp_path}/none.gguf"\nfamily = "[red]\\u001b[2J"\n')
    result = CliRunner().invoke(arena, ["models"], catch_exceptions=False)
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["name", "style", "family", "size", "licence", "state"]
    assert len(lines) == 1 + len(catalog())
    assert lines[-1].split() == ["mine", "[red]\\x1b[2J", "file", "not", "found"]

    rows = json.loads(CliRunner().invoke(arena, ["models", "--json"], catch_exceptions=False).stdout)
    assert [row["name"] for row in rows] == list(catalog())
    assert rows[-1]["family"] == "[red]\x1b[2J"


def test_the_command_verifies_what_is_ready(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.gguf"
    file.write_bytes(b"no model")
    # the shipped ones are left out of it: their files are large, and the notice of Gemma's is for a person to see
    others = "".join(f'[{name}]\nweights = "/none"\n' for name in ("gemma-3-270m", "smollm2-135m-instruct"))
    own.write_text(f'{others}[mine]\nweights = "{file}"\n')
    result = CliRunner().invoke(arena, ["models"])
    assert result.stdout.splitlines()[-1].split() == ["mine", "ready"]
    result = CliRunner().invoke(arena, ["models", "--check", "--json"])
    assert isinstance(result.exception, InputError)
    assert "mine" in str(result.exception)
    assert "isn't a GGUF file" in json.loads(result.stdout)[-1]["state"]
