"""Picking and writing along a dimension, by numbers and by masks."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

along0 = fixed([[0, 1, 1], [0, 0, 1]])
along1 = fixed([[0, 2], [1, 1]])
first, one, none, far = fixed([[0, 1, 0]]), fixed([0, 0, 2]), ints(0), fixed([[0, 1, 7]])
wrong_dtype = refused(RuntimeError, real(2, 3), 0, fixed([[0.0, 1.0, 0.0]]).const,
                      says="gather(): Expected dtype int32/int64 for index")
op("gather", "torch.gather(a, b, c)", "a.gather(b, c)", "torch.gather(a, dim=b, index=c, sparse_grad=False)",
   on=[case(real(2, 3), 0, along0), case(real(2, 3), 1, along1), case(real(2, 3), -2, first), case(real(3), 0, one),
       case(real(), 0, fixed(0)), case(real(), -1, fixed([0, 0])), case(real(3), 0, fixed(2)),
       case(real(2, 3), 0, none), case(real(2, 0), 1, ints(2, 0)), case(real(3, 2).T, 1, along1),
       case(real(2, 3).f32, 0, along0), case(ints(2, 3), 1, along1), case(real(2, 3), 0, fixed([[0, 1, 1]], "int32")),
       case(real(2, 3), 1, ints(0, 3)), case(real(2, 2, 2), 2, fixed([[[1, 0], [1, 1]]]))],
   refuses=(wrong_dtype,
            refused(RuntimeError, real(2, 3), 0, fixed([0, 1]), says="Index tensor must have the same number of dim"),
            refused(RuntimeError, real(2, 3), 0, far, says="index 7 is out of bounds for dimension 0 with size 2"),
            refused(RuntimeError, real(2, 3), 0, fixed([[-1]]), says="index -1 is out of bounds for dimension 0 with"),
            refused(RuntimeError, real(2, 3), 1, fixed([[0], [0], [0]]),
                    says="Size does not match at dimension 0 expected index [3, 1] to be no larger than self [2, 3] "
                         "apart from dimension 1"),
            refused(IndexError, real(2, 3), 2, first, says=out_of_range),
            refused(TypeError, real(2, 3), 0, "x", says="gather(): argument 'index'")))
source_refusals = (
    refused(RuntimeError, real(2, 3), 0, first.f32, real(1, 3), says="scatter(): Expected dtype int32/int64 for index"),
    refused(RuntimeError, real(2, 3), 0, first, real(1, 3).f32,
    says="scatter(): Expected self.dtype to be equal to sr"),
    refused(RuntimeError, real(2, 3), 0, far, real(1, 3), says="index 7 is out of bounds for dimension 0 with size 2"),
    refused(RuntimeError, real(2, 3), 0, fixed([0]), real(1, 3), says="Index tensor must have the same number of dime"),
    refused(RuntimeError, real(2, 3), 0, first, real(1, 2), says="Expected index [1, 3] to be no larger than self"),
    refused(IndexError, real(2, 3), 2, first, real(1, 3), says=out_of_range),
)
sources = [
    case(real(2, 3), 0, first, real(1, 3)), case(real(2, 3), 1, fixed([[0, 2], [1, 0]]), real(2, 2)),
    case(real(), 0, fixed(0), real()),
    case(real(3), -1, fixed([2, 0]), real(2)), case(real(2, 3), 0, none, real(0)), case(real(0), 0, ints(0), real(0)),
    case(real(3, 2).T, 1, fixed([[2], [0]]), real(1, 2).T), case(real(2, 3).f32, 0, first, real(1, 3).f32),
    case(real(2, 3).const, 0, first, real(1, 3)), case(real(2, 3), 0, first, real(2, 3).const),
    case(ints(2, 3), 0, first, ints(1, 3)), case(real(2, 3), 0, fixed([[1, 0, 0]], "int32"), real(1, 3)),
]
op("scatter_add", "torch.scatter_add(a, b, c, d)", "a.scatter_add(b, c, d)", "a.clone().scatter_add_(b, c, d)",
   on=[*sources, case(real(3), 0, one, real(3)), case(real(), 0, fixed([0, 0]), real(2)),
       case(bools(3), 0, one, bools(3))],
   refuses=(*source_refusals, refused(TypeError, real(2, 3), 0, first, 1.0, says="scatter_add")))
op("scatter", "torch.scatter(a, b, c, d)", "a.scatter(b, c, d)", "a.clone().scatter_(b, c, d)",
   on=sources, refuses=source_refusals)
op("scatter a number", "torch.scatter(a, b, c, d)", "a.scatter(b, c, d)", "a.scatter(b, c, value=d)",
   "a.clone().scatter_(b, c, value=d)",
   on=[case(real(2, 3), 0, first, 2.0), case(real(2, 3), 1, along1, -1), case(real(), 0, fixed(0), 1.5),
       case(real(3), -1, fixed([0, 0]), 2.0), case(real(2, 3), 0, none, 2.0), case(real(3, 2).T, 1, along1, 0.5),
       case(real(2, 3).f32, 0, first, 0.1), case(ints(3), 0, fixed([1]), 1.7), case(real(0), 0, ints(0), 1.0)],
   refuses=(refused(RuntimeError, real(2, 3), 0, far, 1.0, says="index 7 is out of bounds for dimension 0 with size 2"),
            refused(RuntimeError, real(2, 3), 1, ints(3, 2), 1.0,
                    says="Expected index [3, 2] to be no larger than self [2, 3] apart from dimension 1"),
            refused(TypeError, real(2, 3), 0, first, "x")))
op("take_along_dim", "torch.take_along_dim(a, b, **kw)", "a.take_along_dim(b, **kw)",
   on=[case(real(2, 3), along0, dim=0), case(real(2, 3), along1, dim=1), case(real(2, 3), first, dim=0),
       case(real(1, 3), along1, dim=1), case(real(2, 3), fixed([5, 0, 0])), case(real(3), fixed([-1, 2]), dim=-1),
       case(real(2, 3), fixed([[7], [-4]]), dim=1), case(real(2, 0), ints(2, 0), dim=0),
       case(real(3, 2).T, along0, dim=0),
       case(real(2, 3).f32, along1, dim=1), case(ints(2, 3), along1, dim=1),
       case(real(3, 2).T, fixed([[0, 1, 1]]), dim=0)],
   refuses=(refused(RuntimeError, real(2, 3), fixed([0, 1]), dim=0), refused(IndexError, real(2, 3), along0, dim=2),
            refused(RuntimeError, real(2, 3), fixed([[0, 1]]), dim=0,
                    says="The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1"),
            refused(RuntimeError, real(2, 3), fixed([0, 9]),
            says="index 9 is out of bounds for dimension 0 with size 6"),
            refused(RuntimeError, real(2, 3), fixed([[0]], "int32"), dim=0)))
