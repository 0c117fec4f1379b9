"""Operations of three tensors: points between two others, products and quotients that are added."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

grows = "output with shape [3] doesn't match the broadcast shape [2, 3]"
clash = "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0"

lerps = [case(real(3), real(3), 0.3), case(real(2, 3), real(3), 0.8), case(real(), real(), -1.5),
         case(real(0), real(0), 2),
         case(real(3, 2).T, real(2, 1), 0.5), case(real(3).f32, real(3).f32, 0.25), case(real(3).const, real(3), 0.3),
         case(fixed([1.0, nan, inf]), fixed([2.0, 1.0, -inf]), 1.0, smooth=False), case(real(3), real(3).const, 0.0)]
weighed = [case(real(3), real(3), unit(3)), case(real(2, 3), real(3), unit(2, 1)), case(real(), real(), unit()),
           case(real(0), real(0), unit(1)), case(real(3, 2).T, real(2, 1), unit(3)), case(real(3), real(3), unit()),
           case(real(3).f32, real(3).f32, unit(3).f32), case(real(3).const, real(3).const, unit(3)),
           case(real(3).f32, real(3).f32, unit()),
           case(fixed([1.0, nan, inf]), fixed([2.0, 1.0, 1.0]), fixed([0.0, 0.5, 1.0]), smooth=False)]
unlike = (refused(RuntimeError, real(3), real(3).f32, 0.5, says="expected dtype double for `end` but got dtype float"),
          refused(RuntimeError, real(3), real(4), 0.5, says=clash),
          refused(NotImplementedError, ints(3), ints(3), 0.5, says='"lerp_kernel_scalar" not implemented for'),
          refused(TypeError, real(3), 2.0, 0.5), refused(TypeError, real(3), real(3), "text"),
          refused(RuntimeError, real(3), real(3), unit(3).f32, says="expected dtype double for `weight` but got"))
op("lerp", "torch.lerp(a, b, c)", "a.lerp(b, c)", on=lerps, refuses=unlike)
op("lerp of a tensor", "torch.lerp(a, b, c)", "a.lerp(b, c)", on=weighed, refuses=unlike)
op("lerp_", "a.clone().lerp_(b, c)", on=[*lerps[:7], *weighed[:7]],
   refuses=(refused(RuntimeError, real(3), real(2, 3), 0.5, says=grows),
            refused(RuntimeError, real(3), real(3).f32, 0.5, says="expected dtype double for `end` but got dtype")))

threes = [case(real(3), real(3), pos(3)), case(real(2, 3), real(3), pos(2, 1), value=2), case(real(), real(), pos()),
          case(real(0), real(0), pos(1), value=0.5), case(real(3, 2).T, real(2, 1), pos(3), value=-1),
          case(real(3).f32, real(3).f32, pos(3).f32, value=2), case(real(3).f32, real(), pos()),
          case(real(3).const, real(3), pos(3)), case(real(3), real(3).const, pos(3)),
          case(real(3).f32, real(3), pos(3)), case(real(3).f32, real(3).f32, pos()),
          case(real(3).f32, real(), pos(3).f32)]
special = [case(fixed([1.0, nan, 0.0]), fixed([0.0, 1.0, inf]), fixed([0.0, 2.0, 0.0]), smooth=False),
           case(real(3), ints(3), pos(3)), case(ints(3), ints(3), pos(3), value=2)]
whole = [case(ints(3), ints(3), ints(3)), case(ints(3), ints(3), ints(3), value=2)]
for name in ("addcmul", "addcdiv"):
    wrong = (refused(RuntimeError, real(3), real(4), pos(3), says=clash),
             refused(TypeError, real(3), 2.0, pos(3), says=f"{name}(): argument 'tensor1'"),
             refused(TypeError, real(3), real(3), "text", says=f"{name}(): argument 'tensor2'"))
    bad = (refused(NotImplementedError, bools(3), bools(3), bools(3), says='"addcmul_cpu_out" not implemented')
           if name == "addcmul" else
           refused(RuntimeError, ints(3), ints(3), ints(3), says="Integer division with addcdiv is no longer"))
    op(name, f"torch.{name}(a, b, c, **kw)", f"a.{name}(b, c, **kw)",
       on=[*threes, *special, *(whole if name == "addcmul" else [])], refuses=(*wrong, bad))
    op(f"{name}_", f"a.clone().{name}_(b, c, **kw)", on=[*threes, *(whole if name == "addcmul" else [])],
       refuses=(refused(RuntimeError, real(3), real(2, 3), pos(3), says=grows), bad,
                refused(RuntimeError, ints(3), real(3).const, pos(3).const, says="result type Double can't be")))
