"""The functions, types and values of the build of llama.cpp that runs here, under the names of llama-cpp-python's
low-level bindings. A worker's business: importing this loads the library.
"""

from __future__ import annotations

from typing import Any

from arena.backends.local.library import LoadError
from arena.backends.local.llamacpp.builds import NATIVE, chosen
from arena.backends.local.llamacpp.prebuilt import bindings
from arena.extras import install


def _bindings() -> Any:
    build = chosen()
    if build is None:
        raise LoadError(f"there is no llama.cpp here: {install('laptop')}")
    if build != NATIVE:
        return bindings()
    import llama_cpp

    return llama_cpp


native: Any = _bindings()


def build() -> str:
    """The package, its version, and the processor's instructions that it uses."""
    features = native.llama_print_system_info().decode("utf-8", "replace").strip()
    found = chosen()
    assert found is not None  # this module couldn't be imported
    return f"{found.package} {native.__version__}{found.kind}; {features}"
