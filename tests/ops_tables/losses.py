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
