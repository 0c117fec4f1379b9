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
       case(real(3), pos(3).f32), case(real(3).f32, pos(3), pos_weight=pos(3).f32.const),
       case(fixed([0.0, 800.0, -800.0]), fixed([1.0, 0.0, 1.0]).const, smooth=False),
       case(fixed([nan, inf]), fixed([1.0, 1.0]).const, smooth=False)],
   refuses=(refused(ValueError, real(3), pos(4)), refused(ValueError, real(3), real(3), reduction="median"),
            refused(RuntimeError, real(3), ints(3)), refused(RuntimeError, real(3), bools(3)),
            refused(NotImplementedError, ints(3), real(3))))
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


# ---------------------------------------------------------------- differences, element by element
median = refused(ValueError, real(3), real(3), reduction="median", says="median is not a valid value for reduction")
unlike = refused(RuntimeError, real(3), real(4), says="The size of tensor a (3) must match the size of tensor b (4) at")
two = [
    case(real(3), real(3)), case(real(2, 3), real(2, 3).const), case(real(2, 3), real(2, 3), reduction="sum"),
    case(real(3), real(3), reduction="none"), case(real(), real()), case(real(3, 2).T, real(2, 3)),
    case(real(3).f32, real(3).f32), case(real(0), real(0), reduction="sum"),
    case(real(2, 3).f16, real(2, 3).f16, reduction="none"), case(real(2, 1), real(2)),
    case(fixed([nan, inf, 0.0]), fixed([1.0, 1.0, 0.0]), smooth=False),
]
whole = refused((RuntimeError, NotImplementedError), ints(3), ints(3))
op("l1_loss", "torch.nn.functional.l1_loss(a, b, **kw)",
   on=[*two, case(real(3), real(3), weight=pos(3)), case(real(3), real(3), weight=pos(3), reduction="none"),
       case(real(3).f32, real(3))],
   refuses=(median, unlike, whole, refused(ValueError, real(3), real(3), weight=pos(2))))
op("mse_loss weighted", "torch.nn.functional.mse_loss(a, b, weight=c, **kw)",
   on=[case(real(3), real(3), pos(3)), case(real(3), real(3), pos(3), reduction="sum"), case(real(), real(), pos()),
       case(real(2, 3), real(2, 3), pos(2, 3).const, reduction="none"), case(real(2, 3), real(2, 3).const, pos(2, 3)),
       case(real(3, 2).T, real(2, 3), pos(2, 3)), case(real(3).f32, real(3).f32, pos(3).f32),
       case(real(2), real(1), pos(2))],
   refuses=(refused(ValueError, real(3), real(3), pos(2), says="Weights and input must have the same size."),
            refused(ValueError, real(3), real(3), pos(3), reduction="median")))
op("smooth_l1_loss", "torch.nn.functional.smooth_l1_loss(a, b, **kw)",
   on=[*two, case(apart(4), pos(4), beta=0.5), case(real(3), real(3), beta=0.0), case(real(3), ints(3)),
       case(fixed([1.0, -1.0, 0.0]), fixed([0.0, 0.0, 0.0]), smooth=False)],
   refuses=(median, unlike, whole, refused(RuntimeError, real(3), real(3), beta=-1.0)))
op("huber_loss", "torch.nn.functional.huber_loss(a, b, **kw)",
   on=[*two, case(apart(4), pos(4), delta=0.5), case(real(3), real(3), weight=pos(3)),
       case(real(3), real(3), weight=pos(3), reduction="sum", delta=0.7),
       case(fixed([1.0, -1.0, 0.0]), fixed([0.0, 0.0, 0.0]), smooth=False)],
   refuses=(median, unlike, whole, refused(RuntimeError, real(3), real(3), delta=0.0),
            refused(ValueError, real(3), real(3), weight=pos(2))))
signs = fixed([1.0, -1.0, 1.0]).const
op("soft_margin_loss", "torch.nn.functional.soft_margin_loss(a, b, **kw)",
   on=[case(real(3), signs), case(real(2, 3), signs), case(real(3), signs, reduction="sum"),
       case(real(), fixed(-1.0).const),
       case(real(3), signs, reduction="none"), case(real(3).f32, signs.f32), case(real(3, 2).T, signs),
       case(fixed([300.0, -300.0, 0.0]), signs), case(real(0), real(0).const, reduction="sum")],
   refuses=(refused(ValueError, real(3), signs, reduction="median"), refused(RuntimeError, real(3), real(4).const)))


def share(*shape: int) -> Input:
    """Numbers between 0 and 1."""
    return Input(shape, "share")


op("binary_cross_entropy", "torch.nn.functional.binary_cross_entropy(a, b, **kw)",
   on=[case(share(3), share(3)), case(share(2, 3), fixed([[0.0, 1.0, 0.3]] * 2).const), case(share(), share()),
       case(share(3), share(3), reduction="sum"), case(share(2, 3), share(2, 3).const, reduction="none"),
       case(share(3, 2).T, share(2, 3)), case(share(3).f32, share(3).f32), case(share(0), share(0), reduction="sum"),
       case(share(3), share(3), weight=pos(3).const),
       case(share(2, 3), share(2, 3), weight=pos(3).const, reduction="sum"),
       case(share(2, 3), share(2, 3), weight=pos(2, 1).const, reduction="none"),
       case(fixed([0.0, 1.0, 0.0, 1.0]), fixed([0.0, 1.0, 1.0, 0.0]).const, smooth=False),
       case(fixed([1e-50, 1e-10]), fixed([0.5, 1.0]).const, reduction="none", smooth=False)],
   refuses=(refused(ValueError, share(3), share(4), says="Using a target size"),
            refused(RuntimeError, fixed([0.5, 1.5]), share(2), says="all elements of input should be between 0 and 1"),
            refused(RuntimeError, fixed([0.5, nan]), share(2), says="all elements of input should be between 0 and 1"),
            refused(RuntimeError, share(2), fixed([0.5, -1.5]),
            says="all elements of target should be between 0 and 1"),
            refused(RuntimeError, share(3), ints(3), says="Found dtype Long but expected Double"), whole,
            refused(RuntimeError, share(3), share(3).f32, says="Found dtype Float but expected Double"),
            refused(ValueError, share(3), share(3), reduction="median")))

# ---------------------------------------------------------------- distributions
op("kl_div", "torch.nn.functional.kl_div(a, b, **kw)",
   on=[case(real(3), pos(3)), case(real(2, 3), pos(2, 3), reduction="batchmean"),
       case(real(2, 3), pos(2, 3), reduction="sum"),
       case(real(2, 3), pos(3).const, reduction="none"), case(real(3), real(3), log_target=True), case(real(), pos()),
       case(real(2, 3), real(2, 3), log_target=True, reduction="batchmean"), case(real(3, 2).T, pos(2, 3)),
       case(real(3).f32, pos(3).f32), case(real(2), fixed([0.0, 1.0]).const),
       case(real(), pos(), reduction="batchmean")],
   refuses=(refused(ValueError, real(3), pos(3), reduction="median"), refused(RuntimeError, real(3), pos(4))))
op("poisson_nll_loss", "torch.nn.functional.poisson_nll_loss(a, b, **kw)",
   on=[case(real(3), pos(3)), case(pos(3), pos(3), log_input=False), case(real(3), fixed([0.5, 2.0, 3.0]), full=True),
       case(real(2, 3), pos(3).const, reduction="sum"), case(real(2, 3), pos(2, 3), reduction="none"),
       case(real(), pos()),
       case(pos(3), pos(3), log_input=False, eps=0.1), case(real(3, 2).T, pos(2, 3)), case(real(3).f32, pos(3).f32)],
   refuses=(refused(ValueError, real(3), pos(3), reduction="median"), refused(RuntimeError, real(3), pos(4))))
op("gaussian_nll_loss", "torch.nn.functional.gaussian_nll_loss(a, b, c, **kw)",
   on=[case(real(3), real(3), pos(3)), case(real(2, 3), real(2, 3), pos(2)), case(real(2, 3), real(2, 3), pos(2, 1)),
       case(real(3), real(3), 0.5), case(real(3), real(3), pos(3), full=True),
       case(real(3), real(3), pos(3), reduction="sum"),
       case(real(2, 3), real(2, 3).const, pos(2, 3), reduction="none"), case(real(3).f32, real(3).f32, pos(3).f32),
       case(real(3), real(3), pos(3), eps=10.0, smooth=False), case(real(2), real(2), fixed([0.0, 1.0]), smooth=False)],
   refuses=(refused(ValueError, real(2, 3), real(2, 3), pos(3), says="var is of incorrect size"),
            refused(ValueError, real(2), real(2), fixed([0.5, -0.5]), says="var has negative entry/entries"),
            refused(ValueError, real(3), real(3), -1.0),
            refused(ValueError, real(3), real(3), pos(3), reduction="median")))

# ---------------------------------------------------------------- pairs and triplets
op("margin_ranking_loss", "torch.nn.functional.margin_ranking_loss(a, b, c, **kw)",
   on=[case(apart(3), pos(3), signs), case(apart(3), pos(3), signs, margin=0.5),
       case(apart(3), pos(3), signs, reduction="sum"),
       case(apart(2, 3), pos(2, 3).const, fixed([[1.0, -1.0, 1.0]]).const, reduction="none"),
       case(real(), real(), real().const),
       case(apart(3).f32, pos(3).f32, signs.f32), case(apart(3, 2).T, pos(2, 3), pos(2, 3).const),
       case(real(2), real(2), fixed([1.0, 1.0]).const, margin=100.0)],
   refuses=(refused(RuntimeError, real(3), real(3), real(1, 3),
            says="margin_ranking_loss : All input tensors should have"),
            refused(ValueError, real(3), real(3), signs, reduction="median")))
op("hinge_embedding_loss", "torch.nn.functional.hinge_embedding_loss(a, b, **kw)",
   on=[case(apart(3), signs), case(apart(3), signs, margin=0.5), case(apart(3), signs, reduction="sum"),
       case(apart(2, 3), signs, reduction="none"), case(apart(3).f32, signs.f32), case(apart(3, 2).T, signs),
       case(real(), fixed(-1.0).const), case(real(0), real(0).const, reduction="sum"),
       case(apart(2), fixed([0.0, 2.0]).const)],
   refuses=(refused(ValueError, real(3), signs, reduction="median"), refused(RuntimeError, real(3), real(4).const)))
op("cosine_embedding_loss", "torch.nn.functional.cosine_embedding_loss(a, b, c, **kw)",
   on=[case(real(2, 3), real(2, 3), fixed([1.0, -1.0]).const), case(real(3), real(3), fixed(1.0).const),
       case(real(2, 3), real(2, 3), fixed([1.0, -1.0]).const, margin=-2.0),
       case(real(2, 3), real(2, 3), fixed([1, -1]), reduction="none", margin=-1.5),
       case(real(2, 3), real(2, 3).const, fixed([1.0, 1.0]).const, reduction="sum"),
       case(real(3), real(3), fixed(-1.0).const),
       case(real(3, 2).T, real(2, 3), fixed([1.0, 1.0]).const), case(real(2, 3).f32, real(2, 3).f32, fixed([1, 1]))],
   refuses=(refused(RuntimeError, real(2, 3), real(2, 3), fixed(1.0),
            says="0D target tensor expects 1D input tensors, but"),
            refused(ValueError, real(3), real(3), fixed(1.0), reduction="median"),
            refused(RuntimeError, real(2, 3), real(2, 4), fixed([1.0, 1.0]))))
op("triplet_margin_loss", "torch.nn.functional.triplet_margin_loss(a, b, c, **kw)",
   on=[case(real(2, 3), real(2, 3), real(2, 3), margin=9.0), case(real(3), real(3), real(3), margin=9.0),
       case(real(2, 3), real(2, 3), real(2, 3), margin=9.0, swap=True),
       case(real(2, 3), real(2, 3), real(2, 3), p=1, margin=9.),
       case(real(2, 3), real(2, 3), real(2, 3).const, margin=9.0, reduction="none"),
       case(real(0, 3), real(0, 3), real(0, 3), reduction="sum"),
       case(real(2, 3), real(2, 3), real(2, 3), margin=9.0, reduction="sum", eps=0.1),
       case(real(3, 2).T, real(2, 3), real(2, 3), margin=9.0), case(real(2, 3).f32, real(2, 3).f32, real(2, 3).f32)],
   refuses=(refused(ValueError, real(3), real(3), real(3), margin=-1.0, says="margin must be greater than 0, got -1.0"),
            refused(RuntimeError, real(2, 3), real(2, 3), real(3),
            says="The anchor, positive, and negative tensors are"),
            refused(ValueError, real(3), real(3), real(3), reduction="median")))
