"""Margins around a tensor."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

form = "torch.nn.functional.pad(a, b, **kw)"
odd_count = refused(RuntimeError, real(1, 2, 3), (1,), says="Padding length must be divisible by 2")
op("pad constant", form,
   on=[case(real(2, 3), (1, 2)), case(real(2, 3), (1, 0, 0, 1), value=3.0), case(real(2, 3), (-1, 1)),
       case(real(2, 3), (-1, -1), value=2.0), case(real(2, 3), ()), case(real(2, 3), (0, 0)), case(real(0, 3), (1, 1)),
       case(real(0, 3), (0, 0, 1, 0), value=1.0), case(real(3, 2).T, (1, 1)), case(real(3).f32, (1, 1), value=0.1),
       case(ints(3), (1, 1), value=1.5), case(bools(3), (1, 0)), case(real(3), (1, 1), mode="constant", value=-inf,
                                                                     smooth=False),
       case(real(2, 2, 2), (1, 0, 0, 1, 1, 0))],
   refuses=(odd_count, refused(RuntimeError, real(2, 3), (-2, -2), says="narrow(): length must be non-negative."),
            refused(RuntimeError, real(2), (1, 1, 1, 1),
            says="Padding length should be less than or equal to two times"),
            refused(NotImplementedError, real(1, 2, 3), (1, 1), mode="foo", says="Unrecognised padding mode foo"),
            refused(TypeError, real(2), 1, says="pad(): argument 'pad' (position 2) must be tuple of ints, not int")))
for mode in ("reflect", "replicate", "circular"):
    op(f"pad {mode}", form,
       on=[case(real(1, 2, 3), (1, 2), mode=mode), case(real(2, 3), (2, 0), mode=mode),
           case(real(2, 3), (-1, 1), mode=mode),
           case(real(2, 2, 3), (1, 2, 1, 0), mode=mode), case(real(1, 1, 2, 3), (1, 1, 1, 1), mode=mode),
           case(real(1, 2, 2, 2), (1, 0, 0, 1, 1, 1), mode=mode), case(real(3, 2).T, (1, 1), mode=mode),
           case(real(1, 3).f32, (1, 1), mode=mode), case(ints(1, 3), (1, 2), mode=mode),
           case(real(0, 2, 3), (1, 1), mode=mode),
           case(real(2, 3), (0, 0), mode=mode)],
       refuses=(odd_count,
                refused(NotImplementedError, real(3), (1, 1), mode=mode,
                says="Padding size 2 is not supported for 1D in"),
                refused(RuntimeError, real(1, 2, 3), (1, 1), mode=mode, value=2.0,
                        says=f'Padding mode "{mode}" doesn\'t take in value argument'),
                refused(RuntimeError, real(1, 2, 0), (1, 1), mode=mode)))
op("pad far", form,
   on=[case(real(1, 2, 3), (2, 2), mode="reflect"), case(real(1, 2, 3), (5, 7), mode="replicate"),
       case(real(1, 2, 3), (3, 3), mode="circular"), case(real(1, 1), (4, 0), mode="replicate"),
       case(real(1, 3), (-2, 2), mode="reflect"), case(real(1, 3), (-2, 2), mode="replicate"),
       case(real(1, 3), (-1, -1), mode="circular"),
       case(real(1, 3), (-1, -1), mode="reflect")],
   refuses=(*(refused(RuntimeError, real(1, 3), widths, mode="circular") for widths in ((-2, 2), (2, -2))),
            refused(RuntimeError, real(1, 2, 3), (3, 1), mode="reflect",
                    says="Argument #4: Padding size should be less than the corresponding input dimension, but got"),
            refused(RuntimeError, real(1, 2, 3), (4, 0), mode="circular",
                    says="Padding value causes wrapping around more than once.")))
