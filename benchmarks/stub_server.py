"""A server that answers as SGLang does, without a model and at once, so that only the client's own work remains.

Usage: stub_server.py FOLDER TOKEN [SECONDS]; prints its address. FOLDER has the tokenizer that it claims to serve,
TOKEN is what it always says; each answer comes after this many SECONDS.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec

from arena.backends.tokenizer import FolderTokenizer

_LENGTH = b"\r\ncontent-length: "


class _Asked(msgspec.Struct):
    input_ids: list[list[int]] = []
    text: str = ""
    return_logprob: bool = False
    token_ids_logprob: list[int] = []
    top_logprobs_num: int = 0


_asked = msgspec.json.Decoder(_Asked)


class Stub(asyncio.Protocol):
    """One connection. `tokenizer` is read once for all of them: it takes as long as thousands of answers."""

    def __init__(self, folder: str, tokenizer: FolderTokenizer, token: int, seconds: float) -> None:
        self._seconds = seconds
        self._tokenizer = tokenizer
        self._facts = {
            b"/model_info": msgspec.json.encode({"model_path": folder, "tokenizer_path": folder}),
            b"/server_info": msgspec.json.encode({"version": "stub", "dtype": "none", "max_req_input_len": 100_000}),
        }
        self._token = token
        self._read = b""
        self._answers: dict[tuple[int, ...], bytes] = {}  # without the prompt's length, which comes last
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, to write answers to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every complete request."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end]
            _, found, after = head.lower().partition(_LENGTH)
            whole = end + 4 + (int(after.split(b"\r\n", 1)[0]) if found else 0)
            if len(self._read) < whole:
                return
            path, body, self._read = head.split(b" ", 2)[1], self._read[end + 4 : whole], self._read[whole:]
            answer = self._facts[path] if path in self._facts else self._generated(_asked.decode(body))
            whole_answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(answer) + answer
            if self._seconds:
                asyncio.get_running_loop().call_later(self._seconds, self._transport.write, whole_answer)
            else:
                self._transport.write(whole_answer)

    def _generated(self, asked: _Asked) -> bytes:
        if asked.text:
            spelled = [[-1.0, token, None] for token in self._tokenizer.tokenize(asked.text, False)]
            return msgspec.json.encode({"meta_info": {"input_token_logprobs": spelled}})
        key = (asked.return_logprob, asked.top_logprobs_num, *asked.token_ids_logprob)
        if key not in self._answers:
            meta: dict[str, object] = {"finish_reason": {"type": "length", "length": 1}}
            if asked.return_logprob:
                others = [token for token in range(asked.top_logprobs_num + 1) if token != self._token]
                top = [self._token, *others][: asked.top_logprobs_num]
                meta["output_token_ids_logprobs"] = [[[self._logprob(id), id, None] for id in asked.token_ids_logprob]]
                meta["output_top_logprobs"] = [[[self._logprob(id), id, None] for id in top]]
            text = self._tokenizer.vocabulary.text([self._token])
            answer = msgspec.json.encode({"text": text, "output_ids": [self._token], "meta_info": meta})
            self._answers[key] = answer.removesuffix(b"}}") + b',"prompt_tokens":'
        return b"[" + b",".join(self._answers[key] + b"%d}}" % len(prompt) for prompt in asked.input_ids) + b"]"

    def _logprob(self, token: int) -> float:
        return 0.0 if token == self._token else -30.0  # no other is ever drawn


async def main(folder: str, token: int, seconds: float = 0.0) -> None:
    """Serve on a port of its own until killed."""
    tokenizer = FolderTokenizer.from_folder(Path(folder))
    server = await asyncio.get_running_loop().create_server(
        lambda: Stub(folder, tokenizer, token, seconds), "127.0.0.1", 0
    )
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), *map(float, sys.argv[3:])))
