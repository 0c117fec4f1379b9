"""Comparing and asking, truth values and bits: nothing here is differentiable, except written in place."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

for name, sign in dict(eq="==", ne="!=", lt="<", le="<=", gt=">", ge=">=").items():
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", f"a {sign} b", smooth=False,
       on=[case(real(3), real(3)), case(ints(2, 3), ints(3)), case(real(2, 3), 0), case(real(3).f32, real()),
           case(bools(3), bools(3)), case(real(0, 3), real(3)), case(ints(3), 0.5),
           case(fixed([nan, inf, 0.0]), fixed([nan, inf, -0.0]))],
       refuses=(shapes_clash(),))
for name in ("isnan", "isinf", "isfinite"):
    op(name, f"torch.{name}(a)", f"a.{name}()", on=[*singles(), case(ints(3)), odd], smooth=False)
