"""What `binary_cross_entropy_with_logits` asks of its numbers before it computes."""

from __future__ import annotations

from typing import Any

from .. import dtypes


def check_logits(input: Any, target: Any) -> None:
    """Refuse logits that are no floating point numbers, and targets that are none: they are parts of 1.

    PyTorch computes in place of 1 - target, and says what goes wrong there.
    """
    kinds = [dtypes.SCALAR_TYPE_NAMES[x.dtype.name] for x in (input, target)]
    if not input.dtype.is_floating_point:
        raise NotImplementedError(f"\"log_sigmoid_cpu\" not implemented for '{kinds[0]}'")
    if target.dtype is dtypes.bool_:
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` "
            "operator instead.\n\nThe targets of this loss are numbers from 0 to 1: write target.float()."
        )
    if not target.dtype.is_floating_point:
        raise RuntimeError(
            f"result type {kinds[0]} can't be cast to the desired output type {kinds[1]}\n\n"
            "The targets of this loss are numbers from 0 to 1: write target.float()."
        )
