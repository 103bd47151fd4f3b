"""What travels between Arena and a worker process: small typed messages, msgpack with a length before each."""

from __future__ import annotations

import struct
from array import array
from itertools import accumulate
from typing import BinaryIO

import msgspec

from arena.backends.base import Completion, Request, Scores, Vocabulary, Work
from arena.backends.local.settings import Settings

_LENGTH = struct.Struct("<I")


class Load(msgspec.Struct, tag=True):
    """The first message to a worker: which library, which weights, and how to run them. `library` is MODULE:CLASS, a
    `Library` that is made of a place, settings and what hears its progress."""

    library: str
    place: str
    settings: Settings


class LoadTokenizer(msgspec.Struct, tag=True):
    """The first message to a worker that is to tokenise alone: the folder of the tokenizer."""

    folder: str


class Tokenize(msgspec.Struct, tag=True):
    """Ask for the ids of a text."""

    id: int
    text: str
    specials: bool


class Complete(msgspec.Struct, tag=True):
    """Ask for a completion."""

    id: int
    request: Request


class Score(msgspec.Struct, tag=True):
    """Ask for the log-probabilities of a text's tokens."""

    id: int
    tokens: tuple[int, ...]


class Cancel(msgspec.Struct, tag=True):
    """Nobody waits for this request any more."""

    id: int


class AskWork(msgspec.Struct, tag=True):
    """Ask what was done so far."""

    id: int


class Loading(msgspec.Struct, tag=True):
    """How much of the weights is loaded, from 0 to 1; after that the first batch is about to run."""

    share: float


class Spelling(msgspec.Struct, tag=True):
    """A `Vocabulary` as it travels, and the answer to LoadTokenizer. The pieces are joined: the event loop would stand
    still while a quarter of a million are decoded."""

    pieces: bytes
    lengths: bytes
    specials: dict[str, int]
    bos: int | None
    ends: list[int]
    chat_template: str | None
    named: dict[str, str]
    mark: str
    lstrips: list[int]
    rstrips: list[int]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Spelling:
        """A vocabulary, to be sent."""
        return cls(
            pieces=b"".join(vocabulary.pieces),
            lengths=array("I", map(len, vocabulary.pieces)).tobytes(),
            specials=dict(vocabulary.specials),
            bos=vocabulary.bos,
            ends=sorted(vocabulary.ends),
            chat_template=vocabulary.chat_template,
            named=dict(vocabulary.named),
            mark=vocabulary.mark,
            lstrips=sorted(vocabulary.lstrips),
            rstrips=sorted(vocabulary.rstrips),
        )

    def vocabulary(self) -> Vocabulary:
        """The vocabulary that was sent."""
        ends = tuple(accumulate(array("I", self.lengths)))
        return Vocabulary(
            pieces=tuple(self.pieces[start:end] for start, end in zip((0, *ends), ends, strict=False)),
            specials=self.specials,
            bos=self.bos,
            ends=frozenset(self.ends),
            chat_template=self.chat_template,
            named=self.named,
            mark=self.mark,
            lstrips=frozenset(self.lstrips),
            rstrips=frozenset(self.rstrips),
        )


class Ready(msgspec.Struct, tag=True):
    """The model can be asked."""

    spelling: Spelling
    context: int
    cells: int
    build: str


class Notice(msgspec.Struct, tag=True):
    """What a person should be told about the model, as the end of a sentence that begins with its name."""

    line: str


class Tokens(msgspec.Struct, tag=True):
    """The answer to Tokenize."""

    id: int
    tokens: tuple[int, ...]


class Completed(msgspec.Struct, tag=True):
    """The answer to Complete."""

    id: int
    completion: Completion


class Scored(msgspec.Struct, tag=True):
    """The answer to Score."""

    id: int
    scores: Scores


class WorkDone(msgspec.Struct, tag=True):
    """The answer to AskWork."""

    id: int
    work: Work


class Refused(msgspec.Struct, tag=True):
    """The file can't be used: a sentence for the person. The worker ends after it."""

    sentence: str


ToWorker = Load | LoadTokenizer | Tokenize | Complete | Score | Cancel | AskWork
FromWorker = Loading | Notice | Spelling | Ready | Tokens | Completed | Scored | WorkDone | Refused

_encoder = msgspec.msgpack.Encoder()
_to_worker = msgspec.msgpack.Decoder(ToWorker)
_from_worker = msgspec.msgpack.Decoder(FromWorker)


def frame(message: ToWorker | FromWorker) -> bytes:
    """A message as it is written to a pipe."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


def body_length(header: bytes) -> int:
    """How many bytes follow a frame's header (4 bytes, little-endian)."""
    return int(_LENGTH.unpack(header)[0])


HEADER = _LENGTH.size


def decode_from_worker(body: bytes) -> FromWorker:
    """The message in a frame's body. Raises msgspec.DecodeError for anything else."""
    message: FromWorker = _from_worker.decode(body)
    return message


def read_to_worker(pipe: BinaryIO) -> ToWorker | None:
    """The next message on a pipe, or None when the other side has closed it."""
    header = pipe.read(HEADER)
    if len(header) < HEADER:
        return None
    body = pipe.read(body_length(header))
    message: ToWorker = _to_worker.decode(body)
    return message
