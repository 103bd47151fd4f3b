"""The sentences about a server that doesn't answer, or not as it should, of whatever kind it is."""

from __future__ import annotations

from dataclasses import dataclass

from arena.backends.keys import KEY_VARIABLE, authorization, key
from arena.errors import InputError, ModelError

_MOST_SHOWN = 200  # letters of what is wrong


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a kind of server: if nobody answers at its address, and if an answer can't be right."""

    absent: str
    wrong: str


class Unavailable(ModelError):
    """No server answers there, at least not now."""


def unreachable(url: str, why: str, advice: Advice) -> Unavailable:
    """Nobody answers."""
    return Unavailable(f"no server answers at {url} ({why}): {advice.absent}")


def cannot_answer(url: str, why: str) -> Unavailable:
    """It answers that it can't answer."""
    return Unavailable(f"the server at {url} can't answer now ({why}): try again later; --patience waits longer")


def refused_key(url: str, sent: bool) -> ModelError:
    """The server wants a different key from the one sent, or wants one at all."""
    if sent:
        return ModelError(f"the server at {url} refuses the key: set {KEY_VARIABLE} to the one it was started with")
    if key() and not authorization(url):
        return ModelError(
            f"the server at {url} wants a key, and was not sent the one in {KEY_VARIABLE}, which is only for addresses "
            "that you name yourself: on the command line, or in your models.toml"
        )
    return ModelError(f"the server at {url} wants a key: set {KEY_VARIABLE} to the one it was started with")


def redirects(url: str, status: int) -> InputError:
    """It sends its clients elsewhere, where keys and prompts aren't meant to go."""
    return InputError(f"{url} sends requests on to another address (status {status}): name the server's own address")


def unbelievable(url: str, why: str, advice: Advice) -> ModelError:
    """Its answer can't be true."""
    return ModelError(
        f"the server at {url} gives an answer that can't be right: {why[:_MOST_SHOWN]}. None of it is kept; what "
        f"was played before is. {advice.wrong}"
    )


def serves_another(url: str, now: str, before: str) -> ModelError:
    """A server whose model has changed."""
    return ModelError(
        f"{url} serves {now} now, and {before} before: start the same model again, and then the same command"
    )
