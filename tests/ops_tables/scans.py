"""Operations that give, for each place, something of all elements up to it."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

below = refused(IndexError, real(2, 3), dim=-3, says=out_of_range.replace("got 2", "got -3"))
scanned = [case(real(4), dim=0), case(real(2, 3), dim=0), case(real(2, 3), dim=-1), case(real(3, 2).T, dim=1),
           case(real(2, 3, 2), dim=1), case(real(), dim=0), case(real(), dim=-1), case(real(0, 3), dim=0),
           case(real(2, 0), dim=1), case(real(1), dim=0), case(real(7).f32, dim=0), case(real(3).f16, dim=0)]
whole = [case(ints(4), dim=0), case(bools(2, 3), dim=1), case(fixed([1, 2, 3], "int32"), dim=0),
         case(real(3).f32, dim=0, dtype="torch.float64"), case(real(3).f16, dim=0, dtype="torch.float32"),
         case(ints(3), dim=0, dtype="torch.float32")]
op("cumsum", "torch.cumsum(a, **kw)", "a.cumsum(**kw)",
   on=[*scanned, *whole, case(fixed([1.0, inf, 2.0, nan, 3.0]), dim=0, smooth=False)],
   refuses=(outside, below))
op("cumprod", "torch.cumprod(a, **kw)", "a.cumprod(**kw)",
   on=[*scanned, *whole, case(fixed([2.0, 0.0, 3.0, 4.0]), dim=0), case(fixed([0.0, 0.0, 3.0]), dim=0),
       case(fixed([[1.0, 0.0], [0.0, 2.0], [3.0, 5.0]]), dim=0), case(fixed([1.0, 2.0, 0.0]), dim=0)],
   refuses=(outside, below))
for name in ("cumsum", "cumprod"):
    op(f"{name}_", f"a.clone().{name}_(**kw)",
       on=[case(real(4), dim=0), case(real(2, 3), dim=1), case(real(3, 2).T, dim=0), case(real(), dim=0),
           case(real(0), dim=0), case(real(3).f32, dim=0), case(ints(3), dim=0), case(real(2, 2), dim=-1),
           case(fixed([1, 2, 3], "int32"), dim=0)],
       refuses=(outside, below))
for name in ("cummax", "cummin"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)",
       on=[case(apart(5), dim=0), case(apart(2, 3), dim=0), case(apart(2, 3), dim=-1), case(apart(3, 2).T, dim=1),
           case(apart(), dim=0), case(apart(0, 3), dim=0), case(apart(2, 0), dim=0), case(apart(4).f32, dim=0),
           case(ints(6), dim=0), case(bools(4), dim=0), case(apart(2, 3, 2), dim=1),
           case(fixed([1.0, 3.0, 3.0, 1.0, 0.0, 0.0]), dim=0, smooth=False),
           case(fixed([1.0, nan, 3.0, nan]), dim=0, smooth=False)],
       refuses=(outside, below))
op("logcumsumexp", "torch.logcumsumexp(a, **kw)", "a.logcumsumexp(**kw)",
   on=[*scanned, case(fixed([1000.0, 1001.0, -2000.0, 1002.0]), dim=0, smooth=False),
       case(fixed([1.0, -inf, 2.0]), dim=0, smooth=False), case(fixed([1.0, nan, 2.0]), dim=0, smooth=False)],
   refuses=(outside, below, refused(NotImplementedError, ints(3), dim=0, says='"logcumsumexp_out_cpu" not impl')))
