"""Sorting, picking by rank, and counting."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

ties = case(fixed([2.0, 1.0, 2.0, 1.0, 3.0]), smooth=False)
ranked = [case(apart(5)), case(apart(2, 3)), case(apart(2, 3), dim=0), case(apart(3, 2).T, dim=1),
          case(apart(2, 3, 2), dim=-2), case(apart()), case(apart(), dim=0), case(apart(0)), case(apart(0, 3), dim=0),
          case(apart(4).f32), case(apart(3).f16), case(ints(6)), case(bools(5)), ties,
          case(fixed([1.0, nan, 3.0, inf, -inf, nan]), smooth=False)]
down = [case(apart(4), descending=True), case(apart(2, 3), dim=0, descending=True),
        case(fixed([1.0, nan, 3.0, nan]), descending=True, smooth=False),
        case(fixed([2.0, 1.0, 2.0, 1.0]), descending=True, smooth=False)]
stable = [case(apart(4), stable=True), case(fixed([2, 1, 2, 1]), stable=True, descending=True, smooth=False)]
op("sort", "torch.sort(a, **kw)", "a.sort(**kw)",
   on=[*ranked, *down, *stable, case(apart(2, 3), dim=1, stable=False)],
   refuses=(outside, refused(IndexError, real(), dim=1)))
op("argsort", "torch.argsort(a, **kw)", "a.argsort(**kw)", smooth=False, on=[*ranked, *down, *stable],
   refuses=(outside, refused(IndexError, real(), dim=1)))
op("msort", "torch.msort(a)", "a.msort()",
   on=[case(apart(5)), case(apart(2, 3)), case(apart(3, 2).T), case(apart()), case(apart(0, 3)), case(apart(4).f32),
       case(ints(6)), case(apart(2, 3, 2)), case(fixed([1.0, nan, 0.0]), smooth=False)],
   refuses=strangers)
op("topk", "torch.topk(a, b, **kw)", "a.topk(b, **kw)",
   on=[case(apart(5), 2), case(apart(2, 3), 2), case(apart(2, 3), 1, dim=0), case(apart(3, 2).T, 3, dim=1),
       case(apart(4), 2, largest=False), case(apart(4), 1, sorted=False), case(apart(4), 0), case(apart(), 1),
       case(apart(0, 3), 0, dim=0), case(apart(4).f32, 4), case(fixed([4, 1, 3]), 2),
       case(fixed([1.0, nan, 3.0, 2.0]), 2, smooth=False),
       case(fixed([1.0, nan, 3.0, 2.0]), 3, largest=False, smooth=False)],
   refuses=(refused(RuntimeError, real(3), 4, says="selected index k out of range"), refused(RuntimeError, real(3), -1),
            refused(IndexError, real(2, 3), 1, dim=2, says=out_of_range), refused(RuntimeError, bools(3), 1),
            refused(TypeError, real(3), 1.5)))
op("kthvalue", "torch.kthvalue(a, b, **kw)", "a.kthvalue(b, **kw)",
   on=[case(apart(5), 2), case(apart(2, 3), 3), case(apart(2, 3), 1, dim=0), case(apart(3, 2).T, 2, dim=1),
       case(apart(2, 3), 2, dim=1, keepdim=True), case(apart(), 1), case(apart(0, 3), 1), case(apart(4).f32, 4),
       case(fixed([4, 1, 3]), 2), case(fixed([1.0, nan, 3.0]), 2, smooth=False),
       case(fixed([1.0, nan, 3.0]), 3, smooth=False)],
   refuses=(refused(RuntimeError, real(2, 3), 4, says="kthvalue(): selected number k out of range for dimension 1"),
            refused(RuntimeError, real(3), 0), refused(IndexError, real(2, 3), 1, dim=2, says=out_of_range),
            refused(IndexError, real(0, 3), 1, dim=0, says="kthvalue(): Expected reduction dim 0 to have non-zero"),
            refused(NotImplementedError, bools(3), 1, says='"kthvalue_cpu" not implemented for \'Bool\'')))
for name in ("median", "nanmedian"):
    op(name, f"torch.{name}(a)", f"a.{name}()",
       on=[case(apart(5)), case(apart(2, 3)), case(apart()), case(apart(3, 2).T), case(apart(4).f32), case(ints(5)),
           case(real(0), smooth=False), case(fixed([1.0, 3.0, 3.0, 4.0]), smooth=False),
           case(fixed([1.0, nan, 3.0, 0.0]), smooth=False), case(fixed([nan, nan]), smooth=False)],
       refuses=(*strangers, refused(NotImplementedError, bools(3), says='"median_cpu" not implemented for \'Bool\'')))
    op(f"{name} dim", f"torch.{name}(a, **kw)", f"a.{name}(**kw)",
       on=[case(apart(5), dim=0), case(apart(2, 3), dim=0), case(apart(2, 3), dim=-1, keepdim=True),
           case(apart(), dim=0), case(apart(3, 2).T, dim=1), case(apart(4).f32, dim=0), case(fixed([5, 1, 3]), dim=0),
           case(apart(0, 3), dim=1),
           case(fixed([[nan, 1.0, nan, 2.0, 3.0], [4.0, nan, 1.0, 0.0, 2.0]]), dim=1, smooth=False),
           case(fixed([nan, nan]), dim=0, keepdim=True, smooth=False)],
       refuses=(outside, refused(IndexError, real(0, 3), dim=0), refused(NotImplementedError, bools(3), dim=0)))
op("mode", "torch.mode(a, **kw)", "a.mode(**kw)",
   on=[case(apart(3)), case(apart(2, 3), dim=0), case(apart(), dim=-1), case(apart(3, 2).T, keepdim=True),
       case(fixed([1, 2, 2, 1, 3])), case(fixed([[3, 1, 3, 1], [4, 4, 2, 2]]), dim=1), case(apart(0, 3)),
       case(bools(4)), case(fixed([3.0, 1.0, 3.0, 1.0]), smooth=False), case(apart(2, 1).f32, dim=0)],
   refuses=(outside, refused(IndexError, real(0), says="mode(): Expected reduction dim 0 to have non-zero size.")))
