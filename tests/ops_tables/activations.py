"""Activations, softmax among them."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

for name in ("softmax", "log_softmax"):
    op(name, f"torch.{name}(a, b, **kw)", f"a.{name}(b, **kw)", f"torch.nn.functional.{name}(a, b, **kw)",
       on=[case(real(3), 0), case(real(2, 3), 1), case(real(2, 3), 0), case(real(2, 3, 2), -2), case(real(), 0),
           case(real(0, 3), 0), case(real(0, 3), 1), case(real(3, 2).T, -1), case(real(2, 3).f32, 1),
           case(real(2, 3).f16, 1), case(real(3).f32, 0, dtype="torch.float64"),
           case(ints(3), 0, dtype="torch.float64"), case(fixed([1000.0, 0.0, -1000.0]), 0),
           case(fixed([[nan, 0.0], [inf, 0.0], [-inf, 0.0], [-inf, -inf]]), 1, smooth=False)],
       refuses=(refused(IndexError, real(2, 3), 2, says=out_of_range), refused(NotImplementedError, ints(3), 0),
                refused(TypeError, real(3), 0.5)))
op("softmin", "torch.nn.functional.softmin(a, b, **kw)",
   on=[case(real(3), 0), case(real(2, 3), 1), case(real(2, 3), 0), case(real(), 0), case(real(0, 3), 0),
       case(real(3, 2).T, -1), case(real(2, 3).f32, 1), case(real(3).f32, 0, dtype="torch.float64")],
   refuses=(refused(IndexError, real(2, 3), 2, says=out_of_range), refused(NotImplementedError, ints(3), 0)))
