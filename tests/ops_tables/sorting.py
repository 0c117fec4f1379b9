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

# ---------------------------------------------------------------- counting and looking up
everything = {"return_inverse": True, "return_counts": True}
distinct = [case(ints(6)), case(fixed([3, 1, 3, 2]), **everything), case(real(3).const),
            case(fixed([nan, 1.0, nan]).const),
            case(real().const, **everything), case(real(0).const, **everything), case(bools(5), return_counts=True),
            case(fixed([[3, 1, 1], [3, 1, 1], [2, 2, 2]]), dim=0, **everything),
            case(ints(3, 2).T, return_inverse=True),
            case(fixed([[3, 1, 1], [3, 1, 1], [2, 2, 2]]), dim=1, **everything),
            case(fixed([2, 2, 1, 1, 2]), **everything),
            case(real(0, 3).const), case(real(3).f32.const)]
op("unique", "torch.unique(a, **kw)", "a.unique(**kw)", smooth=False,
   on=[*distinct, case(ints(5), sorted=True), case(real(0, 3).const, dim=0)],
   refuses=(outside, refused(RuntimeError, real(0, 3), dim=1, says="There are 0 sized dimensions, and they aren't")))
op("unique_consecutive", "torch.unique_consecutive(a, **kw)", "a.unique_consecutive(**kw)", smooth=False, on=distinct,
   refuses=(outside, refused(IndexError, real(3), dim=1)))
op("bincount", "torch.bincount(a, **kw)", "a.bincount(**kw)", smooth=False,
   on=[case(fixed([1, 2, 2])), case(fixed([1, 2, 2], "int32"), minlength=5), case(fixed([3], "uint8"), minlength=1),
       case(ints(0)), case(ints(0), minlength=2), case(fixed([1, 2, 2]), weights=real(3).const),
       case(fixed([1, 2, 2]), weights=real(3).f32.const), case(fixed([0, 2, 2]), weights=ints(3)),
       case(fixed([0, 2, 0]), weights=bools(3), minlength=4)],
   refuses=(refused(NotImplementedError, real(3), says='"bincount_cpu" not implemented for \'Double\''),
            refused(RuntimeError, fixed([-1]), says="bincount only supports 1-d non-negative integral inputs."),
            refused(RuntimeError, fixed([[1]]), says="bincount only supports 1-d non-negative integral inputs."),
            refused(RuntimeError, fixed([1]), weights=real(2), says="weights should be 1-d and have the same length"),
            refused(RuntimeError, fixed([1]), minlength=-1, says="minlength should be >= 0")))
op("histc", "torch.histc(a, **kw)", "a.histc(**kw)", smooth=False,
   on=[case(real(5), bins=3), case(fixed([0.0, 0.25, 0.5, 0.75, 1.0, -1.0, 2.0]), bins=4, min=0, max=1),
       case(fixed([1.0, 1.0]), bins=4), case(real(0), bins=4), case(real(), bins=4), case(real(2, 3).f32, bins=2),
       case(fixed([1.0, inf, 2.0]), bins=4, min=0, max=3), case(real(3, 2).T, bins=2, min=-1, max=1), case(real(3))],
   refuses=(refused(NotImplementedError, ints(3), says='"histogram_cpu" not implemented for \'Long\''),
            refused(RuntimeError, real(3), bins=0), refused(RuntimeError, real(3), bins=2, min=3, max=1),
            refused(RuntimeError, fixed([1.0, inf]))))
row, rows = fixed([1.0, 3.0, 3.0, 5.0]), fixed([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]])
sought = fixed([0.0, 1.0, 3.0, 4.0, 6.0, nan])
op("searchsorted", "torch.searchsorted(a, b, **kw)", smooth=False,
   on=[case(row, sought), case(row, sought, right=True), case(row, sought, side="right"), case(row, 3), case(row, 4.5),
       case(rows, fixed([[3.0, 0.0], [6.0, 9.0]])), case(row, real(2, 3), out_int32=True), case(real(0), real(2)),
       case(row, real(0)), case(fixed([1, 2]), 2.5), case(fixed([5.0, 3.0, 1.0]), real(3), sorter=fixed([2, 1, 0])),
       case(fixed([1.0, nan]), sought, right=True)],
   refuses=(refused(RuntimeError, rows, real(3)), refused(RuntimeError, real(), real(3)),
            refused(RuntimeError, rows, 3),
            refused(RuntimeError, row, real(3), side="up"),
            refused(RuntimeError, row, real(3), side="left", right=True),
            refused(RuntimeError, row, 1, sorter=fixed([0])), refused(RuntimeError, real(1), 1, sorter=fixed([1]))))
op("bucketize", "torch.bucketize(a, b, **kw)", smooth=False,
   on=[case(sought, row), case(sought, row, right=True), case(3, row), case(3, row, right=True), case(real(2, 3), row),
       case(real(3, 2).T, row), case(real(0), row), case(real(2), real(0)),
       case(ints(3), fixed([-1, 0, 2]), out_int32=True)],
   refuses=(refused(RuntimeError, real(3), rows, says="boundaries tensor must be 1 dimension, but got dim(2)"),
            refused(RuntimeError, real(3), real(), says="boundaries tensor must be 1 dimension, but got dim(0)"),
            refused(TypeError, "a", row, says="bucketize() received an invalid combination of arguments - got (str,")))
op("isin", "torch.isin(a, b, **kw)", smooth=False,
   on=[case(ints(3), fixed([-1, 0, 2])), case(ints(2, 3), ints(2)), case(ints(3, 2).T, fixed([[1, 2]]), invert=True),
       case(fixed([1.0, nan]), fixed([nan, 1.0])), case(fixed([1, 2]), 2), case(2, fixed([1, 2])),
       case(real(0), real(2)),
       case(real(2), real(0)), case(fixed([1, 2]), fixed([2.0, 3.0]).const), case(fixed([0.5, 2.0]).f32, fixed([2, 3])),
       case(ints(), ints(3), assume_unique=True)],
   refuses=(refused(RuntimeError, bools(2), bools(2), says="Unsupported input type encountered for isin(): Bool"),
            refused(TypeError, real(2), "a", says="isin() received an invalid combination of arguments"),
            refused(TypeError, None, real(2))))
