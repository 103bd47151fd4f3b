"""Formats: the special tokens around a request, and where the answer's opening goes (the paper's A.2).

A format turns a request into segments. Its own text is marked, because special tokens are recognised only there:
a request or a history that spells `<|im_end|>` is ordinary text. Arena's own formats never contain BOS; tokenising
adds it if the model's tokenizer does, unless a chat template has written it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from arena.errors import InputError

if TYPE_CHECKING:
    from arena.prompts.chat_template import ChatTemplate


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a prompt. `special` marks a format's own text, in which special tokens are recognised."""

    text: str
    special: bool = False


# The text before and after the request, as the paper's appendix A.2 prints it, without <|begin_of_text|>.
_FIXED: Final = {
    "none": ("", ""),
    "tulu": ("<|user|>\n", "\n<|assistant|>\n"),
    "llama-instruct": (
        "<|start_header_id|>system<|end_header_id|>\n"
        "You are an expert at following human instructions.\n"
        "<|eot_id|><|start_header_id|>user<|end_header_id|>\n",
        "\n<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n",
    ),
}

CHAT_TEMPLATE: Final = "chat-template"
PAPERS: Final = ("tulu", "llama-instruct")  # those that the paper used for its aligned models
FORMATS: Final = (*_FIXED, CHAT_TEMPLATE)


def render(format: str, request: str, infix: str, chat_template: ChatTemplate | None = None) -> tuple[Segment, ...]:
    """A request in a format, with the answer opened by `infix`; segments without text are left out.

    `chat_template` is the model's own, for the format of that name. The prompt doesn't end in a space unless the infix
    or, without one, the request does. Raises InputError if that format's chat template is missing or fails.
    """
    if format == CHAT_TEMPLATE:
        if chat_template is None:
            raise InputError("this model has no chat template: choose another --format")
        from arena.prompts.chat_template import around_request

        before, after = around_request(chat_template)
        after = after if infix else after.rstrip(" ")
    else:
        before, after = _FIXED[format]
    segments = (Segment(before, True), Segment(request), Segment(after, True), Segment(infix))
    return tuple(segment for segment in segments if segment.text)
