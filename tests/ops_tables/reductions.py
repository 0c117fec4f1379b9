"""Operations that make fewer numbers of many."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

for name in ("argmax", "argmin"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)", smooth=False,
       on=[case(real(4)), case(real(2, 3)), case(real(2, 3), dim=1), case(real(2, 3), dim=-2, keepdim=True),
           case(ints(5)), case(fixed([1.0, nan, 3.0, nan])), case(real()), case(real(), dim=-1),
           case(real(0, 3), dim=1),
           case(real(3, 2).T, dim=0), case(real(2, 3), keepdim=True), case(fixed([2.0, 1.0, 2.0, 1.0]), dim=0),
           case(real(3).f32), case(real(2, 3), dim=None)],
       refuses=(outside, refused(IndexError, real(0)),
                refused(RuntimeError, bools(3), says=f"{name}(): does not support"),
                refused(IndexError, real(0, 3), dim=0, says=f"{name}(): Expected reduction dim 0")))
for name in ("all", "any"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)", smooth=False,
       on=[case(bools(4)), case(bools(2, 3), dim=1), case(bools(2, 3), dim=0, keepdim=True), case(bools(0)),
           case(ints(3)), case(fixed([nan, 0.0])), case(bools(2, 3, 2), dim=(0, -1)), case(real(), dim=0),
           case(bools(2, 3, 2), dim=(0, 1), keepdim=True), case(fixed([[1, 0], [2, 3]], "uint8"), dim=1),
           case(fixed([1, 0], "uint8")), case(bools(0, 3), dim=0), case(bools(3, 2).T, dim=1),
           case(bools(2, 2), dim=()),
           case(bools(2, 2), dim=None)],
       refuses=(outside, twice))


# ---------------------------------------------------------------- sums, means, norms, extremes
reduced = [case(real(3)), case(real(2, 3)), case(real()), case(real(3, 2).T), case(real(2, 3), dim=0),
           case(real(2, 3), dim=-1, keepdim=True), case(real(2, 3, 2), dim=(0, 2)),
           case(real(2, 3, 2), dim=(-1, 1), keepdim=True), case(real(2, 3).f32, dim=1), case(real(3).f16)]
nothing = [case(real(0)), case(real(0, 3), dim=0), case(real(2, 0, 3), dim=(0, 1)), case(real(0, 3), dim=1)]
op("sum", "torch.sum(a, **kw)", "a.sum(**kw)",
   on=[*reduced, *nothing, case(ints(3)), case(bools(2, 3), dim=1), case(real(2, 3), dim=()), case(real(), dim=0), odd,
       case(real(3).f32, dtype="torch.float64"), case(ints(3), dtype="torch.float32")],
   refuses=(outside, twice, refused(RuntimeError, real(3), dtype="torch.int64", says="Autograd not support dtype: Lo")))
op("mean", "torch.mean(a, **kw)", "a.mean(**kw)",
   on=[*reduced, *nothing, case(real(), dim=-1), odd, case(ints(3), dtype="torch.float64")],
   refuses=(outside, twice, refused(RuntimeError, ints(3)), refused(RuntimeError, real(3), dtype="torch.int64",
            says="mean(): could not infer output dtype. Optional dtype must be either a floating point or complex")))
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
       case(real(2, 3), p="fro", dim=0), case(real(2, 3), p=None, dim=(0, 1)), case(real(3).f32, dtype="torch.float64"),
       case(real(3).f32), case(real(0)), case(fixed([0.0, 0.0]), smooth=False), case(fixed([3.0, nan]), smooth=False)],
   refuses=(outside, refused(RuntimeError, ints(3), says="linalg.vector_norm: Expected a floating point or complex"),
            refused(RuntimeError, real(2, 2), p="far", says="linalg.matrix_norm: Order far not supported."),
            refused(RuntimeError, real(0), p=inf), refused(RuntimeError, real(3), dtype="torch.float32"),
            refused(RuntimeError, real(2, 2, 2), p="fro", dim=(0, 1, 2), says="linalg.matrix_norm: dim must be")))
op("vector_norm", "torch.linalg.vector_norm(a, **kw)",
   on=[case(real(3)), case(real(2, 3), ord=1), case(real(2, 3), ord=3, dim=1), case(real(2, 3), dim=0, keepdim=True),
       case(real()), case(real(3, 2).T, ord=0.5), case(real(2, 3, 2), dim=(0, -1)), case(real(0)),
       case(real(3).f32, dtype="torch.float64"), case(real(0, 3), ord=inf, dim=1), case(apart(2, 3), ord=inf, dim=0),
       case(apart(4), ord=-1), case(real(3).f16, ord=1), case(real(2, 3), dim=())],
   refuses=(outside, refused(RuntimeError, ints(3), says="linalg.vector_norm: Expected a floating point or complex"),
            refused(RuntimeError, real(3), dtype="torch.int64", says="linalg.vector_norm: dtype should be floating"),
            refused(RuntimeError, real(3), dtype="torch.float32", says="linalg.vector_norm: the dtype of the input (D"),
            refused(RuntimeError, real(0), ord=-1, says="linalg.vector_norm cannot compute the -1 norm on an empty"),
            refused(RuntimeError, real(0, 3), ord=inf, dim=0,
                    says="linalg.vector_norm cannot compute the inf norm on the dimension 0because")))
matrices = [case(real(2, 3)), case(real(3, 2).T), case(real(2, 3).f32),
            *(case(real(2, 3), ord=p) for p in (1, -1, inf)),
            case(real(2, 2), ord=-inf, keepdim=True), case(real(2, 3), ord="fro"),
            case(real(2, 3, 2), ord=1, dim=(0, 2)), case(real(2, 3, 2), ord=inf, dim=(-1, 0)),
            case(real(2, 3).f32, ord=1, dtype="torch.float64"), case(real(0, 2), ord=1)]
op("matrix_norm", "torch.linalg.matrix_norm(a, **kw)", on=[*matrices, case(apart(2, 3, 2)),
case(apart(2, 3, 2), ord=1)],
   refuses=(refused(RuntimeError, real(3), says="linalg.matrix_norm: The input tensor A must have at least 2 dimens"),
            refused(RuntimeError, real(2, 2), ord=3, says="linalg.matrix_norm: Order 3 not supported."),
            refused(RuntimeError, real(2, 2), dim=(0, 0), says="linalg.matrix_norm: dims must be different."),
            refused(RuntimeError, real(2, 2), dim=(0,), says="linalg.matrix_norm: dim must be a 2-tuple. Got 0"),
            refused(IndexError, real(2, 2), dim=(0, 2), says=out_of_range), refused(RuntimeError, ints(2, 2))))
op("linalg norm", "torch.linalg.norm(a, **kw)",
   on=[*matrices, case(real(3)), case(real()), case(real(3), ord=3), case(real(2, 3, 2)),
       case(real(2, 3), ord=1, dim=1),
       case(real(2, 3), dim=0)],
   refuses=(refused(RuntimeError, real(2, 2, 2), ord=1, says="linalg.norm: If dim is not specified but ord is, the in"),
            refused(RuntimeError, real(2, 2, 2), dim=(0, 1, 2), says="linalg.norm: If dim is specified, it must be of"),
            refused(RuntimeError, real(3), ord="fro", says="linalg.matrix_norm: The input tensor A must have at"),
            refused(RuntimeError, real(2, 2), ord="far")))
op("dist", "torch.dist(a, b, **kw)", "a.dist(b, **kw)",
   on=[case(real(3), real(3)), case(real(2, 3), real(3)), case(real(), real(2)), case(real(3), real(3), p=1),
       case(real(3), real(3), p=3), case(real(3), real(3), p=1.5), case(real(3), real(1), p=inf),
       case(real(0), real(0)),
       case(real(3).f32, real(3)), case(real(3).f32, ints(3)), case(real(3, 2).T, real(2, 3)),
       case(real(3), real(3).const), case(fixed([1.0, 2.0]), fixed([1.0, 2.0]), smooth=False)],
   refuses=(shapes_clash(), refused(RuntimeError, ints(2), ints(2), says="norm(): input dtype should be either float"),
            refused(RuntimeError, real(0), real(0), p=inf)))
op("logsumexp", "torch.logsumexp(a, **kw)", "a.logsumexp(**kw)",
   on=[case(real(3), dim=0), case(real(2, 3), dim=1), case(real(2, 3), dim=-2, keepdim=True), case(real(), dim=0),
       case(real(2, 3, 2), dim=(0, 2)), case(real(3, 2).T, dim=(0, 1)), case(real(0, 3), dim=0),
       case(real(0, 3), dim=1),
       case(real(3).f32, dim=0), case(ints(3), dim=0), case(fixed([1000.0, 999.0, -1000.0]), dim=0),
       case(fixed([-inf, -inf]), dim=0, smooth=False), case(fixed([inf, 1.0]), dim=0, smooth=False),
       case(fixed([nan, 1.0]), dim=0, smooth=False)],
   refuses=(outside, twice))
unknown = [case(fixed([[1.0, nan], [nan, nan]]), smooth=False),
           case(fixed([[1.0, nan], [2.0, 3.0]]), dim=0, smooth=False)]
op("nansum", "torch.nansum(a, **kw)", "a.nansum(**kw)",
   on=[*unknown, case(real(2, 3)), case(real(2, 3), dim=1, keepdim=True), case(real()), case(real(0)), case(ints(3)),
       case(real(3, 2).T, dim=0), case(real(2, 3, 2), dim=(0, 2)), case(real(3).f32, dtype="torch.float64"), odd],
   refuses=(outside, twice,
            refused(RuntimeError, real(3), dtype="torch.int64", says="Autograd not support dtype: Long")))
op("nanmean", "torch.nanmean(a, **kw)", "a.nanmean(**kw)",
   on=[*unknown, case(real(2, 3)), case(real(2, 3), dim=1, keepdim=True), case(real()), case(real(0), smooth=False),
       case(real(3, 2).T, dim=0), case(real(2, 3, 2), dim=(0, 2)), case(real(3).f32, dtype="torch.float64")],
   refuses=(outside, refused(RuntimeError, ints(3), says="nanmean(): expected input to have floating point or compl")))
op("count_nonzero", "torch.count_nonzero(a, **kw)", "a.count_nonzero(**kw)", smooth=False,
   on=[case(ints(5)), case(bools(2, 3), dim=0), case(fixed([0.0, nan, -0.0])), case(bools(2, 3, 2), dim=(0, -1)),
       case(ints(0)), case(ints(0, 3), dim=0), case(real()), case(bools(3, 2).T, dim=1), case(real(2, 3).f32)],
   refuses=(outside, twice))
differ = "diff expects prepend or append to be the same dimension as input"
op("diff", "torch.diff(a, **kw)", "a.diff(**kw)",
   on=[case(real(4)), case(real(2, 3)), case(real(2, 3), dim=0), case(real(3, 2).T, n=2), case(real(5), n=3),
       case(real(3), n=4),
       case(real(3), n=0), case(real(0)), case(real(1)), case(ints(4)), case(bools(4)), case(real(3).f32),
       case(real(2, 3), prepend=real(2, 1), append=real(2, 2)), case(real(2), prepend=real(1), n=2)],
   refuses=(outside, refused(RuntimeError, real(), says="diff expects input to be at least one-dimensional"),
            refused(RuntimeError, real(3), n=-1, says="order must be non-negative but got -1"),
            refused(RuntimeError, real(3), prepend=real(2, 2), says=differ),
            refused(RuntimeError, real(3, 3), append=real(2, 2), says="diff expects the shape of tensor to prepend")))
extremes = [case(apart(4)), case(apart(2, 3)), case(apart()), case(apart(3, 2).T), case(apart(3).f32), case(ints(5)),
            case(fixed([1.0, 3.0, 3.0]), smooth=False), case(fixed([1.0, nan, 3.0]), smooth=False)]
along = [case(apart(2, 3), dim=0), case(apart(2, 3), dim=-1, keepdim=True),
         case(fixed([[1.0, 1.0], [1.0, 2.0]]), dim=1, smooth=False),
         case(fixed([[nan, 1.0], [1.0, nan]]), dim=0, smooth=False), case(apart(0, 3), dim=1), case(apart(), dim=0)]
for name in ("max", "min"):
    op(name, f"torch.{name}(a)", f"a.{name}()", on=extremes, refuses=(refused(RuntimeError, real(0)), *strangers))
    op(f"{name} dim", f"torch.{name}(a, **kw)", f"a.{name}(**kw)",
       on=[*along, case(apart(3, 2).T, dim=1), case(ints(4), dim=0), case(bools(2, 2), dim=0),
           case(apart(2, 3).f32, dim=0)],
       refuses=(outside, refused(IndexError, real(0, 3), dim=0), refused(TypeError, real(2, 2), dim=(0, 1))))
    op(f"a{name}", f"torch.a{name}(a, **kw)", f"a.a{name}(**kw)",
       on=[*extremes, *along, case(apart(2, 3, 2), dim=(0, 2)), case(bools(3)),
           case(fixed([[1.0, 1.0], [1.0, 0.0]]), dim=(0, 1), smooth=False)],
       refuses=(outside, refused(RuntimeError, real(0)), twice,
                refused(IndexError, real(0, 3), dim=0, says=f"a{name}(): Expected reduction dim 0 to have non-zero")))
op("aminmax", "torch.aminmax(a, **kw)", "a.aminmax(**kw)",
   on=[*extremes, *along, case(apart(2, 3), keepdim=True), case(bools(3))],
   refuses=(outside, refused(RuntimeError, real(0), says="aminmax(): cannot compute aminmax over an empty dimension"),
            refused(IndexError, real(0, 3), dim=0, says="aminmax: Expected reduction dim 0 to have non-zero size.")))
op("prod", "torch.prod(a)", "a.prod()",
   on=[case(real(3)), case(real(2, 3)), case(real()), case(real(3, 2).T), case(real(0)), case(real(3).f32),
       case(ints(3)),
       case(bools(3)), case(fixed([2.0, 0.0, 3.0])), case(fixed([0.0, 0.0, 3.0]))],
   refuses=strangers)
op("prod dim", "torch.prod(a, **kw)", "a.prod(**kw)",
   on=[case(real(2, 3), dim=0), case(real(2, 3), dim=-1, keepdim=True), case(real(3, 2).T, dim=1), case(real(), dim=0),
       case(real(0, 3), dim=0), case(real(0, 3), dim=1), case(real(3).f16, dim=0, dtype="torch.float32"),
       case(bools(2, 3), dim=0), case(fixed([[2.0, 0.0], [0.0, 0.0], [3.0, 1.0]]), dim=0), case(real(2, 3, 2), dim=1),
       case(ints(3), dtype="torch.float64"), case(real(3).f32, dtype="torch.float64")],
   refuses=(outside, refused(RuntimeError, real(3), dtype="torch.int64", says="Autograd not support dtype: Long")))

integrals = [case(real(4)), case(real(2, 3)), case(real(2, 3), dim=0), case(real(3), dx=0.5), case(real(3, 2).T, dx=2),
             case(real(2, 3), x=real(3)), case(real(2, 3), x=real(2, 3)), case(real(2, 3), x=real(2), dim=0),
             case(real(2, 3, 2), x=real(3, 2), dim=1), case(real(1)), case(ints(4)), case(real(3).f32),
             case(real(3), x=ints(3))]
points = refused(RuntimeError, real(2, 3), x=real(2))
op("trapezoid", "torch.trapezoid(a, **kw)", "torch.trapz(a, **kw)", on=[*integrals, case(real(0)), case(real(2, 0))],
   refuses=(points, refused(RuntimeError, bools(2), says="trapezoid: received a bool input for `y`"), outside,
            refused(TypeError, real(3), x=real(3), dx=1), refused(IndexError, real())))
op("cumulative_trapezoid", "torch.cumulative_trapezoid(a, **kw)", on=integrals,
   refuses=(points,
            refused(RuntimeError, bools(2), says="cumulative_trapezoid: received a bool input for `y`"), outside,
            refused(TypeError, real(3), x=real(3), dx=1), refused(IndexError, real())))
