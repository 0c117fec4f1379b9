"""Operations that move elements without computing with them."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

op("t", "torch.t(a)", "a.t()",
   on=[case(real(2, 3)), case(real(3)), case(real()), case(real(0, 3)), case(real(3, 2).T), case(ints(2, 3)),
       case(real(2, 3).f32), case(bools(2, 2))],
   refuses=(refused(RuntimeError, real(2, 3, 2),
            says="t() expects a tensor with <= 2 dimensions, but self is 3D"),
            refused((TypeError, AttributeError), "text")))
op("T", "a.T", on=[case(real(2, 3)), case(real(1, 1)), case(real(0, 3)), case(real(3, 2).T), case(ints(2, 3)),
case(real(2, 3).f32), case(real()), case(real(3)), case(real(2, 1, 3))],
   refuses=strangers)
op("mT", "a.mT", on=[case(real(2, 3)), case(real(2, 2, 3)), case(real(0, 3)), case(real(3, 2).T),
case(ints(2, 3)), case(real(2, 3).f32), case(bools(2, 2)), case(real(2, 0)), case(real(1, 1))],
   refuses=(refused(RuntimeError, real(3),
            says="tensor.mT is only supported on matrices or batches of matrices. Got 1-D"),
            refused((TypeError, AttributeError), "text")))
op("transpose", "torch.transpose(a, b, c)", "a.transpose(b, c)", "torch.swapaxes(a, b, c)", "a.swapaxes(b, c)",
   "torch.swapdims(a, b, c)", "a.swapdims(b, c)",
   on=[case(real(2, 3), 0, 1), case(real(2, 3, 2), 0, -1), case(real(2, 3, 2), 1, 1), case(real(0, 3), 0, 1),
       case(real(), 0, -1), case(real(3, 2).T, 0, 1), case(real(2, 3).f32, -2, -1), case(ints(2, 3), 1, 0)],
   refuses=(refused(IndexError, real(2, 3), 0, 2, says=out_of_range), refused(IndexError, real(), 0, 1)))
op("permute", "torch.permute(a, b)", "a.permute(b)", "a.permute(*b)",
   on=[case(real(2, 3), (1, 0)), case(real(2, 3, 2), (2, 0, 1)), case(real(2, 3, 2), (-1, 1, 0)),
       case(real(0, 3), (1, 0)), case(real(3, 2).T, (1, 0)), case(real(3), (0,)), case(real(2, 3).f32, (1, 0)),
       case(ints(2, 3), (-1, -2)), case(real(1, 1).f32, (-1, 0))],
   refuses=(refused(RuntimeError, real(2, 3), (0, 0)), refused(RuntimeError, real(2, 3), (0,))))
op("reshape", "torch.reshape(a, b)", "a.reshape(b)", "a.reshape(*b)",
   on=[case(real(2, 3), (3, 2)), case(real(2, 3), (-1,)), case(real(3, 2).T, (6,)), case(real(0, 3), (3, 0)),
       case(real(1), (1, 1)), case(real(3, 2).T, (2, 1, 3)), case(ints(4), (2, -1)), case(real(2, 3).f32, (6,)),
       case(real(), (1, 1)), case(real(2, 3).T, (-1, 2))],
   refuses=(refused(RuntimeError, real(2, 3), (4,), says="shape '[4]' is invalid for input of size 6"),
            refused(RuntimeError, real(2, 3), (-1, -1)), refused(RuntimeError, real(2, 3), (-1, 4))))
op("view", "a.view(b)", "a.view(*b)",
   on=[case(real(2, 3), (3, 2)), case(real(2, 3), (-1,)), case(real(0, 3), (3, 0)), case(real(2, 3), (2, 1, 3)),
       case(real(3, 2).T, (2, 3, 1)), case(ints(4), (2, -1)), case(real(2, 3).f32, (6,)), case(real(), (1, 1))],
   refuses=(refused(RuntimeError, real(2, 3), (4,), says="shape '[4]' is invalid for input of size 6"),
            refused(RuntimeError, real(3, 2).T, (6,), says="view size is not compatible with input tensor's size")))
op("flatten", "torch.flatten(a, **kw)", "a.flatten(**kw)",
   on=[case(real(2, 3)), case(real()), case(real(3)), case(real(2, 3, 2), start_dim=1), case(real(2, 3, 2), end_dim=1),
       case(real(3, 2).T), case(real(0, 3)), case(real(2, 3).f32, end_dim=-2), case(ints(2, 2))],
   refuses=(refused(RuntimeError, real(2, 3), start_dim=1, end_dim=0), refused(IndexError, real(2, 3), start_dim=2)))
op("squeeze", "torch.squeeze(a, **kw)", "a.squeeze(**kw)",
   on=[case(real(1, 3, 1)), case(real(2, 3)), case(real(1, 3), dim=0), case(real(1, 3), dim=1),
       case(real(1, 3, 1), dim=(0, 2)), case(real()), case(real(1, 0)), case(real(1, 3).f32),
       case(ints(1, 2), dim=-2), case(real(3, 1).T)],
   refuses=(outside, refused(IndexError, real(), dim=1)))
op("unsqueeze", "torch.unsqueeze(a, b)", "a.unsqueeze(b)",
   on=[case(real(2, 3), 0), case(real(2, 3), -1), case(real(2, 3), 1), case(real(), 0), case(real(0), 1),
       case(real(3, 2).T, 1), case(real(2, 3).f32, 2), case(ints(2), -2)],
   refuses=(refused(IndexError, real(2, 3), 3), refused(IndexError, real(), -2)))
op("expand", "a.expand(b)", "a.expand(*b)",
   on=[case(real(3), (2, 3)), case(real(2, 1), (2, 4)), case(real(2, 1), (3, -1, 4)), case(real(), (2, 2)),
       case(real(1), (0,)), case(real(3), (3,)), case(real(1, 3).T, (3, 2)), case(real(3).f32, (2, -1)),
       case(ints(1), (3,))],
   refuses=(refused(RuntimeError, real(3), (4,)), refused(RuntimeError, real(2, 3), (3,)),
            refused(RuntimeError, real(3), (-1, 3))))
op("broadcast_to", "torch.broadcast_to(a, b)", "a.broadcast_to(b)",
   on=[case(real(3), (2, 3)), case(real(2, 1), (2, 4)), case(real(), (2, 2)), case(real(1), (0,)),
       case(real(2, 3), (2, 3)), case(real(1, 3).T, (3, 2)), case(real(3).f32, (2, 3)), case(ints(1), (3,))],
   refuses=(refused(RuntimeError, real(3), (4,)), refused(RuntimeError, real(2, 3), (3,))))
op("narrow", "torch.narrow(a, b, c, d)", "a.narrow(b, c, d)",
   on=[case(real(4), 0, 1, 2), case(real(2, 3), 1, 0, 2), case(real(2, 3), -1, 2, 1), case(real(3), 0, 1, 0),
       case(real(3, 2).T, 1, 1, 2), case(real(4), 0, -2, 1), case(real(4).f32, 0, 0, 4), case(ints(2, 3), 1, 1, 1)],
   refuses=(refused(RuntimeError, real(4), 0, 3, 2), refused(IndexError, real(4), 0, 5, 1),
            refused(RuntimeError, real(4), 0, 0, -1), refused(IndexError, real(4), 1, 0, 1)))
op("select", "torch.select(a, b, c)", "a.select(b, c)",
   on=[case(real(4), 0, 1), case(real(2, 3), 1, -1), case(real(2, 3), -2, 0), case(real(2, 0), 0, 1),
       case(real(3, 2).T, 0, 1), case(ints(2, 3), 0, 0), case(real(3).f32, 0, 2), case(real(2, 2, 2), 1, 0)],
   refuses=(refused(IndexError, real(2, 3), 0, 2), refused(IndexError, real(2, 3), 2, 0),
            refused(IndexError, real(), 0, 0)))
op("unbind", "torch.unbind(a, **kw)", "a.unbind(**kw)",
   on=[case(real(3)), case(real(2, 3)), case(real(2, 3), dim=1), case(real(3, 2).T, dim=-1), case(real(2, 0)),
       case(ints(2, 2)), case(real(2, 3).f32, dim=-2), case(real(1, 2, 2), dim=1)],
   refuses=(outside, refused(IndexError, real())))
op("chunk", "torch.chunk(a, b, **kw)", "a.chunk(b, **kw)",
   on=[case(real(5), 2), case(real(2, 3), 2, dim=1), case(real(2, 3), 5), case(real(0, 3), 2),
       case(real(3, 2).T, 3, dim=-1), case(real(6), 4), case(real(4).f32, 2), case(ints(2, 3), 2, dim=-1)],
   refuses=(refused(RuntimeError, real(3), 0), refused(IndexError, real(3), 2, dim=1)))
op("split", "torch.split(a, b, **kw)", "a.split(b, **kw)",
   on=[case(real(5), 2), case(real(2, 3), 1, dim=1), case(real(5), [2, 0, 3]), case(real(0, 3), 2),
       case(real(3, 2).T, [1, 2], dim=-1), case(real(3), 9), case(real(4).f32, 3), case(ints(2, 3), [1, 2], dim=1)],
   refuses=(refused(RuntimeError, real(5), [2, 2]), refused(RuntimeError, real(5), -1),
            refused(IndexError, real(3), 2, dim=1)))
op("diagonal", "torch.diagonal(a, **kw)", "a.diagonal(**kw)",
   on=[case(real(3, 3)), case(real(2, 3)), case(real(3, 2).T, offset=1), case(real(3, 3), offset=-1),
       case(real(2, 3, 2), dim1=0, dim2=2), case(real(2, 3), offset=5), case(real(0, 3)),
       case(real(3, 3).f32, offset=1), case(ints(2, 2))],
   refuses=(refused(RuntimeError, real(2, 3), dim1=0, dim2=0), refused(IndexError, real(3))))
op("cat", "torch.cat([a, b], **kw)", "torch.concat([a, b], **kw)", "torch.concatenate([a, b], **kw)",
   on=[case(real(2), real(3)), case(real(2, 3), real(1, 3)), case(real(2, 3), real(2, 1), dim=1),
       case(real(2, 3), real(2, 1), dim=-1), case(real(0), real(2, 3)), case(real(0, 3), real(2, 3)),
       case(real(3, 2).T, real(1, 3).const), case(real(2).f32, real(2)), case(ints(2), real(2).f32)],
   refuses=(refused(RuntimeError, real(2, 3), real(3, 2)), refused(IndexError, real(2), real(2), dim=1),
            refused(TypeError, real(2), 3, says="expected Tensor as element 1 in argument 0, but got int"),
            refused(RuntimeError, real(), real())))
op("cat same", "torch.cat([a, a, b])",
   on=[case(real(2), real(1)), case(real(2, 2), real(1, 2)), case(real(0), real(0)), case(real(2).f32, real(1).f32),
       case(ints(2), ints(2)), case(real(2, 0), real(2, 0)), case(real(3, 2).T, real(1, 3)),
       case(real(2).const, real(2))],
   refuses=(refused(RuntimeError, real(), real(1)), refused(RuntimeError, real(2, 2), real(2, 3))))
op("stack", "torch.stack([a, b], **kw)",
   on=[case(real(3), real(3)), case(real(2, 3), real(2, 3), dim=1), case(real(3), real(3), dim=-1),
       case(real(), real()), case(real(0), real(0)), case(real(3, 2).T, real(2, 3).const),
       case(real(2).f32, real(2)), case(ints(2), real(2).f32), case(ints(2, 1), ints(2, 1), dim=-2)],
   refuses=(refused(RuntimeError, real(2), real(3)), refused(IndexError, real(2), real(2), dim=2),
            refused(TypeError, real(2), 3, says="expected Tensor as element 1 in argument 0, but got int")))
op("clone", "torch.clone(a)", "a.clone()", on=[*singles(), case(ints(3)), case(bools(3))],
   refuses=strangers)
op("contiguous", "a.contiguous()", on=[*singles(), case(ints(3)), case(bools(2, 3).T)], refuses=strangers)
op("to", "a.to(b)", smooth=False,
   on=[case(real(3), "torch.float32"), case(real(3).f32, "torch.float64"), case(real(3), "torch.float64"),
       case(real(2, 3), "torch.int64"), case(ints(3), "torch.float32"), case(real(0), "torch.float16"),
       case(fixed([0.0, 0.5, -1.0]), "torch.bool"), case(real(3, 2).T, "torch.float32")],
   refuses=(refused((TypeError, AttributeError), None, "torch.float32"),
            refused((TypeError, AttributeError), "text", "torch.float32")))
for name in ("float", "double", "half", "int", "long", "bool", "short", "char", "byte"):
    kind = pos if name == "byte" else real  # what a negative number is as a byte says no standard
    op(name, f"a.{name}()", smooth=False,
       on=[case(kind(3)), case(kind(2, 3).f32), case(ints(3)), case(bools(3)), case(kind()), case(kind(0)),
           case(kind(3, 2).T), case(ints(0))], refuses=strangers)
op("reshape_as", "a.reshape_as(b)",
   on=[case(real(2, 3), ints(3, 2)), case(real(2, 3), ints(6)), case(real(3, 2).T, ints(6)), case(real(1), ints()),
       case(real(), ints(1, 1)), case(real(0, 3), ints(0)), case(real(2, 3).f32, ints(3, 2)),
       case(ints(4), ints(2, 2))],
   refuses=(refused(RuntimeError, real(2, 3), ints(4), says="shape '[4]' is invalid for input of size 6"),
            refused(TypeError, real(2), 3, says="reshape_as(): argument 'other' (position 1) must be Tensor, not int")))
op("view_as", "a.view_as(b)",
   on=[case(real(2, 3), ints(3, 2)), case(real(2, 3), ints(6)), case(real(3, 2).T, ints(2, 1, 3)),
       case(real(1), ints()),
       case(real(), ints(1, 1)), case(real(0, 3), ints(0)), case(real(2, 3).f32, ints(3, 2)),
       case(ints(4), ints(2, 2))],
   refuses=(refused(RuntimeError, real(2, 3), ints(4), says="shape '[4]' is invalid for input of size 6"),
            refused(RuntimeError, real(3, 2).T, ints(6), says="view size is not compatible with input tensor's size"),
            refused(TypeError, real(2), 3, says="view_as(): argument 'other' (position 1) must be Tensor, not int")))
op("expand_as", "a.expand_as(b)",
   on=[case(real(3), ints(2, 3)), case(real(2, 1), ints(2, 4)), case(real(), ints(2, 2)), case(real(1), ints(0)),
       case(real(3), ints(3)), case(real(1, 3).T, ints(3, 2)), case(real(3).f32, ints(2, 3)), case(ints(1), ints(3))],
   refuses=(refused(RuntimeError, real(3), ints(4)),
            refused(TypeError, real(2), 3, says="expand_as(): argument 'other' (position 1) must be Tensor, not int")))
op("ravel", "torch.ravel(a)", "a.ravel()", on=[*singles(), case(real(2, 1, 2)), case(ints(2, 3)), case(bools(3, 2).T)],
   refuses=strangers)
op("unflatten", "torch.unflatten(a, b, c)", "a.unflatten(b, c)",
   on=[case(real(6), 0, (2, 3)), case(real(2, 4), 1, (2, -1)), case(real(2, 4), -1, (4,)), case(real(0, 2), 0, (0, 3)),
       case(real(4, 2).T, 1, (2, 2)), case(real(6).f32, -1, (3, 2)), case(ints(4), 0, (2, 2)),
       case(real(1), 0, (1, 1))],
   refuses=(refused(RuntimeError, real(2, 3), 1, (2, 2), says="unflatten: Provided sizes [2, 2] don't multiply up to "),
            refused(RuntimeError, real(2, 3), 1, (-1, -1), says="unflatten got an unexpected error:"),
            refused(RuntimeError, real(2, 3), 1, (), says="unflatten: sizes must be non-empty"),
            refused(IndexError, real(2, 3), 2, (3,), says=out_of_range),
            refused(TypeError, real(2, 3), 1, 3, says="unflatten(): argument 'sizes' (position")))
op("movedim", "torch.movedim(a, b, c)", "a.movedim(b, c)", "torch.moveaxis(a, b, c)", "a.moveaxis(b, c)",
   on=[case(real(2, 3), 0, 1), case(real(2, 3, 2), 0, -1), case(real(2, 3, 2), (0, 1), (1, 2)), case(real(), 0, 0),
       case(real(2, 3, 2), (2, 0), (0, 1)), case(real(3), 0, 0), case(real(0, 3), 1, 0), case(real(3, 2).T, 0, 1),
       case(real(2, 3).f32, -1, 0), case(ints(2, 3), (0, 1), (1, 0))],
   refuses=(refused(RuntimeError, real(2, 3), (0, 1), (0, 0), says="movedim: repeated dim in `destination` ([0, 0])"),
            refused(RuntimeError, real(2, 3), (0, 0), (0, 1), says="movedim: repeated dim in `source` ([0, 0])"),
            refused(RuntimeError, real(2, 3), (0,), (0, 1),
            says="movedim: Invalid source or destination dims: source ("),
            refused(TypeError, real(2, 3), 0, (0, 1)), refused(IndexError, real(2, 3), 0, 2, says=out_of_range)))
op("adjoint", "torch.adjoint(a)", "a.adjoint()", "a.mH",
   on=[case(real(2, 3)), case(real(2, 2, 3)), case(real(0, 3)), case(real(3, 2).T), case(real(2, 3).f32),
       case(ints(2, 3)),
       case(real(1, 1)), case(real(2, 0, 3))],
   refuses=(refused(RuntimeError, real(3)), refused((TypeError, AttributeError), "text")))
for name in ("atleast_1d", "atleast_2d", "atleast_3d"):
    op(name, f"torch.{name}(a)",
       on=[case(real(3)), case(real(2, 3)), case(real()), case(real(0, 3)), case(real(3, 2).T), case(real(3).f32),
           case(ints(2, 2, 2)), case(bools(2))],
       refuses=(refused(TypeError, 3), refused(TypeError, "text")))
    op(f"{name} of several", f"torch.{name}(a, b)", f"torch.{name}((a, b))", f"torch.{name}([a, b])",
       on=[case(real(3), real()), case(real(), real(2, 2)), case(real(0), real(1)), case(real(3, 2).T, real(2)),
           case(real(3).f32, ints(2)), case(ints(), bools(2)), case(real(2, 2, 2), real(2)),
           case(real(2, 1), ints(1))],
       refuses=(refused((TypeError, AttributeError), real(2), 3),
                refused((TypeError, AttributeError), "text", real(2))))
op("broadcast_tensors", "torch.broadcast_tensors(a, b)",
   on=[case(real(3), real(2, 3)), case(real(2, 1), real(3)), case(real(), real(2)), case(real(3), real(3)),
       case(real(0, 3), real(3)), case(real(3, 1).T, real(3, 1)), case(real(3).f32, real(2, 3)),
       case(ints(2), bools(2, 2))],
   refuses=(shapes_clash(), refused(RuntimeError, real(2, 3), real(2))))
joined = [case(real(3), real(3)), case(real(2, 3), real(2, 3)), case(real(), real()), case(real(0, 3), real(0, 3)),
          case(real(3, 2).T, real(2, 3)), case(real(3).f32, real(3)), case(ints(2), real(2).f32),
          case(real(2, 2, 1), real(2, 2, 1)), case(real(3).const, real(3))]
empty = refused(RuntimeError, ())
for name in ("hstack", "vstack", "dstack", "column_stack"):
    op(name, f"torch.{name}((a, b))", f"torch.{name.replace('vstack', 'row_stack')}([a, b])",
       on=joined, refuses=(refused(RuntimeError, real(2, 3), real(3, 2)),
       refused(RuntimeError, real(2, 3, 1), real(3, 2, 2)),
                           refused((TypeError, AttributeError), real(2), "x")))
op("stack nothing", "torch.hstack(a)", "torch.vstack(a)", "torch.dstack(a)", "torch.column_stack(a)",
   on=[case((real(2, 1, 1),)), case((real(1, 2, 1),)), case((real(1, 1, 1),)), case((real(1, 1, 1).f32,)),
       case((ints(1, 1, 1),)), case((real(0, 1, 1),)), case((real(1, 1, 2),)), case((bools(2, 2, 1),))],
   refuses=(empty, refused(TypeError, real(2, 3))))
op("tensor_split", "torch.tensor_split(a, b, **kw)", "a.tensor_split(b, **kw)",
   on=[case(real(5), 2), case(real(2, 3), 2, dim=1), case(real(5), (1, 3)), case(real(5), (3, 1)),
       case(real(5), (-1, 9)),
       case(real(0, 3), 2), case(real(3, 2).T, (1,), dim=-1), case(real(4).f32, 3), case(ints(2), 4), case(real(5), ()),
       case(real(5), fixed(2)), case(real(5), fixed([1, 4]))],
   refuses=(refused(RuntimeError, real(3), 0, says="number of sections must be larger than 0, got 0"),
            refused(RuntimeError, real(), 1,
            says="tensor_split expected at least a 1-dimensional tensor, but got a ten"),
            refused(IndexError, real(2, 3), 2, dim=2, says=out_of_range),
            refused(RuntimeError, real(3), fixed([1.0]).const,
            says="tensor_split expected tensor_indices_or_sections to")))
op("hsplit", "torch.hsplit(a, b)", "a.hsplit(b)",
   on=[case(real(4), 2), case(real(2, 4), 2), case(real(2, 4), (1, 3)), case(real(0, 2), 2), case(real(4, 2).T, 2),
       case(real(2).f32, 1), case(ints(2, 2), 2), case(real(3), (1,))],
   refuses=(refused(RuntimeError, real(2, 3), 2), refused(RuntimeError, real(), 1)))
op("vsplit", "torch.vsplit(a, b)", "a.vsplit(b)",
   on=[case(real(4, 1), 2), case(real(2, 4), 2), case(real(4, 2), (1, 3)), case(real(0, 2), 2), case(real(4, 2).T, 2),
       case(real(2, 1).f32, 1), case(ints(2, 2), 2), case(real(3, 1, 1), (1,))],
   refuses=(refused(RuntimeError, real(3, 2), 2), refused(RuntimeError, real(2), 1)))
op("split_with_sizes", "torch.split_with_sizes(a, b, **kw)", "a.split_with_sizes(b, **kw)",
   on=[case(real(5), [2, 0, 3]), case(real(2, 3), [1, 2], dim=1), case(real(3, 2).T, [1, 2], dim=-1),
       case(real(0), [0]),
       case(real(3).f32, [3]), case(ints(2, 2), [1, 1]), case(real(2, 0), [1, 1]), case(real(3), [1, 1, 1])],
   refuses=(refused(RuntimeError, real(5), [2, 2],
            says="split_with_sizes expects split_sizes to sum exactly to 5 (inpu"),
            refused(IndexError, real(2, 3), [2], dim=2, says=out_of_range)))
op("mH", "a.mH", on=[case(real(2, 3)), case(real(2, 2, 3)), case(real(0, 3)), case(real(3, 2).T), case(ints(2, 3)),
                     case(real(1, 1)), case(real(2, 3).f32), case(real(2, 3).const)], refuses=strangers)
op("type_as", "a.type_as(b)", smooth=False,
   on=[case(real(3), real(2).f32.const), case(real(3).f32, real(2).const), case(ints(3), real().const),
       case(real(3), ints(1)), case(real(), real().f32.const), case(real(0, 3), real(2).f32.const),
       case(real(3, 2).T, real(2).f32.const), case(bools(3), real(2).const), case(real(3), real(3).const)],
   refuses=(*strangers, refused(TypeError, real(3), "text")))
