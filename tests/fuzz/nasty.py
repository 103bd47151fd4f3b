"""Values that break programs, and mutations of text, bytes and documents. Everything comes from a given generator."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

NUMBERS = (
    *("0", "1", "2", "3", "-1", "-0", "007", "1_000", "+2", " 4", "1.5", "1e3", "1e400", "nan", "inf", "-inf", "0x10"),
    *(
        str(2**31),
        str(2**63 - 1),
        str(2**63),
        str(2**64),
        str(10**9),
        str(-(2**63) - 1),
        "9" * 400,
        "9" * 5000,
        "٣",
        "½",
    ),
)
TEXTS = (
    *(
        "",
        " ",
        "-",
        "--",
        "%s%n",
        "{0}",
        "${HOME}",
        "$(id)",
        "`id`",
        "a" * 5000,
        "😀",
        "\u202eabc",
        "\u2028",
        "\x85",
        "\x9b31m",
    ),
    *("\x1b[31m", "\x1b]0;x\x07", "\x07", "\r", "\n", "\t", "[red]", "[/]", "[link=x]", "<script>alert(1)</script>"),
    *(
        "=1+1",
        "@SUM(A1)",
        "\\input{x}",
        "\\",
        "'",
        '"',
        "';--",
        "\udcff",
        "../../etc/passwd",
        "a\x00b".replace("\x00", ""),
    ),
    *("é", "e\u0301", "ﬁ", "\ufeff", "\u200b", "a|b\\c", "nul", "~nosuchuser/x", "None", "null", "[]", "{}"),
)
HOSTILE = (
    "\x1b[2J",
    "\x1b]0;x\x07",
    "\x9b31m",
    "\u202e",
    "\u2066",
    "\r",
    "\x00",
    "[red]",
    "[@click=app.quit]x[/]",
    "<b>",
    "|",
    "=1+1",
)


def text(chance: random.Random) -> str:
    """A text that breaks programs, or several of them."""
    return "".join(chance.choice(TEXTS) for _ in range(chance.choice((1, 1, 1, 2, 3))))


def number(chance: random.Random) -> str:
    """A number, or what looks like one."""
    return chance.choice(NUMBERS)


def hostile(chance: random.Random) -> str:
    """A text that acts wherever it isn't escaped."""
    return "".join(chance.choice((*HOSTILE, "a", " ", "é")) for _ in range(chance.randint(1, 6)))


def mutated_bytes(chance: random.Random, data: bytes, most: int = 8, end: int | None = None) -> bytes:
    """Some bytes changed, doubled, taken away or cut off, up to position `end`."""
    changed = bytearray(data)
    end = min(len(data), len(data) if end is None else end)
    for _ in range(chance.randint(1, most)):
        at = chance.randrange(max(1, min(end, len(changed))))
        how = chance.randrange(7)
        if how == 0 and changed:
            changed[at % len(changed)] = chance.randrange(256)
        elif how == 1 and changed:
            changed[at % len(changed)] ^= 1 << chance.randrange(8)
        elif how == 2:
            changed[at:at] = chance.choice((b"\xff" * 8, b"\x00" * 8, b"\xff\xff\xff\x7f", chance.randbytes(4)))
        elif how == 3:
            del changed[at : at + chance.choice((1, 4, 8, 64))]
        elif how == 4:
            changed[at : at + 8] = chance.choice((b"\xff" * 8, b"\x00" * 8, (2**63).to_bytes(8, "little")))
        elif how == 5:
            changed[at:at] = changed[at : at + chance.randrange(64)]
        elif chance.random() < 0.2:
            del changed[at:]
    return bytes(changed)


def mutated_text(chance: random.Random, original: str) -> str:
    """Lines doubled, dropped, swapped; values replaced; letters put in."""
    lines = original.split("\n")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        how = chance.randrange(7)
        if how == 0:
            lines.insert(at, lines[chance.randrange(len(lines))])
        elif how == 1 and len(lines) > 1:
            del lines[at]
        elif how == 2 and "=" in lines[at]:
            lines[at] = lines[at].partition("=")[0] + "= " + _toml_value(chance)
        elif how == 3:
            place = chance.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:place] + text(chance) + lines[at][place:]
        elif how == 4:
            lines.insert(
                at, f"{chance.choice(('x', 'seed', 'title', 'name', '[a]', '[[task]]'))} = {_toml_value(chance)}"
            )
        elif how == 5:
            lines[at] = mutated_bytes(chance, lines[at].encode("utf-8", "surrogateescape"), 2).decode(
                "utf-8", "surrogateescape"
            )
        else:
            lines[at] = lines[at].replace("=", chance.choice(("==", ":", "", "= [")), 1)
    return "\n".join(lines)


def _toml_value(chance: random.Random) -> str:
    depth = chance.choice((20, 1000, 5000))
    return chance.choice(
        (
            *(
                number(chance),
                repr(text(chance)),
                f'"{hostile(chance)}"',
                "[]",
                "{}",
                "[[1], [2]]",
                "true",
                "1979-05-27",
            ),
            *('["uniform", "human"]', "'''", "[" * depth + "]" * depth, "{a = " * 50 + "1" + "}" * 50, '[""]'),
        )
    )


def mutated_document(chance: random.Random, document: Any) -> Any:
    """A JSON document with one to three of its values replaced, dropped or doubled."""
    changed = document
    for _ in range(chance.randint(1, 3)):
        changed = _replaced(chance, changed, chance.randint(0, 5))
    return changed


def _replaced(chance: random.Random, node: Any, depth: int) -> Any:
    if depth and isinstance(node, dict) and node:
        key = chance.choice(list(node))
        if chance.random() < 0.1:
            return {name: value for name, value in node.items() if name != key}
        return node | {key: _replaced(chance, node[key], depth - 1)}
    if depth and isinstance(node, list) and node:
        at = chance.randrange(len(node))
        how = chance.random()
        if how < 0.1:
            return node[:at] + node[at + 1 :]
        if how < 0.2:
            return [*node, node[at]]
        return [*node[:at], _replaced(chance, node[at], depth - 1), *node[at + 1 :]]
    values: tuple[Callable[[], Any], ...] = (
        lambda: chance.choice(
            (None, True, [], {}, "", "x", 0, 1, -1, 0.5, 3.0, 800, 10**6, 2**31, 2**40, 2**63, -(2**70))
        ),
        lambda: chance.choice(
            (1e308, -1e308, float("nan"), float("inf"), -float("inf"), -1e-300, "9" * 5000, [[[]]] * 3)
        ),
        lambda: hostile(chance),
        lambda: text(chance).encode("utf-8", "replace").decode(),
        lambda: [node, node],
        lambda: {"a": node},
    )
    return chance.choice(values)()
