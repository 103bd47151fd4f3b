"""The messages between Arena and a worker process: small and typed, in msgpack with a length before each."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from typing import BinaryIO, Final

import msgspec

from arena.backends.base import Completion, Request, Scores, Vocabulary, Work
from arena.backends.local.settings import Settings

HEADER: Final = 4  # bytes before each message: its length, little-endian


class Load(msgspec.Struct, tag=True):
    """The first message to a worker: which library, which weights, and how to run them. `library` is MODULE:CLASS, a
    `Library` that is made from a place, settings and a `Progress`."""

    library: str
    place: str
    settings: Settings


class LoadTokenizer(msgspec.Struct, tag=True):
    """The first message to a worker that only tokenises: the folder of the tokenizer."""

    folder: str


class _Numbered(msgspec.Struct, tag=True):
    """A request to the worker, or its answer, which has the same number."""

    id: int


class Tokenize(_Numbered):
    """Ask for the ids of a text."""

    text: str
    specials: bool


class Complete(_Numbered):
    """Ask for a completion."""

    request: Request


class Score(_Numbered):
    """Ask for the log-probabilities of a text's tokens."""

    tokens: tuple[int, ...]


class Cancel(_Numbered):
    """Say that nobody waits for this request any more."""


class AskWork(_Numbered):
    """Ask what has been done so far."""


class Loading(msgspec.Struct, tag=True):
    """The share of the weights that is loaded, from 0 to 1; at 1 the first batch is about to run."""

    share: float


class Spelling(msgspec.Struct, tag=True):
    """A vocabulary as a message, and the answer to LoadTokenizer. Its pieces are joined, because decoding a quarter of
    a million of them would block the event loop."""

    rest: Vocabulary  # everything but the pieces
    pieces: bytes
    lengths: bytes

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Spelling:
        """A vocabulary in the form to send."""
        lengths = array("I", map(len, vocabulary.pieces)).tobytes()
        return cls(replace(vocabulary, pieces=()), b"".join(vocabulary.pieces), lengths)

    def vocabulary(self) -> Vocabulary:
        """The vocabulary that was sent."""
        ends = tuple(accumulate(array("I", self.lengths)))
        pieces = tuple(self.pieces[start:end] for start, end in zip((0, *ends), ends, strict=False))
        return replace(self.rest, pieces=pieces)


class Ready(msgspec.Struct, tag=True):
    """The model can be asked."""

    spelling: Spelling
    context: int
    build: str


class Notice(msgspec.Struct, tag=True):
    """Something to tell a person about the model, as the end of a sentence that begins with its name."""

    line: str


class Tokens(_Numbered):
    """The answer to Tokenize."""

    answer: tuple[int, ...]


class Completed(_Numbered):
    """The answer to Complete."""

    answer: Completion


class Scored(_Numbered):
    """The answer to Score."""

    answer: Scores


class WorkDone(_Numbered):
    """The answer to AskWork."""

    answer: Work


class Refused(msgspec.Struct, tag=True):
    """The file can't be used: a sentence for the person. The worker ends after it."""

    sentence: str


ToWorker = Load | LoadTokenizer | Tokenize | Complete | Score | Cancel | AskWork
Answer = Tokens | Completed | Scored | WorkDone
FromWorker = Loading | Notice | Spelling | Ready | Answer | Refused

_encoder = msgspec.msgpack.Encoder()
_to_worker = msgspec.msgpack.Decoder(ToWorker)
_from_worker = msgspec.msgpack.Decoder(FromWorker)


def frame(message: ToWorker | FromWorker) -> bytes:
    """The bytes of a message on a pipe."""
    body = _encoder.encode(message)
    return len(body).to_bytes(HEADER, "little") + body


def body_length(header: bytes) -> int:
    """How many bytes follow a frame's header."""
    return int.from_bytes(header, "little")


def decode_from_worker(body: bytes) -> FromWorker:
    """The message in a frame's body. Raises msgspec.DecodeError for anything else."""
    message: FromWorker = _from_worker.decode(body)
    return message


class Frames:
    """Takes bytes as they come from a pipe, and gives back the bodies of frames that are complete."""

    def __init__(self) -> None:
        self._rest = b""

    def add(self, data: bytes) -> Iterator[bytes]:
        """The bodies that these bytes complete."""
        data, at = self._rest + data, 0
        while (begin := at + HEADER) <= len(data) and (end := begin + body_length(data[at:begin])) <= len(data):
            yield data[begin:end]
            at = end
        self._rest = data[at:]


def read_to_worker(pipe: BinaryIO) -> ToWorker | None:
    """The next message on a pipe, or None when the other side has closed it."""
    header = pipe.read(HEADER)
    if len(header) < HEADER:
        return None
    body = pipe.read(body_length(header))
    message: ToWorker = _to_worker.decode(body)
    return message
