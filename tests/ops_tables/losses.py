"""Losses."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

logits = "torch.nn.functional.binary_cross_entropy_with_logits(a, b, **kw)"
op("bce_with_logits", logits,
   on=[case(real(3), fixed([0.0, 1.0, 0.3]).const), case(real(2, 3), pos(2, 3)), case(real(3), pos(3), reduction="sum"),
       case(real(2, 3), pos(2, 3).const, reduction="none"), case(real(), pos()), case(real(3, 2).T, pos(2, 3)),
       case(real(3), pos(3), weight=pos(3).const), case(real(2, 3), pos(2, 3), pos_weight=pos(3).const),
       case(real(3).f32, pos(3).f32.const), case(real(0), pos(0), reduction="sum"),
       case(fixed([0.0, 800.0, -800.0]), fixed([1.0, 0.0, 1.0]).const, smooth=False),
       case(fixed([nan, inf]), fixed([1.0, 1.0]).const, smooth=False)],
   refuses=(refused(ValueError, real(3), pos(4)), refused(ValueError, real(3), real(3), reduction="median")))
op("mse_loss", "torch.nn.functional.mse_loss(a, b, **kw)",
   on=[case(real(3), real(3)), case(real(2, 3), real(2, 3).const), case(real(2, 3), real(2, 3), reduction="sum"),
       case(real(3), real(3), reduction="none"), case(real(), real()), case(real(3, 2).T, real(2, 3)),
       case(real(2, 1), real(2)), case(real(0), real(0)), case(real(3).f32, real(3).f32)],
   refuses=(refused(ValueError, real(3), real(3), reduction="median"), refused(RuntimeError, real(3), real(4))))


def classes(*numbers: Any) -> Input:
    """Targets: numbers of classes."""
    return fixed(numbers[0] if len(numbers) == 1 else list(numbers), "int64")


unreduced = refused(ValueError, real(2, 3), classes(0, 1), reduction="median", says="median is not a valid value for")
outsiders = (
    refused(IndexError, real(4, 3), classes(0, 1, 5, 0), says="Target 5 is out of bounds."),
    refused(IndexError, real(2, 3), classes(0, -1), says="Target -1 is out of bounds."),
    refused(IndexError, real(1, 3, 2), classes([[0, 3]]), says="Target 3 is out of bounds."),
    refused(ValueError, real(4, 3), classes(0, 1, 2), says="Expected input batch_size (4) to match target batch_size"),
    refused(RuntimeError, real(2, 3), fixed([0.0, 1.0]), says="expected target dtype to be Long or Byte, but got D"),
    refused(RuntimeError, real(2, 3), classes(0, 1), weight=pos(4).const, says="weight tensor should be"),
    refused(RuntimeError, real(2, 3), classes(0, 1), weight=pos(3), says="The function 'nll_loss_forward' is not"),
    refused(RuntimeError, real(2, 3, 4), classes([[0], [1]]), says="Expected target size [2, 4], got [2, 1]"),
    refused(RuntimeError, real(1, 3, 1, 2), classes([[[0], [1]]]), says="size mismatch (got input: [1, 3, 1, 2] ,"),
)
by_number = [
    case(real(2, 3), classes(0, 2)), case(real(2, 3), classes(2, 2), reduction="sum"),
    case(real(2, 3), classes(1, 0), reduction="none"), case(real(3), classes(1)), case(real(3, 2).T, classes(1, 0)),
    case(real(2, 3), classes(0, 2), weight=pos(3).const), case(real(2, 3), classes(0, -100)),
    case(real(2, 3), classes(0, 1), ignore_index=1, reduction="none"),
    case(real(3, 2), classes(0, 1, 1), weight=pos(2).const, ignore_index=1, reduction="mean"),
    case(real(2, 3), classes(0, 1), weight=pos(3).const, reduction="sum"),
    case(real(2, 3), classes(-100, -100), smooth=False),
    case(real(2, 3), classes(0, -100), weight=fixed([0.0, 0.0, 1.0]).const, smooth=False),
    case(real(2, 3), classes(-100, -100), reduction="sum"),
    case(real(2, 3).f32, classes(0, 2)), case(real(2, 3).f16, classes(0, 2)),
    case(real(0, 3), fixed([], "int64"), reduction="sum"), case(real(0, 3), fixed([], "int64"), smooth=False),
    case(real(1, 3, 2), classes([[2, 0]])), case(real(1, 3, 2), classes([[2, 0]]), reduction="none"),
    case(real(1, 3, 1, 2), classes([[[2, 0]]]), weight=pos(3).const),
    case(real(1, 2, 1, 1, 2), classes([[[[1, -100]]]]), reduction="none"), case(real(2, 3), fixed([0, 2], "uint8")),
    case(fixed([[inf, 0.0], [nan, 0.0], [-inf, 0.0]]), classes(0, 1, 0), smooth=False),
]
op("nll_loss", "torch.nn.functional.nll_loss(a, b, **kw)", on=by_number,
   refuses=(unreduced, *outsiders, refused(RuntimeError, real(1, 3, 1, 2), classes([0]), says="only batches of"),
            refused(ValueError, real(), classes(0)), refused(NotImplementedError, ints(2, 3), classes(0, 1)),
            refused(RuntimeError, real(2, 3), classes(0, 1), weight=pos(3).f32.const)))
smooth = {"label_smoothing": 0.1}
op("cross_entropy", "torch.nn.functional.cross_entropy(a, b, **kw)",
   on=[*by_number, case(fixed([[1000.0, 0.0], [0.0, 1000.0]]), classes(0, 0)),
       case(real(2, 3), classes(0, 2), **smooth), case(real(2, 3), classes(0, 2), **smooth, reduction="none"),
       case(real(2, 3), classes(0, -100), **smooth, reduction="sum"), case(real(2, 3), classes(0, -100), **smooth),
       case(real(2, 3), classes(0, 2), **smooth, weight=pos(3).const), case(real(3), classes(1), **smooth),
       case(real(3, 2), classes(0, 1, -100), **smooth, weight=pos(2).const),
       case(real(1, 3, 2), classes([[2, 0]]), **smooth),
       case(real(2, 3), pos(2, 3)), case(real(2, 3), pos(2, 3).const, reduction="sum"),
       case(real(2, 3), pos(2, 3), reduction="none"), case(real(3), pos(3)), case(real(1, 3, 2), pos(1, 3, 2)),
       case(real(2, 3), pos(2, 3), weight=pos(3).const), case(real(2, 3), pos(2, 3), **smooth),
       case(real(2, 3), pos(2, 3), weight=pos(3).const, **smooth, reduction="none"),
       case(real(2, 3).f32, pos(2, 3).f32.const), case(real(0, 3), pos(0, 3), smooth=False)],
   refuses=(unreduced, *outsiders, refused(RuntimeError, real(2, 3), classes(0, 1), label_smoothing=1.5),
            refused(RuntimeError, real(2, 3), pos(2, 3), ignore_index=1),
            refused(RuntimeError, real(2, 3), pos(2, 3), weight=pos(4).const, says="cross_entropy: weight tensor"),
            refused(RuntimeError, real(2, 3), ints(2, 3), says="Expected floating point type for target with class"),
            refused(NotImplementedError, ints(2, 3), classes(0, 1))))
