"""Bounds, larger and smaller elements, signs: operations that choose between their inputs."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

tied = case(fixed([1.0, 2.0, 2.0, nan, 0.0]), fixed([1.0, 3.0, nan, 1.0, -0.0]), smooth=False)
for name in ("maximum", "minimum"):
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", f"torch.{name[:3]}(a, b)",
       on=[*pairs(apart, pos), case(ints(3), ints(3)), tied],
       refuses=(shapes_clash(),))
op("where", "torch.where(a, b, c)", "b.where(a, c)",
   on=[case(bools(3), real(3), real(3)), case(bools(2, 3), real(3), real()), case(bools(3), real(2, 1), real(3)),
       case(bools(0), real(0), real(0)), case(bools(), real(), real()), case(bools(3, 2).T, real(2, 3), real(3, 2).T),
       case(bools(3), real(3), real(3).const), case(bools(3), real(3).f32, real(3)),
       case(bools(3), ints(3), real(3).f32), case(fixed([True, False]), fixed([1.0, nan]), fixed([nan, 2.0]))],
   refuses=(refused(RuntimeError, real(3), real(3), real(3)), refused(RuntimeError, bools(3), real(3), real(4))))
op("where number", "torch.where(a, b, 0.)",
   on=[case(bools(3), real(3)), case(bools(2, 3), real(3).f32), case(bools(), real()), case(bools(0), real(0)),
       case(bools(3), ints(3))])
op("clamp", "torch.clamp(a, **kw)", "a.clamp(**kw)",
   on=[case(apart(5), min=-0.2, max=0.5), case(apart(2, 3), min=0), case(apart(3, 2).T, max=0.2), case(apart(), min=-1),
       case(apart(0), min=0), case(apart(4).f32, min=-0.5), case(ints(4), min=-1, max=2), case(ints(4), min=0.5),
       case(fixed([0.0, 1.0, nan, inf]), min=0, max=1, smooth=False), case(apart(3), min=1, max=-1)],
   refuses=(refused(RuntimeError, real(3)),))
