"""Lets torchvision be imported beside a torch without CUDA.

Its compiled library can't be loaded there, and its Python side then stops at two operators that nobody has declared.
They are declared here just before it is imported; without a kernel, calling one still fails.
"""

import importlib.abc
import sys

_OPERATORS = ("nms", "qnms")


class _BeforeTorchvision(importlib.abc.MetaPathFinder):
    """Finds nothing; it only sees when torchvision is about to be imported."""

    library = None

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "torchvision" and self.library is None:
            import torch

            self.library = torch.library.Library("torchvision", "FRAGMENT")
            for operator in _OPERATORS:
                self.library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")


sys.meta_path.insert(0, _BeforeTorchvision())
