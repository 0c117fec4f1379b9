"""Operations that make fewer numbers of many."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

for name in ("argmax", "argmin"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)", smooth=False,
       on=[case(real(4)), case(real(2, 3)), case(real(2, 3), dim=1), case(real(2, 3), dim=-2, keepdim=True),
           case(ints(5)), case(fixed([1.0, nan, 3.0, nan]))],
       refuses=(outside, refused(IndexError, real(0))))
for name in ("all", "any"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)", smooth=False,
       on=[case(bools(4)), case(bools(2, 3), dim=1), case(bools(2, 3), dim=0, keepdim=True), case(bools(0)),
           case(ints(3)), case(fixed([nan, 0.0]))],
       refuses=(outside,))


# ---------------------------------------------------------------- sums, means, norms, extremes
reduced = [case(real(3)), case(real(2, 3)), case(real()), case(real(3, 2).T), case(real(2, 3), dim=0),
           case(real(2, 3), dim=-1, keepdim=True), case(real(2, 3, 2), dim=(0, 2)),
           case(real(2, 3, 2), dim=(-1, 1), keepdim=True), case(real(2, 3).f32, dim=1), case(real(3).f16)]
nothing = [case(real(0)), case(real(0, 3), dim=0), case(real(2, 0, 3), dim=(0, 1)), case(real(0, 3), dim=1)]
op("sum", "torch.sum(a, **kw)", "a.sum(**kw)",
   on=[*reduced, *nothing, case(ints(3)), case(bools(2, 3), dim=1), case(real(2, 3), dim=()), case(real(), dim=0), odd,
       case(real(3).f32, dtype="torch.float64"), case(ints(3), dtype="torch.float32")],
   refuses=(outside, twice))
op("mean", "torch.mean(a, **kw)", "a.mean(**kw)",
   on=[*reduced, *nothing, case(real(), dim=-1), odd, case(ints(3), dtype="torch.float64")],
   refuses=(outside, twice, refused(RuntimeError, ints(3))))
for name in ("var", "std"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)",
       on=[case(real(3)), case(real(2, 3)), case(real(3, 2).T), case(real(2, 3), dim=0),
           case(real(2, 3, 2), dim=(0, 2), keepdim=True), case(real(4), correction=0),
           case(real(2, 4), dim=1, correction=2), case(real(4), unbiased=False), case(real(2, 3).f32, dim=-1),
           case(real(1), smooth=False), case(real(0), smooth=False)],
       refuses=(outside, refused(RuntimeError, ints(3))))
for name in ("var_mean", "std_mean"):
    op(name, f"torch.{name}(a, **kw)",
       on=[case(real(3)), case(real(2, 3)), case(real(3, 2).T), case(real(2, 3), dim=0),
           case(real(2, 3, 2), dim=(0, 2), keepdim=True), case(real(4), correction=0),
           case(real(2, 4), dim=1, correction=2), case(real(4), unbiased=False), case(real(2, 3).f32, dim=-1),
           case(real(1), smooth=False), case(real(0), smooth=False)],
       refuses=(outside, twice, refused(RuntimeError, ints(3), says=f"{name} only support floating point and complex")))
op("norm", "torch.norm(a, **kw)", "a.norm(**kw)",
   on=[case(real(3)), case(real(2, 3)), case(real()), case(real(3, 2).T), case(real(2, 3), dim=1),
       case(real(2, 3, 2), dim=(0, 2), keepdim=True), case(apart(3), p=1), case(real(3), p=3),
       case(apart(2, 3), p=inf, dim=0), case(apart(3), p=-inf), case(real(2, 3), p="fro"), case(real(3), p=0),
       case(real(3).f32), case(real(0)), case(fixed([0.0, 0.0]), smooth=False), case(fixed([3.0, nan]), smooth=False)],
   refuses=(outside,))
op("vector_norm", "torch.linalg.vector_norm(a, **kw)",
   on=[case(real(3)), case(real(2, 3), ord=1), case(real(2, 3), ord=3, dim=1), case(real(2, 3), dim=0, keepdim=True),
       case(real())],
   refuses=(outside,))
extremes = [case(apart(4)), case(apart(2, 3)), case(apart()), case(apart(3, 2).T), case(apart(3).f32), case(ints(5)),
            case(fixed([1.0, 3.0, 3.0]), smooth=False), case(fixed([1.0, nan, 3.0]), smooth=False)]
along = [case(apart(2, 3), dim=0), case(apart(2, 3), dim=-1, keepdim=True),
         case(fixed([[1.0, 1.0], [1.0, 2.0]]), dim=1, smooth=False),
         case(fixed([[nan, 1.0], [1.0, nan]]), dim=0, smooth=False), case(apart(0, 3), dim=1), case(apart(), dim=0)]
for name in ("max", "min"):
    op(name, f"torch.{name}(a)", f"a.{name}()", on=extremes, refuses=(refused(RuntimeError, real(0)),))
    op(f"{name} dim", f"torch.{name}(a, **kw)", f"a.{name}(**kw)",
       on=along,
       refuses=(outside, refused(IndexError, real(0, 3), dim=0)))
    op(f"a{name}", f"torch.a{name}(a, **kw)", f"a.a{name}(**kw)",
       on=[*extremes, *along, case(apart(2, 3, 2), dim=(0, 2)),
           case(fixed([[1.0, 1.0], [1.0, 0.0]]), dim=(0, 1), smooth=False)],
       refuses=(outside, refused(RuntimeError, real(0))))
