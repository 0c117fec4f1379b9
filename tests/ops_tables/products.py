"""Products of vectors and matrices."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

cannot_multiply = "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"
op("matmul", "torch.matmul(a, b)", "a.matmul(b)", "a @ b",
   on=[case(real(3), real(3)), case(real(2, 3), real(3)), case(real(2), real(2, 3)), case(real(2, 3), real(3, 4)),
       case(real(2, 2, 3), real(2, 3, 2)), case(real(2, 2, 3), real(3, 2)), case(real(2, 3), real(2, 3, 2)),
       case(real(2, 2, 3), real(3)), case(real(3), real(2, 3, 2)), case(real(2, 1, 2, 3), real(3, 3, 2)),
       case(real(3, 2).T, real(4, 3).T), case(real(0, 3), real(3, 2)), case(real(2, 0), real(0, 3)),
       case(real(2, 3).const, real(3, 2)), case(real(2, 3).f32, real(3).f32), case(ints(2, 3), ints(3, 2)),
       case(real(0), real(0))],
   refuses=(refused(RuntimeError, real(2, 3), real(4, 5), says=cannot_multiply),
            refused(RuntimeError, real(2, 3), real(4)), refused(RuntimeError, real(3), real(4)),
            refused(RuntimeError, real(), real(3)), refused(RuntimeError, real(2, 3), real(3, 2).f32),
            refused(RuntimeError, real(2, 2, 3), real(3, 3, 2))))
op("mm", "torch.mm(a, b)", "a.mm(b)",
   on=[case(real(2, 3), real(3, 4)), case(real(3, 2).T, real(3, 1)), case(real(0, 3), real(3, 2)),
       case(real(2, 3).const, real(3, 1)), case(real(1, 2).f32, real(2, 2).f32)],
   refuses=(refused(RuntimeError, real(2, 3), real(4, 5), says=cannot_multiply),
            refused(RuntimeError, real(3), real(3, 2))))
op("mv", "torch.mv(a, b)", "a.mv(b)",
   on=[case(real(2, 3), real(3)), case(real(3, 2).T, real(3)), case(real(0, 3), real(3)),
       case(real(2, 3), real(3).const), case(real(1, 1).f32, real(1).f32)],
   refuses=(refused(RuntimeError, real(2, 3), real(2)), refused(RuntimeError, real(2, 3), real(3, 1))))
op("dot", "torch.dot(a, b)", "a.dot(b)",
   on=[case(real(3), real(3)), case(real(0), real(0)), case(real(1), real(1)), case(real(3).f32, real(3).f32),
       case(real(3), real(3).const), case(ints(3), ints(3))],
   refuses=(refused(RuntimeError, real(3), real(4)), refused(RuntimeError, real(2, 3), real(3))))
op("outer", "torch.outer(a, b)", "a.outer(b)",
   on=[case(real(2), real(3)), case(real(0), real(3)), case(real(1), real(1)), case(real(3).f32, real(2).f32),
       case(real(3).const, real(2)), case(ints(2), ints(2))],
   refuses=(refused(RuntimeError, real(2, 2), real(3)),))
op("bmm", "torch.bmm(a, b)", "a.bmm(b)",
   on=[case(real(2, 2, 3), real(2, 3, 2)), case(real(1, 2, 3), real(1, 3, 1)), case(real(0, 2, 3), real(0, 3, 2)),
       case(real(3, 2, 2).T, real(2, 3, 1)), case(real(2, 1, 2).f32, real(2, 2, 1).f32)],
   refuses=(refused(RuntimeError, real(2, 2, 3), real(1, 3, 2)), refused(RuntimeError, real(2, 3), real(2, 3, 2))))
