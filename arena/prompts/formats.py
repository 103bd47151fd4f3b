from __future__ import annotations
from dataclasses import dataclass
@dataclass(frozen=True, slots=True)
class Segment:
    text: str
    special: bool
FORMATS = ("none", "tulu", "llama-instruct", "chat-template")
def render(format, instruction, infix, chat_template, bos=""):
    if format == "none":
        return (Segment(instruction + infix, False),)
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    t = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(chat_template)
    out = t.render(messages=[{"role": "user", "content": "@@X@@"}], add_generation_prompt=True, bos_token="")
    a, b = out.split("@@X@@")
    return (Segment(a, True), Segment(instruction, False), Segment(b, True), Segment(infix, False))
