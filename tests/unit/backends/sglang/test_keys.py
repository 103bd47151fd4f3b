"""Who is told which secret: a login in an address, the key in the environment; and that a login is kept nowhere."""

from __future__ import annotations

import asyncio
import base64
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from arena.agents.spec import parse_agent
from arena.backends import keys
from arena.backends.keys import authorization, named, with_logins, without_logins
from arena.backends.loading import Models
from arena.backends.sglang.info import addresses
from arena.backends.weights.catalog import find_model
from arena.cli.main import main
from arena.errors import InputError
from arena.tui.web.server import WebServer
from benchmarks.support.model_folder import write_folder
from tests.support.sglang_stub import Stub, beside, serving

RIG = "http://rig:30000"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keys, "_logins", {})
    monkeypatch.setattr(keys, "_named", set())
    monkeypatch.setenv("ARENA_API_KEY", "key")
    (tmp_path / "models.toml").write_text("")
    monkeypatch.setenv("ARENA_MODELS", str(tmp_path / "models.toml"))


def basic(login: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}


BEARER = {"Authorization": "Bearer key"}


@pytest.mark.parametrize(
    ("text", "stripped", "login"),
    [
        ("sglang:http://user:secret@rig:30000", "sglang:http://rig:30000", "user:secret"),
        ("llama@sglang:HTTP://user:se%2Fcr%40et@RIG:30000/", "llama@sglang:HTTP://RIG:30000/", "user:se/cr@et"),
        ("http://a:b@rig:30000,http://c:d@other", "http://rig:30000,http://other", "a:b"),
        ("http://user:a,b@c@rig:30000", "http://rig:30000", "user:a,b@c"),
        ("http://token@rig:30000", "http://rig:30000", "token:"),
        ("http://user:\udcff@rig:30000", "http://rig:30000", "user:?"),
    ],
)
def test_a_login_is_for_its_own_host(text: str, stripped: str, login: str) -> None:
    assert without_logins(text) == stripped
    assert authorization(RIG) == basic(login)
    assert authorization("http://rig:30001") == authorization("https://rig:30000") == {}
    assert with_logins(stripped) == text


@pytest.mark.parametrize("text", ["http://rig/a@b", "llama@sglang:http://rig", "mix:rock=1", "@", ""])
def test_what_has_no_login(text: str) -> None:
    assert without_logins(text) == named(text) == text


def test_the_first_login_for_a_host_stays() -> None:
    for login in ("mine:secret", "a:suite's"):
        without_logins(f"http://{login}@rig:30000")
    assert authorization(RIG) == basic("mine:secret")


def test_the_key_goes_to_the_addresses_that_the_person_named(tmp_path: Path) -> None:
    suites = ("llm:sglang:http://rig:30000", "llm:smollm2-135m-instruct@sglang:http://rig:30000")
    for name in suites:
        find_model(parse_agent(name).argument)
    assert authorization(RIG) == {}
    (tmp_path / "models.toml").write_text('[mine]\nweights = "sglang:http://user:pass@rig,http://rig:30000"\n')
    find_model("sglang:http://anything")  # whatever is asked for
    assert authorization(RIG) == BEARER and authorization("http://rig") == basic("user:pass")
    assert find_model("mine").weights == "sglang:http://rig,http://rig:30000"
    assert authorization("http://other") == authorization("http://rig:30001") == {}
    named("--subject=llm:sglang:http://other")
    assert authorization("http://other") == BEARER
    assert authorization("http://other", "its own") == {"Authorization": "Bearer its own"}


@pytest.mark.parametrize("key", ["two\nlines", "key\r", "schlüssel", "\x00"])
def test_a_key_that_no_request_can_carry(key: str) -> None:
    with pytest.raises(InputError, match="ARENA_API_KEY has a line break"):
        authorization(RIG, key)


@pytest.mark.parametrize(
    "place",
    [
        *(
            "http://a..b",
            "http://.a",
            f"http://{'a' * 64}.org",
            "http://[::1",
            "http://a b",
            "http://a\0b",
            "http://a:x",
        ),
        *("http://user:se/cret@host", "http://user:se#cret@host", "http://user:se?cret@host"),
    ],
)
def test_hosts_that_cannot_be(place: str) -> None:
    with pytest.raises(InputError, match="an address is written") as caught:
        addresses(place)
    assert "cret" not in str(caught.value)


def test_a_login_stays_out_of_names() -> None:
    spec = parse_agent("llm:sglang:http://user:secret@rig")
    assert (spec.text, spec.argument) == ("llm:sglang:http://rig", "sglang:http://rig")
    assert find_model("sglang:http://user:secret@rig").name == "sglang:http://rig"
    with pytest.raises(InputError) as caught:
        find_model("nobody@sglang:http://user:secret@rig")
    assert "secret" not in str(caught.value)


class Guarded(Stub):
    """A server behind a login."""

    async def generate(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != basic("user:secret")["Authorization"]:
            return web.Response(status=401)
        return await super().generate(request)


def test_a_login_is_used_and_kept_nowhere(
    tmp_path: Path, arena: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    """A tournament through the command line: what it says, its store, and what is made of it."""
    stub = Guarded(write_folder(tmp_path / "tiny"))
    store = tmp_path / "run.db"
    with beside(stub):
        name = "llm:sglang:" + stub.url.replace("://", "://user:secret@")
        arena("tournament", "--subject", name, "--games", "2", "--rounds", "2", "--store", store, "--json")
    arena("export", "--store", store, "--to", "csv", "--out", tmp_path / "out")
    said = capfd.readouterr()
    assert stub.url in said.out and "secret" not in said.out + said.err
    for file in (*tmp_path.glob("run.db*"), *(tmp_path / "out").iterdir()):
        assert b"secret" not in file.read_bytes(), file
    assert stub.url.encode() in store.read_bytes()


def test_a_suite_gets_no_key(tmp_path: Path, arena: Callable[..., None]) -> None:
    stub = Stub(write_folder(tmp_path / "tiny"))
    suite = tmp_path / "suite.toml"
    with beside(stub):
        part = '[[tournament]]\ngames = ["rps"]\nmatches = 1\nrounds = 1\n'
        suite.write_text(f'title = "x"\nsubjects = ["llm:sglang:{stub.url}"]\n{part}')
        arena("run", suite, "--store", tmp_path / "run.db")
    assert stub.headers and not any(stub.headers)


def test_a_model_is_asked_for_by_its_name_with_a_login(tmp_path: Path) -> None:
    stub = Guarded(write_folder(tmp_path / "tiny"))

    async def ask() -> None:
        async with serving(stub):
            models = Models()
            try:
                model = await models.get("sglang:" + stub.url.replace("://", "://user:secret@"))
                assert model.name == f"sglang:{stub.url}" and "secret" not in repr(models.manifest())
            finally:
                await models.close()

    asyncio.run(ask())


def test_the_command_line_names_addresses_and_keeps_no_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also not in the command that an interrupted run says goes on with it, which is made of `sys.argv`."""
    monkeypatch.setattr(sys, "argv", ["arena", "--help", "--subject=llm:sglang:http://user:secret@rig,http://other"])
    with pytest.raises(SystemExit):
        main()
    assert sys.argv[2] == "--subject=llm:sglang:http://rig,http://other"
    assert authorization("http://rig") == basic("user:secret") and authorization("http://other") == BEARER


def test_a_viewers_app_is_given_the_logins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`arena web` starts `arena play` for each viewer, in a process of its own."""
    commands: list[list[str]] = []
    monkeypatch.setattr(WebServer, "run", lambda server: commands.append(shlex.split(server.command)))
    monkeypatch.setattr(sys, "argv", ["arena", "web", "--subject", "llm:sglang:http://user:secret@rig"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    main()
    assert "--subject=llm:sglang:http://user:secret@rig" in commands[0]
