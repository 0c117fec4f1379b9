"""Turned, shifted, repeated, cut to triangles, put on diagonals, arranged in grids."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

op("flip", "torch.flip(a, b)", "a.flip(b)", "a.flip(*b)",
   on=[case(real(3), (0,)), case(real(2, 3), (0,)), case(real(2, 3), (1, 0)), case(real(2, 3), (-1,)),
       case(real(0, 3), (1,)), case(real(), (0,)), case(real(3, 2).T, (0,)), case(real(3).f32, (0,)),
       case(ints(2, 3), (1,)), case(real(2, 2, 2), (0, 2)), case(bools(3), (0,))],
   refuses=(refused(IndexError, real(2, 3), (2,), says=out_of_range),
            refused(RuntimeError, real(2, 3), (0, 0), says="dim 0 appears multiple times in the list of dims")))
op("fliplr", "torch.fliplr(a)", "a.fliplr()",
   on=[case(real(2, 3)), case(real(1, 3)), case(real(0, 3)), case(real(3, 0)), case(real(3, 2).T), case(real(2, 3).f32),
       case(ints(2, 3)), case(real(2, 2, 2))],
   refuses=(refused(RuntimeError, real(3), says="Input must be >= 2-d."),
            refused(RuntimeError, real(), says="Input must be >= 2-d.")))
op("flipud", "torch.flipud(a)", "a.flipud()",
   on=[case(real(2, 3)), case(real(3)), case(real(0, 3)), case(real(3, 0)), case(real(3, 2).T), case(real(2, 3).f32),
       case(ints(2, 3)), case(real(2, 2, 2))],
   refuses=(refused(RuntimeError, real(), says="Input must be >= 1-d."),
            refused((TypeError, AttributeError), "text")))
op("roll", "torch.roll(a, b, **kw)", "a.roll(b, **kw)",
   on=[case(real(3), 1), case(real(2, 3), 1), case(real(2, 3), 1, dims=0), case(real(2, 3), (1, -2), dims=(0, 1)),
       case(real(2, 3), 5, dims=-1), case(real(0, 3), 1, dims=0), case(real(), 1), case(real(3, 2).T, 1),
       case(real(3, 2).T, 1, dims=1), case(real(3).f32, -1), case(ints(2, 3), 2, dims=1),
       case(real(2, 3), (1, 1), dims=(1, 1)), case(real(3), 0)],
   refuses=(refused(RuntimeError, real(2, 3), (1, 2), dims=0, says="shifts and dimensions must align. shifts: 2, di"),
            refused(RuntimeError, real(2, 3), (), says="`shifts` required"),
            refused(IndexError, real(2, 3), 1, dims=2, says=out_of_range),
            refused(IndexError, real(), 1, dims=0, says="Dimension specified as 0 but tensor has no dimensions")))
op("rot90", "torch.rot90(a, **kw)", "a.rot90(**kw)",
   on=[case(real(2, 3)), case(real(2, 3), k=2), case(real(2, 3), k=3), case(real(2, 3), k=0), case(real(2, 3), k=-1),
       case(real(2, 3), k=1, dims=(1, 0)), case(real(2, 2, 3), k=1, dims=(0, 2)), case(real(0, 3)), case(real(3, 2).T),
       case(real(2, 3).f32), case(ints(2, 2), k=5)],
   refuses=(refused(RuntimeError, real(3), says="expected total dims >= 2, but got total dims = 1"),
            refused(RuntimeError, real(2, 3), k=1, dims=(0,), says="expected total rotation dims == 2, but got dims ="),
            refused(RuntimeError, real(2, 3), k=1, dims=(0, 0), says="expected rotation dims to be different, but got"),
            refused(IndexError, real(2, 3), k=1, dims=(0, 2), says=out_of_range)))
op("repeat", "a.repeat(b)", "a.repeat(*b)",
   on=[case(real(3), (2,)), case(real(2, 3), (1, 2)), case(real(2), (3, 2)), case(real(2, 3), (0, 2)),
       case(real(), (2,)),
       case(real(0, 3), (2, 2)), case(real(3, 2).T, (2, 1)), case(real(2).f32, (2,)), case(ints(2), (2, 2)),
       case(real(1, 2), (1, 1))],
   refuses=(refused(RuntimeError, real(2, 3), (2,), says="Number of dimensions of repeat dims can not be smaller than"),
            refused(RuntimeError, real(2, 3), (-1, 2),
            says="Trying to create tensor with negative dimension -2: [-2,")))
op("tile", "torch.tile(a, b)", "a.tile(b)",
   on=[case(real(3), (2,)), case(real(2, 3), (2,)), case(real(2), (3, 2)), case(real(2, 3), ()), case(real(), (2, 2)),
       case(real(0, 3), (2,)), case(real(3, 2).T, (2, 1)), case(real(2).f32, (2,)), case(ints(2), (2, 2))],
   refuses=(refused(RuntimeError, real(2, 3), (-1,),
            says="Trying to create tensor with negative dimension -3: [2, -3]"),
            refused((TypeError, AttributeError), "text", (1,))))
for name in ("tril", "triu"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)", f"a.clone().{name}_(**kw)",
       on=[case(real(3, 3)), case(real(2, 3)), case(real(2, 3), diagonal=1), case(real(3, 2), diagonal=-1),
           case(real(2, 3), diagonal=9), case(real(2, 2, 2)), case(real(0, 3)), case(real(3, 2).T),
           case(real(3, 3).f32),
           case(ints(2, 3)), case(bools(2, 2)), case(fixed([[nan, inf], [inf, nan]]), smooth=False)],
       refuses=(refused(RuntimeError, real(3), says=f"{name}: input tensor must have at least 2 dimensions"),
                refused(RuntimeError, real(), says=f"{name}: input tensor must have at least 2 dimensions"),
                refused(TypeError, real(2, 2), diagonal="x")))
op("diag", "torch.diag(a, **kw)", "a.diag(**kw)",
   on=[case(real(2)), case(real(2), diagonal=1), case(real(2), diagonal=-1), case(real(2, 3)),
       case(real(2, 3), diagonal=1),
       case(real(2, 3), diagonal=-3), case(real(0)), case(real(0, 3)), case(real(3, 2).T, diagonal=-1),
       case(real(2).f32),
       case(ints(3, 3))],
   refuses=(refused(RuntimeError, real(2, 2, 2), says="diag(): Supports 1D or 2D tensors. Got 3D"),
            refused(RuntimeError, real(), says="diag(): Supports 1D or 2D tensors. Got 0D")))
op("diag_embed", "torch.diag_embed(a, **kw)", "a.diag_embed(**kw)",
   on=[case(real(2)), case(real(2, 3)), case(real(2), offset=1), case(real(2), offset=-1),
       case(real(2), offset=1, dim1=1, dim2=0), case(real(2, 2), dim1=0, dim2=2), case(real(0)), case(real(3, 2).T),
       case(real(2).f32), case(ints(2))],
   refuses=(refused(RuntimeError, real(2, 3), dim1=0, dim2=0, says="diagonal dimensions cannot be identical 0, 0"),
            refused(IndexError, real(2, 3), dim1=0, dim2=3, says="Dimension out of range (expected to be in range of "),
            refused(IndexError, real(),
            says="Dimension out of range (expected to be in range of [-1, 0], but got -2)")))
op("diagflat", "torch.diagflat(a, **kw)", "a.diagflat(**kw)",
   on=[case(real(2)), case(real(2, 2)), case(real()), case(real(2), offset=1), case(real(2), offset=-2), case(real(0)),
       case(real(2, 2).T), case(real(2).f32), case(ints(2))], refuses=strangers)
op("unfold", "a.unfold(b, c, d)",
   on=[case(real(5), 0, 3, 1), case(real(5), 0, 2, 2), case(real(2, 4), 1, 2, 1), case(real(3, 2), 0, 2, 1),
       case(real(3, 2), -2, 3, 1), case(real(), 0, 1, 1), case(real(0, 3), 1, 2, 1), case(real(3, 2).T, 1, 2, 1),
       case(real(4).f32, 0, 2, 1), case(ints(4), 0, 2, 3), case(real(3), 0, 0, 1)],
   refuses=(refused(RuntimeError, real(3), 0, 4, 1, says="maximum size for tensor at dimension 0 is 3 but size is 4"),
            refused(RuntimeError, real(3), 0, -1, 1, says="size is -1 but must be >= 0"),
            refused(RuntimeError, real(3), 0, 1, 0, says="step is 0 but must be > 0"),
            refused(IndexError, real(2, 3), 2, 1, 1, says=out_of_range)))
op("meshgrid", "torch.meshgrid(a, b, **kw)", "torch.meshgrid([a, b], **kw)",
   on=[case(real(2), real(3), indexing=way) for way in ("ij", "xy")] + [
       case(real(), real(2), indexing="ij"), case(real(2), real(), indexing="xy"),
       case(real(0), real(2), indexing="ij"),
       case(real(2).f32, real(3).f32, indexing="xy"), case(ints(2), ints(2), indexing="ij"),
       case(real(3), real(2), indexing="xy")],
   refuses=(refused(RuntimeError, real(2, 3), real(3), indexing="ij"),
            refused(RuntimeError, real(3), real(3), indexing="a"),
            refused(RuntimeError, real(3), real(3).f32, indexing="ij",
            says="meshgrid expects all tensors to have the")))
op("cartesian_prod", "torch.cartesian_prod(a, b)",
   on=[case(real(2), real(3)), case(real(1), real(2)), case(real(0), real(2)), case(real(2).f32, real(2).f32),
       case(ints(2), ints(3)), case(real(2).const, real(2)), case(bools(2), bools(2)), case(real(2), real(2).const)],
   refuses=(refused(RuntimeError, real(2, 3), real(3), says="Expect a 1D vector, but got shape [2, 3]"),
            refused(RuntimeError, real(2), real(3).f32, says="meshgrid expects all tensors to have the same dtype")))
op("kron", "torch.kron(a, b)", "a.kron(b)",
   on=[case(real(2, 2), real(1, 2)), case(real(2), real(3)), case(real(2), real(2, 2)), case(real(), real(2)),
       case(real(0, 2), real(2, 1)), case(real(2).f32, real(2)), case(real(2), ints(2)),
       case(real(2).const, real(2))],
   refuses=(refused(TypeError, real(2), 2.0, says="kron(): argument 'other'"), refused(TypeError, real(2), None)))
op("block_diag", "torch.block_diag(a, b)",
   on=[case(real(2, 2), real(1, 3)), case(real(2), real(2, 2)), case(real(), real(2)), case(real(0, 2), real(1, 1)),
       case(real(3, 2).T, real(2)), case(real(2).f32, real(2)), case(ints(2), ints(2, 1)), case(real(2).const, real(2)),
       case(real(2), ints(2))],
   refuses=(refused(RuntimeError, real(2, 2, 2), real(2)),
            refused(RuntimeError, real(2), real(2, 1, 1))))
op("repeat_interleave", "torch.repeat_interleave(a, b, **kw)", "a.repeat_interleave(b, **kw)",
   on=[case(real(3), 2), case(real(2, 3), 2), case(real(2, 3), 2, dim=0), case(real(2, 3), 2, dim=-1), case(real(3), 0),
       case(real(), 2), case(real(3, 2).T, 2), case(real(3, 2).T, 2, dim=1), case(real(3), fixed([1, 0, 2])),
       case(real(2, 3), fixed([2, 1]), dim=0), case(real(2, 3), fixed([2]), dim=1), case(real(2, 3), fixed(2), dim=0),
       case(real(0, 3), 2, dim=0), case(real(3).f32, 2), case(ints(3), fixed([1, 0, 2])),
       case(real(2), 2, output_size=4), case(real(2), fixed([1, 2]), output_size=3),
       case(real(2), fixed([1, 2], "int32")), case(real(1, 3), 1, dim=0)],
   refuses=(refused(RuntimeError, real(3), -1, says="Repeats must be non-negative"),
            refused(RuntimeError, real(2, 3), fixed([1, 2, 3]), dim=0,
            says="repeats must have the same size as input a"),
            refused(RuntimeError, real(2), fixed([1, -2]), says="repeats can not be negative"),
            refused(RuntimeError, real(2), fixed([[1, 2]]), says="repeats must be 0-dim or 1-dim tensor"),
            refused(RuntimeError, real(2), 2, output_size=5,
            says="repeat_interleave: Invalid output_size, expected 4 b"),
            refused(RuntimeError, real(2), fixed([1, 2]), output_size=5,
            says="allocated size does not match required s"),
            refused(IndexError, real(2, 3), 2, dim=2, says=out_of_range)))
op("repeat_interleave counts", "torch.repeat_interleave(a)",
   on=[case(fixed(counts)) for counts in ([1, 2], [0, 0, 3], [5], [0], [1, 1, 1], [2, 0])] + [
       case(ints(0)), case(fixed([1, 2], "int32"))],
   refuses=(refused(RuntimeError, fixed([1, -2])), refused(NotImplementedError, fixed([1.0]).const)))
for name in ("tril", "triu"):
    op(f"{name}_indices", f"torch.{name}_indices(a, b, **kw)",
       on=[case(2, 3), case(3, 2), case(3, 3, offset=1), case(3, 3, offset=-1), case(0, 3), case(2, 0),
           case(2, 2, offset=5), case(2, 2, offset=-5), case(2, 3, dtype="torch.int32")],
       refuses=(refused(RuntimeError, -1, 3, says="row must be non-negative, got-1"),
                refused(RuntimeError, 2, -3, says="col must be non-negative, got-3")))
op("new_full", "a.new_full(b, c, **kw)", smooth=False,
   on=[case(real(2), (2, 3), 1.5), case(real(2).f32, (), 2), case(ints(2), (3,), 2), case(ints(2), (0,), 1),
       case(real(2), (2,), -0.5, dtype="torch.float32"), case(ints(2), (2,), 1.0, dtype="torch.float64"),
       case(bools(1), (2,), True), case(real(2, 3).T, [1, 2], 0)],
   refuses=strangers)
op("new_tensor", "a.new_tensor(b, **kw)", smooth=False,
   on=[case(real(2), [1.0, 2.0]), case(real(2).f32, 2), case(ints(2), [[1], [2]]), case(ints(2), []),
       case(real(2), [True, False]), case(real(2), [1.5], dtype="torch.float32"), case(ints(2), [1.7]),
       case(bools(1), [0, 1])],
   refuses=strangers)
