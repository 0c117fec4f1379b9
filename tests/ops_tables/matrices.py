"""Square matrices: inverses, equations, determinants, factors."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

square = [case(regular(3, 3)), case(regular(1, 1)), case(regular(0, 0)), case(regular(2, 2, 2)),
case(regular(0, 2, 2)), case(regular(3, 3).T),
          case(regular(2, 2).f32), case(regular(2, 1, 2, 2)), case(fixed([[2.0, 1.0], [1.0, 3.0]])),
          case(regular(2, 2).const)]
not_square = refused(RuntimeError, real(2, 3)), refused(RuntimeError, real(3)), refused(RuntimeError, ints(2, 2))
singular = fixed([[1.0, 2.0], [2.0, 4.0]])
batch_of_singular = fixed([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
no_factor = "linalg.cholesky: The factorization could not be completed"

op("inv", "torch.linalg.inv(a)", "torch.inverse(a)", "a.inverse()", on=square,
   refuses=(*not_square, refused(RuntimeError, real(2, 2).f16, says="linalg.inv: Low precision dtypes not supported"),
            refused(RuntimeError, singular, says="linalg.inv: The diagonal element 2 is zero"),
            refused(RuntimeError, batch_of_singular, says="linalg.inv: (Batch element 1): The diagonal element 1 is")))
op("solve", "torch.linalg.solve(a, b, **kw)",
   on=[case(regular(3, 3), real(3)), case(regular(3, 3), real(3, 2)), case(regular(3, 3), real(2, 3), left=False),
       case(regular(2, 2, 2), real(2, 2)), case(regular(2, 2, 2), real(2)), case(regular(2, 2, 2), real(2, 2, 1)),
       case(regular(2, 2, 2), real(2, 1)), case(regular(2, 2), real(2, 2, 3)), case(regular(2, 1, 2, 2), real(3, 2, 1)),
       case(regular(0, 0), real(0)), case(regular(3, 3).T, real(2, 3).T), case(regular(2, 2).f32, real(2).f32),
       case(regular(2, 2).const, real(2)), case(regular(2, 2), real(2).const),
       case(regular(2, 2, 2), real(1, 2), left=False)],
   refuses=(refused(RuntimeError, real(3, 3), real(4)), refused(RuntimeError, real(3, 3), real(4, 2)),
            refused(RuntimeError, real(3, 3), real(3).f32), refused(RuntimeError, real(2, 3), real(2)),
            refused(RuntimeError, real(2, 3, 3), real(4, 3, 2)), refused(RuntimeError, real(3, 3), real(3), left=False),
            refused(RuntimeError, fixed([[0.0, 0.0], [0.0, 0.0]]), real(2)),
            refused(RuntimeError, ints(2, 2), real(2))))
op("det", "torch.linalg.det(a)", "torch.det(a)", "a.det()", on=square,
   refuses=(*not_square, refused(NotImplementedError, real(2, 2).f16)))
op("slogdet", "torch.linalg.slogdet(a)", "torch.slogdet(a)", "a.slogdet()",
   on=[*square, case(fixed([[0.0, 0.0], [0.0, 0.0]]).const)], refuses=(*not_square,
       refused(RuntimeError, real(2, 2).f16)))
op("logdet", "torch.logdet(a @ a.mT)", "(a @ a.mT).logdet()", on=[*square[:2], *square[3:]],
   refuses=(refused(RuntimeError, real(3)), refused(RuntimeError, real(2, 2).f16)))
op("logdet of what has none", "torch.logdet(a)", smooth=False,
   on=[case(fixed(m).const) for m in ([[-1.0]], [[0.0]], [[0.0, 1.0], [1.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]], [[nan]],
                                      [[-1.0, 0.0], [0.0, -1.0]], [[[1.0]], [[-1.0]]], [[1.0, 2.0], [3.0, 4.0]])],
   refuses=(refused(RuntimeError, real(2, 3)), refused(RuntimeError, ints(2, 2))))
positive = "a @ a.mT + torch.eye(a.shape[-1], dtype=a.dtype)"
op("cholesky", f"torch.linalg.cholesky({positive}, **kw)",
   on=[*square[:8], case(real(3, 3), upper=True), case(real(2, 2, 2), upper=True), case(real(2, 2).const)],
   refuses=(refused(RuntimeError, real(3)), refused(NotImplementedError, real(2, 2).f16)))
op("cholesky of what has none", "torch.linalg.cholesky(a)", smooth=False,
   on=[case(fixed(m).const) for m in ([[4.0]], [[1.0, 9.0], [0.0, 1.0]], [[4.0, 2.0], [2.0, 5.0]], [[[4.0]], [[9.0]]],
                                      [[2.0, 0.0], [0.0, 3.0]], [[1.0, 0.0], [0.5, 1.0]], [[9.0, 3.0], [3.0, 2.0]],
                                      [[0.25]])],
   refuses=(*not_square, refused(RuntimeError, singular, says=no_factor),
            refused(RuntimeError, batch_of_singular, says="linalg.cholesky: (Batch element 1)")))
