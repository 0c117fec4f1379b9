"""Products of vectors and matrices."""

from __future__ import annotations

import numpy as np

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
       case(real(2, 0), real(0, 3)), case(real(2, 3).const, real(3, 1)), case(real(2, 3), real(4, 3).T),
       case(real(1, 2).f32, real(2, 2).f32), case(ints(2, 3), ints(3, 2)), case(real(1, 1), real(1, 1))],
   refuses=(refused(RuntimeError, real(2, 3), real(4, 5), says=cannot_multiply),
            refused(RuntimeError, real(3), real(3, 2)), refused(RuntimeError, real(3, 2), real(3)),
            refused(RuntimeError, real(2, 3), real(3, 2).f32)))
op("mv", "torch.mv(a, b)", "a.mv(b)",
   on=[case(real(2, 3), real(3)), case(real(3, 2).T, real(3)), case(real(0, 3), real(3)), case(real(2, 0), real(0)),
       case(real(2, 3), real(3).const), case(real(2, 3).const, real(3)), case(real(1, 1).f32, real(1).f32),
       case(ints(2, 3), ints(3))],
   refuses=(refused(RuntimeError, real(2, 3), real(2)), refused(RuntimeError, real(2, 3), real(3, 1))))
vectors = [case(real(3), real(3)), case(real(0), real(0)), case(real(1), real(1)), case(real(3).f32, real(3).f32),
           case(real(3), real(3).const), case(real(3).const, real(3)), case(ints(3), ints(3)), case(real(4), real(4)),
           case(fixed([nan, 1.0]), fixed([1.0, inf]), smooth=False)]
for name in ("dot", "vdot"):
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", on=vectors,
       refuses=(refused(RuntimeError, real(3), real(4)), refused(RuntimeError, real(2, 3), real(3)),
                refused(RuntimeError, real(3), real(3).f32)))
for name in ("outer", "ger"):
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)",
       on=[case(real(2), real(3)), case(real(0), real(3)), case(real(1), real(1)), case(real(3).f32, real(2).f32),
           case(real(3).const, real(2)), case(ints(2), ints(2)), case(real(2), real(2).f32), case(bools(2), ints(3))],
       refuses=(refused(RuntimeError, real(2, 2), real(3)), refused(RuntimeError, real(2), real(3, 1))))
op("bmm", "torch.bmm(a, b)", "a.bmm(b)",
   on=[case(real(2, 2, 3), real(2, 3, 2)), case(real(1, 2, 3), real(1, 3, 1)), case(real(0, 2, 3), real(0, 3, 2)),
       case(real(3, 2, 2).T, real(2, 3, 1)), case(real(2, 1, 2).f32, real(2, 2, 1).f32),
       case(real(2, 2, 0), real(2, 0, 2)), case(real(2, 2, 1).const, real(2, 1, 2)),
       case(ints(1, 2, 2), ints(1, 2, 2))],
   refuses=(refused(RuntimeError, real(2, 2, 3), real(1, 3, 2)), refused(RuntimeError, real(2, 3), real(2, 3, 2))))

# ---------------------------------------------------------------- a term plus a product
def plus(*shapes: tuple[int, ...]) -> list[Case]:
    """Terms of these shapes, the last two of which are the factors', and every keyword."""
    *terms, left, right = shapes
    b, c = real(*left), real(*right)
    return [*(case(real(*term), b, c) for term in terms), case(real(*terms[0]), b, c, alpha=2, beta=0.5),
            case(fixed(np.full(terms[0], nan).tolist()), b, c, beta=0, smooth=False),
            case(real(*terms[0]).const, b, c, beta=-1), case(real(*terms[0]), b.const, c.const, alpha=-0.5),
            case(real(*terms[0]).f32, b.f32, c.f32, alpha=3), case(real(*terms[0]), b, c, alpha=0),
            case(ints(*terms[0]), ints(*left), ints(*right), alpha=2, beta=3)]


for name, shapes, bad, empty in (
    ("addmm", [(2, 4), (4,), (2, 1), (1, 1), (2, 3), (3, 4)], [(3,), (2, 3), (3, 4)], [(2, 4), (2, 0), (0, 4)]),
    ("addmv", [(2,), (1,), (2, 3), (3,)], [(3,), (2, 3), (3,)], [(2,), (2, 0), (0,)]),
    ("baddbmm", [(2, 2, 2), (2, 1), (2,), (2, 2, 3), (2, 3, 2)], [(3,), (2, 2, 3), (2, 3, 4)],
     [(2, 2, 2), (2, 2, 0), (2, 0, 2)]),
    ("addbmm", [(2, 2), (2, 1), (2,), (2, 2, 3), (2, 3, 2)], [(3,), (2, 2, 3), (2, 3, 4)],
     [(2, 2), (0, 2, 1), (0, 1, 2)]),
    ("addr", [(2, 3), (3,), (2, 1), (2,), (3,)], [(3,), (2,), (4,)], [(0, 3), (0,), (3,)]),
):
    first, left, right = shapes[0], *shapes[-2:]
    refusals = (refused(RuntimeError, *(real(*s) for s in bad)),
                refused(RuntimeError, real(*first), real(*left), real(*right, 2)),
                refused(RuntimeError, real(*first), real(*left, 1, 1), real(*right)))
    nothing = case(*(real(*s) for s in empty))
    op(name, f"torch.{name}(a, b, c, **kw)", f"a.{name}(b, c, **kw)", on=[*plus(*shapes), nothing], refuses=refusals)
    op(f"{name}_", f"a.clone().{name}_(b, c, **kw)",
       on=[*plus(first, left, right), nothing, case(real(*first), real(*left).const, real(*right), alpha=0.5)],
       refuses=refusals)

# ---------------------------------------------------------------- sums of products
op("inner", "torch.inner(a, b)", "a.inner(b)",
   on=[case(real(3), real(3)), case(real(2, 3), real(4, 3)), case(real(2, 3), real(3)), case(real(3), real(2, 3)),
       case(real(), real(3)), case(real(2, 3), real()), case(real(2, 2, 3), real(2, 3)), case(real(3, 2).T, real(2, 3)),
       case(real(2, 3).f32, real(2, 3).f32), case(ints(3), ints(3)), case(real(2, 3).const, real(3))],
   refuses=(refused(RuntimeError, real(2, 3), real(2, 4)), refused(RuntimeError, real(3), real(3).f32)))
op("tensordot", "torch.tensordot(a, b, **kw)",
   on=[case(real(2, 3), real(2, 3)), case(real(2, 3), real(3, 4), dims=1), case(real(2), real(3), dims=0),
       case(real(2, 3, 2), real(2, 3), dims=((1, 2), (1, 0))), case(real(3), real(3), dims=1),
       case(real(1, 3), real(3, 1), dims=1), case(real(2, 1), real(3, 2), dims=1), case(real(2, 3), real(1, 2), dims=1),
       case(real(3, 2).T, real(3, 2), dims=1), case(real(0, 3), real(3, 2), dims=1),
       case(real(2, 3).f32, real(3, 2).f32, dims=1), case(real(2, 3), real(3, 2), dims=((-1,), (0,)))],
   refuses=(refused(RuntimeError, real(2, 3), real(3, 2), dims=-1), refused(RuntimeError, real(3), real(3), dims=2),
            refused(RuntimeError, real(2, 3), real(4, 2), dims=1),
            refused(RuntimeError, real(2, 3).f32, real(3), dims=1),
            refused(RuntimeError, real(2, 3), real(3, 2), dims=((0, 1), (1,)))))
op("vecdot", "torch.linalg.vecdot(a, b, **kw)",
   on=[case(real(3), real(3)), case(real(2, 3), real(2, 3)), case(real(2, 3), real(3)), case(real(2, 3), real(2, 1)),
       case(real(2, 3), real(2, 3), dim=0), case(real(0, 3), real(0, 3)), case(real(3, 2).T, real(2, 3)),
       case(real(3).f32, real(3).f32), case(real(3).const, real(3))],
   refuses=(refused(RuntimeError, real(2, 3), real(2, 4)), refused(IndexError, real(2, 3), real(2, 3), dim=2)))
op("trace", "torch.trace(a)", "a.trace()",
   on=[case(real(3, 3)), case(real(2, 3)), case(real(3, 2)), case(real(3, 2).T), case(real(0, 3)), case(real(1, 1)),
       case(real(2, 2).f32), case(ints(2, 2)), case(fixed([[nan, 1.0], [2.0, inf]]), smooth=False)],
   refuses=(refused(RuntimeError, real(3)), refused(RuntimeError, real(2, 2, 2))))
op("einsum", "torch.einsum(c, a, b)",
   on=[case(real(2, 3), real(3, 4), "ij,jk->ik"), case(real(2, 3), real(3), "ij,j"), case(real(2), real(3), "i,j->ij"),
       case(real(2, 2, 3), real(2, 3, 2), "bij,bjk->bik"), case(real(3), real(3), "i,i->"),
       case(real(2, 3), real(2, 3), "ij,ij->ji"), case(real(2, 2, 3), real(3, 2), "...ij,jk->...ik"),
       case(real(2, 3), real(2, 3), "...,..."), case(real(3, 3), real(3), "ii,i->i"), case(real(2, 1), real(1, 3),
       "ij,ij"),
       case(real(2, 3), real(4, 3), "ij,kj->ik"), case(real(0, 3), real(3, 2), "ij,jk"), case(real(), real(2), ",i->i"),
       case(real(3, 2).T, real(3), "ij,j->i"), case(real(2, 2).f32, real(2).f32, "ij,j->i"), case(real(2, 3), real(2),
       "ij,k->k"),
       case(real(2, 3).const, real(3, 2), " i j , j k -> i k"), case(real(2, 3, 2), real(2, 3), "ijk,kj->i"),
       case(real(2, 3, 3), real(3), "bii,i->b"), case(real(2, 3), real(2, 1, 3), "i...,i...->...")],
   refuses=(refused(RuntimeError, real(2, 3), real(3, 4), "ij,jk->iz"), refused(RuntimeError, real(2, 3), real(4, 4),
            "ij,jk"),
            refused(RuntimeError, real(2, 3), real(3), "ijk,k"), refused(RuntimeError, real(2), real(2), "i"),
            refused(RuntimeError, real(2), real(2), "i,i,i"), refused(RuntimeError, real(2), real(2), "1,i"),
            refused(RuntimeError, real(2, 3), real(2), "ij,i->ii"), refused(RuntimeError, real(2, 3), real(2), "ii,i"),
            refused(RuntimeError, real(2, 3), real(2), "i.j,i"), refused(RuntimeError, real(2, 3), real(3).f32,
            "ij,j->i")))
op("einsum of one", "torch.einsum(b, a)", "torch.einsum(b, [a])",
   on=[case(real(2, 3), "ij->ji"), case(real(3, 3), "ii"), case(real(3, 3), "ii->i"), case(real(2, 3), "ij->i"),
       case(real(2, 3), "ji"), case(real(2, 3), "...->"), case(real(), "->"), case(real(2, 3), "i..."),
       case(real(0, 3), "ij->j"),
       case(real(3, 3, 2), "iij->ji"), case(real(3).f32, "i->")],
   refuses=(refused(RuntimeError, real(2, 3), "ij,jk"), refused(RuntimeError, real(2, 3), "ii->i"),
            refused(RuntimeError, real(2), "i->..i")))
op("einsum of three", "torch.einsum(d, a, b, c)",
   on=[case(real(2, 3), real(3, 2), real(2, 2), "ij,jk,kl->il"), case(real(3), real(3), real(3), "i,i,i->"),
       case(real(2), real(3), real(2), "i,j,k->kji"), case(real(2, 3), real(3), real(2), "ij,j,i->"),
       case(real(2, 2), real(2, 2), real(2), "bi,bj,b->ij"), case(real(2, 3), real(2, 3), real(2, 3), "ab,ab,ab->b"),
       case(real(0, 2), real(2, 2), real(2), "ij,jk,k->i"), case(real(2).f32, real(2).f32, real(2).f32, "i,i,i->i")],
   refuses=(refused(RuntimeError, real(2), real(2), real(3), "i,i,i->"),
            refused(RuntimeError, real(2), real(2), real(2), "i,i")))
op("einsum with lists", "torch.einsum(a, c, b, d, [0, 2])", "torch.einsum('AB,BC->AC', a, b)",
   on=[case(real(2, 3), real(3, 4), [0, 1], [1, 2]), case(real(1, 3), real(3, 1), [0, 1], [1, 2]),
       case(real(0, 3), real(3, 2), [0, 1], [1, 2]), case(real(2, 3).f32, real(3, 2).f32, [0, 1], [1, 2]),
       case(real(2, 1), real(1, 2), [0, 1], [1, 2]), case(real(3, 2).T, real(3, 2), [0, 1], [1, 2]),
       case(real(2, 3).const, real(3, 2), [0, 1], [1, 2]), case(real(2, 0), real(0, 2), [0, 1], [1, 2])],
   refuses=(refused(RuntimeError, real(2, 3), real(4, 2), [0, 1], [1, 2]),
            refused(RuntimeError, real(2), real(2, 3), [0, 1], [1, 2])))

# ---------------------------------------------------------------- many matrices
op("multi_dot", "torch.linalg.multi_dot([a, b, c])",
   on=[case(real(2, 3), real(3, 4), real(4, 2)), case(real(2), real(2, 3), real(3)),
       case(real(2), real(2, 3), real(3, 2)),
       case(real(4, 1), real(1, 3), real(3)), case(real(1, 4), real(4, 1), real(1, 4)),
       case(real(0, 3), real(3, 2), real(2, 1)),
       case(real(3, 2).T, real(3, 2).const, real(2, 2)), case(real(2, 2).f32, real(2, 2).f32, real(2).f32)],
   refuses=(refused(RuntimeError, real(2, 3), real(2, 3), real(3, 2)),
            refused(RuntimeError, real(2, 3), real(3), real(3)),
            refused(RuntimeError, real(2, 3), real(3, 2).f32, real(2, 2))))
op("matrix_power", "torch.linalg.matrix_power(a, b)", "torch.matrix_power(a, b)", "a.matrix_power(b)",
   on=[case(regular(3, 3), n) for n in (0, 1, 2, 3, 5, -1, -2)] + [case(real(2, 2, 2), 3), case(real(2, 2).f32, 2),
       case(real(0, 2, 2), 2),
       case(real(2, 2).T, 2)],
   refuses=(refused(RuntimeError, real(2, 3), 2), refused(RuntimeError, real(3), 2)))
op("bilinear", "torch.nn.functional.bilinear(a, b, c, d)",
   on=[case(real(2, 3), real(2, 2), real(4, 3, 2), real(4)), case(real(3), real(2), real(4, 3, 2), real(4)),
       case(real(2, 1, 3), real(2, 1, 2), real(2, 3, 2), real(2)), case(real(2, 3), real(2, 2), real(4, 3, 2), None),
       case(real(0, 3), real(0, 2), real(2, 3, 2), real(2)), case(real(3, 2).T, real(2, 2).T, real(1, 3, 2), real(1)),
       case(real(1, 2).f32, real(1, 2).f32, real(2, 2, 2).f32, real(2).f32),
       case(real(2, 3).const, real(2, 2), real(2, 3, 2).const, real(2))],
   refuses=(refused(RuntimeError, real(2, 3), real(3, 2), real(4, 3, 2), real(4)),
            refused(RuntimeError, real(2, 3), real(2, 2), real(4, 2, 2), real(4))))
