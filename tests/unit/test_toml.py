"""The lines of a TOML text's keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from arena.toml import lines_of

TEXT = '''title = "[[numbers]]"  # n = 1

subjects = [
  "a]",  # n = 2
  "b",
]
[leaves_out]
"table 7" = """
n = 3
[[numbers]]
"""
[[numbers]]
task.name = 'x'
[[numbers.inner]]
n = 4
[[numbers]]
n = { m = 5 }
[[numbers.inner]]
[[numbers.inner]]
n = 6
'''


def test_strings_comments_and_lists_are_no_keys() -> None:
    lines = lines_of(TEXT)
    assert lines["title",] == 1 and lines["subjects",] == 3 and lines["leaves_out",] == 7
    assert lines["leaves_out", "table 7"] == 8
    assert lines["numbers", 0] == 12 and lines["numbers", 0, "task", "name"] == 13
    assert lines["numbers", 0, "inner", 0, "n"] == 15
    assert lines["numbers", 1, "n", "m"] == 17 and lines["numbers", 1, "inner", 1, "n"] == 20
    assert ("numbers", 1, "task") not in lines


@given(st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(), max_size=4)), min_size=1, max_size=8))
def test_every_table_and_key_is_found_where_it_was_written(tables: list[tuple[int, list[int]]]) -> None:
    lines: list[str] = []
    places = {}
    for number, (blank, values) in enumerate(tables):
        lines += [""] * blank + ["# t = 1"] * blank
        places["part", number] = len(lines) + 1
        lines.append("[[part]]")
        places["part", number, "t"] = len(lines) + 1
        lines += ["t = [", *(f"  {value}," for value in values), "]"]
    found = lines_of("\n".join(lines))
    assert {path: found[path] for path in places} == places
