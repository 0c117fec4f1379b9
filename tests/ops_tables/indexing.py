"""Reading and writing by index."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

rows = fixed([0, 2, 0, -1])
op("index", "a[b]",
   on=[case(real(3), 0), case(real(3), -1), case(real(2, 3), 1), case(real(2, 3), (1, 2)), case(real(4), slice(1, 3)),
       case(real(5), slice(None, None, 2)), case(real(2, 3), (slice(None), 1)), case(real(2, 3), (Ellipsis, 0)),
       case(real(2, 3), None), case(real(2, 3), (slice(None), None, 0)), case(real(), Ellipsis), case(real(), None),
       case(real(3), slice(3, 1)), case(real(3), slice(-2, 99)), case(real(3, 2), rows), case(real(3), rows),
       case(real(2, 3), [0, 1, 0]), case(real(3), []), case(real(2, 3), (slice(None), rows)),
       case(real(3, 3), (rows, rows)), case(real(3, 2), (rows, 1)), case(real(2, 3, 2), (0, rows)),
       case(real(2, 3, 2), (slice(None), rows, slice(0, 1))), case(real(3, 2), fixed([[0, 1], [1, 1]])),
       case(real(3), fixed([True, False, True])), case(real(2, 3), fixed([True, False])),
       case(real(2, 2), fixed([[True, False], [True, True]])),
       case(real(2, 3), (slice(None), fixed([False, True, True]))), case(real(3), fixed([False, False, False])),
       case(real(3, 2).T, (0, slice(None, None, 2))), case(real(3), fixed(1)), case(real(3), True),
       case(real(), fixed(True)), case(ints(3), rows)],
   refuses=(refused(IndexError, real(3), 3, says="index 3 is out of bounds for dimension 0 with size 3"),
            refused(IndexError, real(3), (0, 0)), refused(ValueError, real(3), slice(None, None, -1)),
            refused(IndexError, real(3), fixed([0, 3])), refused(IndexError, real(3), fixed([True, False])),
            refused(IndexError, real(), 0), refused(IndexError, real(3), fixed([0.0, 1.0]).const)))
op("put", "put(a, b, c)",
   on=[case(real(3), 0, 5.0), case(real(3), slice(0, 2), real(2)), case(real(2, 3), 1, real(3)),
       case(real(2, 3), (slice(None), 1), real()), case(real(2, 3), Ellipsis, 1), case(real(3), slice(2, 2), real(1)),
       case(real(3), fixed([True, False, True]), 0.0), case(real(3), fixed([2, 0]), real(2)),
       case(real(3, 2), fixed([1, 2]), real(2)), case(real(3), fixed([True, False, True]), real(2)),
       case(real(3).const, 1, real()), case(ints(3), 0, 2.7), case(real(3).f32, slice(None), real(3)),
       case(real(2, 3).const, (0, fixed([0, 2])), real(2))],
   refuses=(refused(IndexError, real(3), 3, 1.0), refused(RuntimeError, real(3), slice(0, 2), real(3)),
            refused(IndexError, real(3), fixed([0, 3]), 1.0)))
