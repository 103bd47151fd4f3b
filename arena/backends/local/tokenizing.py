"""A folder's tokenizer in a process of its own.

The library holds the interpreter's lock while it reads a vocabulary, for a quarter of a second or more: in Arena's own
process the screen would freeze for that long.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from arena.backends.base import Vocabulary
from arena.backends.local import messages
from arena.backends.local.channel import WORKER, Channel, receive, send
from arena.backends.local.child import describe, end, last_words, log_file, start
from arena.concurrency import aside
from arena.errors import InputError, ModelError


class TokenizerProcess:
    """A tokenizer that is asked through a pipe. Make it with `TokenizerProcess.load`."""

    def __init__(self, vocabulary: Vocabulary, channel: Channel) -> None:
        self.vocabulary = vocabulary
        self._channel = channel

    @classmethod
    async def load(cls, name: str, folder: Path) -> TokenizerProcess:
        """Read a folder (`FolderTokenizer.from_folder`) for the model of that name. Raises InputError with the reason
        if it holds no tokenizer, ModelError if the process dies."""
        log = log_file(name)
        process = await start(WORKER, log)
        try:
            await send(process, messages.LoadTokenizer(str(folder)))
            message = await receive(process)
            if isinstance(message, messages.Refused):
                raise InputError(message.sentence)
            assert isinstance(message, messages.Spelling)
            return cls(await aside(message.vocabulary), Channel(name, process, log, tell=lambda line: None))
        except (asyncio.IncompleteReadError, ConnectionError):
            ended = f"{describe(await process.wait())}); its log is {log}{last_words(log)}"
            raise ModelError(f"the process that reads the tokenizer of {name} ended ({ended}") from None
        except BaseException:
            await end(process)
            log.unlink(missing_ok=True)
            raise

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._channel.ended

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """The ids of a text, without BOS. With `specials`, special tokens in the text are recognised."""
        tokens: tuple[int, ...] = await self._channel.ask(lambda number: messages.Tokenize(number, text, specials))
        return tokens

    async def close(self) -> None:
        """End the process."""
        await self._channel.close()
