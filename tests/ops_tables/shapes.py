"""Operations that move elements without computing with them."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

op("t", "torch.t(a)", "a.t()",
   on=[case(real(2, 3)), case(real(3)), case(real()), case(real(0, 3)), case(real(3, 2).T), case(ints(2, 3))],
   refuses=(refused(RuntimeError, real(2, 3, 2), says="t() expects a tensor with <= 2 dimensions, but self is 3D"),))
op("T", "a.T", on=[case(real(2, 3)), case(real(1, 1)), case(real(0, 3)), case(real(3, 2).T), case(ints(2, 3))])
op("mT", "a.mT", on=[case(real(2, 3)), case(real(2, 2, 3)), case(real(0, 3)), case(real(3, 2).T), case(ints(2, 3))])
op("transpose", "torch.transpose(a, b, c)", "a.transpose(b, c)",
   on=[case(real(2, 3), 0, 1), case(real(2, 3, 2), 0, -1), case(real(2, 3, 2), 1, 1), case(real(0, 3), 0, 1),
       case(real(), 0, -1), case(real(3, 2).T, 0, 1)],
   refuses=(refused(IndexError, real(2, 3), 0, 2, says=out_of_range),))
op("permute", "torch.permute(a, b)", "a.permute(b)", "a.permute(*b)",
   on=[case(real(2, 3), (1, 0)), case(real(2, 3, 2), (2, 0, 1)), case(real(2, 3, 2), (-1, 1, 0)),
       case(real(0, 3), (1, 0)), case(real(3, 2).T, (1, 0)), case(real(3), (0,))],
   refuses=(refused(RuntimeError, real(2, 3), (0, 0)), refused(RuntimeError, real(2, 3), (0,))))
op("reshape", "torch.reshape(a, b)", "a.reshape(b)", "a.reshape(*b)",
   on=[case(real(2, 3), (3, 2)), case(real(2, 3), (-1,)), case(real(3, 2).T, (6,)), case(real(0, 3), (3, 0)),
       case(real(1), (1, 1)), case(real(3, 2).T, (2, 1, 3)), case(ints(4), (2, -1))],
   refuses=(refused(RuntimeError, real(2, 3), (4,), says="shape '[4]' is invalid for input of size 6"),
            refused(RuntimeError, real(2, 3), (-1, -1)), refused(RuntimeError, real(2, 3), (-1, 4))))
op("view", "a.view(b)", "a.view(*b)",
   on=[case(real(2, 3), (3, 2)), case(real(2, 3), (-1,)), case(real(0, 3), (3, 0)), case(real(2, 3), (2, 1, 3)),
       case(real(3, 2).T, (2, 3, 1)), case(ints(4), (2, -1))],
   refuses=(refused(RuntimeError, real(2, 3), (4,), says="shape '[4]' is invalid for input of size 6"),
            refused(RuntimeError, real(3, 2).T, (6,), says="view size is not compatible with input tensor's size")))
op("flatten", "torch.flatten(a, **kw)", "a.flatten(**kw)",
   on=[case(real(2, 3)), case(real()), case(real(3)), case(real(2, 3, 2), start_dim=1), case(real(2, 3, 2), end_dim=1),
       case(real(3, 2).T), case(real(0, 3))],
   refuses=(refused(RuntimeError, real(2, 3), start_dim=1, end_dim=0), refused(IndexError, real(2, 3), start_dim=2)))
op("squeeze", "torch.squeeze(a, **kw)", "a.squeeze(**kw)",
   on=[case(real(1, 3, 1)), case(real(2, 3)), case(real(1, 3), dim=0), case(real(1, 3), dim=1),
       case(real(1, 3, 1), dim=(0, 2)), case(real()), case(real(1, 0))],
   refuses=(outside,))
op("unsqueeze", "torch.unsqueeze(a, b)", "a.unsqueeze(b)",
   on=[case(real(2, 3), 0), case(real(2, 3), -1), case(real(2, 3), 1), case(real(), 0), case(real(0), 1),
       case(real(3, 2).T, 1)],
   refuses=(refused(IndexError, real(2, 3), 3),))
op("expand", "a.expand(b)", "a.expand(*b)",
   on=[case(real(3), (2, 3)), case(real(2, 1), (2, 4)), case(real(2, 1), (3, -1, 4)), case(real(), (2, 2)),
       case(real(1), (0,)), case(real(3), (3,)), case(real(1, 3).T, (3, 2))],
   refuses=(refused(RuntimeError, real(3), (4,)), refused(RuntimeError, real(2, 3), (3,)),
            refused(RuntimeError, real(3), (-1, 3))))
op("broadcast_to", "torch.broadcast_to(a, b)", "a.broadcast_to(b)",
   on=[case(real(3), (2, 3)), case(real(2, 1), (2, 4)), case(real(), (2, 2)), case(real(1), (0,)),
       case(real(2, 3), (2, 3))],
   refuses=(refused(RuntimeError, real(3), (4,)),))
op("narrow", "torch.narrow(a, b, c, d)", "a.narrow(b, c, d)",
   on=[case(real(4), 0, 1, 2), case(real(2, 3), 1, 0, 2), case(real(2, 3), -1, 2, 1), case(real(3), 0, 1, 0),
       case(real(3, 2).T, 1, 1, 2), case(real(4), 0, -2, 1)],
   refuses=(refused(RuntimeError, real(4), 0, 3, 2), refused(IndexError, real(4), 0, 5, 1),
            refused(RuntimeError, real(4), 0, 0, -1), refused(IndexError, real(4), 1, 0, 1)))
op("select", "torch.select(a, b, c)", "a.select(b, c)",
   on=[case(real(4), 0, 1), case(real(2, 3), 1, -1), case(real(2, 3), -2, 0), case(real(2, 0), 0, 1),
       case(real(3, 2).T, 0, 1), case(ints(2, 3), 0, 0)],
   refuses=(refused(IndexError, real(2, 3), 0, 2), refused(IndexError, real(2, 3), 2, 0),
            refused(IndexError, real(), 0, 0)))
op("unbind", "torch.unbind(a, **kw)", "a.unbind(**kw)",
   on=[case(real(3)), case(real(2, 3)), case(real(2, 3), dim=1), case(real(3, 2).T, dim=-1), case(real(2, 0)),
       case(ints(2, 2))],
   refuses=(outside, refused(IndexError, real())))
op("chunk", "torch.chunk(a, b, **kw)", "a.chunk(b, **kw)",
   on=[case(real(5), 2), case(real(2, 3), 2, dim=1), case(real(2, 3), 5), case(real(0, 3), 2),
       case(real(3, 2).T, 3, dim=-1), case(real(6), 4)],
   refuses=(refused(RuntimeError, real(3), 0), refused(IndexError, real(3), 2, dim=1)))
op("split", "torch.split(a, b, **kw)", "a.split(b, **kw)",
   on=[case(real(5), 2), case(real(2, 3), 1, dim=1), case(real(5), [2, 0, 3]), case(real(0, 3), 2),
       case(real(3, 2).T, [1, 2], dim=-1), case(real(3), 9)],
   refuses=(refused(RuntimeError, real(5), [2, 2]), refused(RuntimeError, real(5), -1),
            refused(IndexError, real(3), 2, dim=1)))
op("diagonal", "torch.diagonal(a, **kw)", "a.diagonal(**kw)",
   on=[case(real(3, 3)), case(real(2, 3)), case(real(3, 2).T, offset=1), case(real(3, 3), offset=-1),
       case(real(2, 3, 2), dim1=0, dim2=2), case(real(2, 3), offset=5), case(real(0, 3))],
   refuses=(refused(RuntimeError, real(2, 3), dim1=0, dim2=0), refused(IndexError, real(3))))
op("cat", "torch.cat([a, b], **kw)",
   on=[case(real(2), real(3)), case(real(2, 3), real(1, 3)), case(real(2, 3), real(2, 1), dim=1),
       case(real(2, 3), real(2, 1), dim=-1), case(real(0), real(2, 3)), case(real(0, 3), real(2, 3)),
       case(real(3, 2).T, real(1, 3).const), case(real(2).f32, real(2)), case(ints(2), real(2).f32)],
   refuses=(refused(RuntimeError, real(2, 3), real(3, 2)), refused(IndexError, real(2), real(2), dim=1),
            refused(RuntimeError, real(), real())))
op("cat same", "torch.cat([a, a, b])",
   on=[case(real(2), real(1)), case(real(2, 2), real(1, 2)), case(real(0), real(0)), case(real(2).f32, real(1).f32),
       case(ints(2), ints(2))])
op("stack", "torch.stack([a, b], **kw)",
   on=[case(real(3), real(3)), case(real(2, 3), real(2, 3), dim=1), case(real(3), real(3), dim=-1),
       case(real(), real()), case(real(0), real(0)), case(real(3, 2).T, real(2, 3).const)],
   refuses=(refused(RuntimeError, real(2), real(3)), refused(IndexError, real(2), real(2), dim=2)))
op("clone", "torch.clone(a)", "a.clone()", on=[*singles(), case(ints(3)), case(bools(3))])
op("contiguous", "a.contiguous()", on=singles())
op("to", "a.to(b)", smooth=False,
   on=[case(real(3), "torch.float32"), case(real(3).f32, "torch.float64"), case(real(3), "torch.float64"),
       case(real(2, 3), "torch.int64"), case(ints(3), "torch.float32"), case(real(0), "torch.float16"),
       case(fixed([0.0, 0.5, -1.0]), "torch.bool"), case(real(3, 2).T, "torch.float32")])
for name in ("float", "double", "half", "int", "long", "bool"):
    op(name, f"a.{name}()", smooth=False,
       on=[case(real(3)), case(real(2, 3).f32), case(ints(3)), case(bools(3)), case(real()), case(real(0))])
