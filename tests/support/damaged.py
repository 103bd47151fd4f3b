"""JSON that is right but for a few values, which are replaced by others: what a server may send that isn't well."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where there is a value: the keys and indices that lead there."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inside for place in places(item, (*path, key)))]


@st.composite
def damaged(draw: st.DrawFn, right: Any) -> Any:
    """The same with up to three values replaced."""
    found = [copy.deepcopy(right)]
    for place in draw(st.lists(st.sampled_from(places(right)), min_size=1, max_size=3)):
        holder: Any = found
        for key in (0, *place)[:-1]:
            holder = holder[key] if isinstance(holder, dict | list) and _has(holder, key) else None
        last = (0, *place)[-1]
        if isinstance(holder, dict | list) and _has(holder, last):
            holder[last] = draw(SCALARS)
    return found[0]


def _has(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else isinstance(key, int) and key < len(holder)
