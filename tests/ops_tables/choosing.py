"""Bounds, larger and smaller elements, signs: operations that choose between their inputs."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

grows = refused(RuntimeError, real(3), real(2, 3), says="output with shape [3] doesn't match the broadcast shape")

# ---------------------------------------------------------------- the larger, the smaller
tied = case(fixed([1.0, 2.0, 2.0, nan, 0.0]), fixed([1.0, 3.0, nan, 1.0, -0.0]), smooth=False)
for name in ("maximum", "minimum", "fmax", "fmin"):
    alias = (f"torch.{name[:3]}(a, b)",) if name.startswith("m") else ()
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", *alias,
       on=[*pairs(apart, pos), case(ints(3), ints(3)), case(bools(3), bools(3)), tied],
       refuses=(shapes_clash(), *strangers))
    op(f"{name} tensors only", f"torch.{name}(a, b)", f"a.{name}(b)",
       on=pairs(apart, pos)[:8],
       refuses=(refused(TypeError, real(3), 2.0, says=f"{name}(): argument 'other'"), refused(TypeError, real(3), 1)))

# ---------------------------------------------------------------- where
op("where", "torch.where(a, b, c)", "b.where(a, c)",
   on=[case(bools(3), real(3), real(3)), case(bools(2, 3), real(3), real()), case(bools(3), real(2, 1), real(3)),
       case(bools(0), real(0), real(0)), case(bools(), real(), real()), case(bools(3, 2).T, real(2, 3), real(3, 2).T),
       case(bools(3), real(3), real(3).const), case(bools(3), real(3).f32, real(3)),
       case(bools(3), ints(3), real(3).f32), case(fixed([True, False]), fixed([1.0, nan]), fixed([nan, 2.0])),
       case(fixed([1, 0, 2], "uint8"), real(3), real(3)), case(bools(3), real(3), 2), case(bools(3), ints(3), 2.5),
       case(bools(3), real(3).f16, inf, smooth=False)],
   refuses=(refused(RuntimeError, real(3), real(3), real(3),
                    says="where expected condition to be a boolean tensor, but got a tensor with dtype Double"),
            refused(RuntimeError, bools(3), real(3), real(4), says="The size of tensor a (3) must match the size of"),
            refused(TypeError, bools(3), real(3), "text", says="where() received an invalid combination of arguments"),
            refused(TypeError, bools(3), real(3), says="where() received an invalid combination of arguments")))
op("where number", "torch.where(a, b, 0.)",
   on=[case(bools(3), real(3)), case(bools(2, 3), real(3).f32), case(bools(), real()), case(bools(0), real(0)),
       case(bools(3), ints(3)), case(bools(3), 2.0), case(bools(3), True), case(bools(3, 2).T, real(2, 1))],
   refuses=(refused(TypeError, "text", real(3)), refused(TypeError, bools(3), "text"),
            refused(RuntimeError, bools(3), real(2), says="The size of tensor a (3) must match the size of tensor b")))
op("where of a number", "torch.where(a, 2, b)",
   on=[case(bools(3), real(3)), case(bools(2, 3), real(3).f32), case(bools(), real()), case(bools(0), real(0)),
       case(bools(3), ints(3)), case(bools(3), 2.0), case(bools(3), True), case(bools(3, 2).T, real(2, 1))],
   refuses=(refused(TypeError, "text", real(3)), refused(TypeError, bools(3), "text")))
op("where alone", "torch.where(a)",
   on=[case(bools(3)), case(bools(2, 3)), case(fixed([True])), case(fixed(True)), case(bools(0)), case(ints(4)),
       case(real(2, 2).const), case(bools(3, 2).T), case(fixed([0.0, nan, -0.0, inf]).const)],
   refuses=strangers)

# ---------------------------------------------------------------- bounds
op("clamp", "torch.clamp(a, **kw)", "a.clamp(**kw)", "torch.clip(a, **kw)", "a.clip(**kw)",
   on=[case(apart(5), min=-0.2, max=0.5), case(apart(2, 3), min=0), case(apart(3, 2).T, max=0.2), case(apart(), min=-1),
       case(apart(0), min=0), case(apart(4).f32, min=-0.5), case(ints(4), min=-1, max=2), case(ints(4), min=0.5),
       case(fixed([0.0, 1.0, nan, inf]), min=0, max=1, smooth=False), case(apart(3), min=1, max=-1),
       case(fixed([1.0, nan]), min=nan, smooth=False), case(bools(3), min=0, max=1)],
   refuses=(refused(RuntimeError, real(3)),
            refused(TypeError, real(3), min="text")))
bounded = [case(apart(5), min=fixed([-1.0, -0.1, 0.0, 0.1, 1.0])), case(apart(2, 3), min=real(3)),
           case(apart(2, 3), max=real(2, 1)), case(apart(3), min=real(2, 1), max=pos(2, 3)),
           case(apart(3), min=real(3).const, max=pos()), case(apart(3, 2).T, max=real(2, 3)),
           case(apart(3).f32, min=real(3)), case(apart(3).f32, min=real(), max=pos()), case(apart(0), min=real(1)),
           case(apart(), min=real(), max=pos()), case(ints(3), min=ints(3)), case(ints(3), max=real(3)),
           case(apart(3).const, min=real(3)), case(fixed([0.0, 1.0, 2.0]), min=fixed([0.5, 3.0, 1.0]),
                                                    max=fixed([-0.5, 2.0, 4.0]))]
kinks = [case(fixed([1.0, 1.0, nan, 0.0]), min=fixed([1.0, nan, 0.0, 2.0]), smooth=False),
         case(fixed([1.0, 1.0, nan, 0.0]), max=fixed([1.0, nan, 0.0, -2.0]), smooth=False),
         case(fixed([1.0, 1.0, 1.0, nan]), min=fixed([1.0, 2.0, 0.0, 0.0]), max=fixed([1.0, 1.0, 1.0, 2.0]),
              smooth=False)]
op("clamp between tensors", "torch.clamp(a, **kw)", "a.clamp(**kw)", "torch.clip(a, **kw)", on=[*bounded, *kinks],
   refuses=(refused(RuntimeError, real(3), min=real(4), says="The size of tensor a (3) must match the size of tensor"),
            refused(TypeError, real(3), min=0.0, max=real(3)),
            refused(RuntimeError, real(3), min=real(2, 2), says="The size of tensor a (3) must match")))
for name in ("clamp_min", "clamp_max"):
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)",
       on=[*pairs(apart, pos), case(apart(3), 0.1), case(apart(2, 3).f32, 0), case(ints(3), 1), case(ints(3), 0.5),
           case(apart(0), 0), case(ints(3), ints(3)), case(ints(3), apart(3)), tied, case(bools(3), bools(3)),
           case(fixed([1.0, nan, 0.0]), 0, smooth=False), case(fixed([1.0, nan]), nan, smooth=False)],
       refuses=(shapes_clash(), *strangers,
                refused(TypeError, real(3), "text", says=f"{name}() received an invalid combination of arguments"),
                refused(NotImplementedError, bools(3), True, says=f'"{name}_scalar_cpu" not implemented for \'Bool\'')))
    op(f"{name}_", f"a.clone().{name}_(b)",
       on=[case(apart(3), pos(3)), case(apart(2, 3), pos(3)), case(apart(2, 3), 0.1), case(apart(0), 0),
           case(apart(3, 2).T, pos(2, 1)), case(apart(3).const, pos(3)), case(ints(3), 1), case(apart(3).f32, pos(3))],
       refuses=(grows, refused(RuntimeError, ints(3), real(3).f32.const, says="result type Float can't be cast")))
op("clamp_", "a.clone().clamp_(**kw)", "a.clone().clip_(**kw)",
   on=[case(apart(4), min=0), case(apart(4), max=0.2), case(apart(2, 3), min=-0.2, max=0.2), case(apart(0), min=0),
       case(ints(3), min=0), case(apart(3).f32, min=0), case(apart(3), min=real(3)), case(apart(2, 3), max=real(3)),
       case(apart(3, 2).T, min=real(2, 1), max=pos(3)), case(apart(3).const, min=real(3))],
   refuses=(refused(RuntimeError, real(3)),
            refused(RuntimeError, real(3), min=real(2, 3), says="output with shape [3] doesn't match the broadcast")))

# ---------------------------------------------------------------- NaN, infinities, signs
spoilt = fixed([nan, inf, -inf, 0.0, 1.5])
op("nan_to_num", "torch.nan_to_num(a, **kw)", "a.nan_to_num(**kw)",
   on=[*singles(), case(spoilt, smooth=False), case(spoilt, nan=1.0, posinf=2.0, neginf=-3.0, smooth=False),
       case(spoilt.f32, smooth=False), case(spoilt.f16, nan=2, smooth=False), case(ints(3), nan=2), case(bools(3))],
   refuses=(refused(TypeError, real(3), nan="text", says="nan_to_num(): argument 'nan'"), *strangers))
op("nan_to_num_", "a.clone().nan_to_num_(**kw)",
   on=[*singles(), case(spoilt, smooth=False), case(spoilt, nan=1.0, smooth=False), case(ints(3))],
   refuses=(refused(TypeError, real(3), nan="text"), *strangers))
for name in ("sign", "sgn"):
    op(f"{name} ", f"torch.{name}(a)", f"a.{name}()",
       on=[*singles(apart), case(ints(3)), case(bools(3)), case(apart(3).f16), odd], refuses=strangers)
    op(f"{name}_", f"a.clone().{name}_()",
       on=[*singles(apart), case(ints(3)), case(bools(3)), odd], refuses=strangers)
zeros = [case(fixed([0.0, -0.0, nan, inf, 1.0]), fixed([-1.0, 1.0, -1.0, -0.0, nan]), smooth=False)]
op("copysign", "torch.copysign(a, b)", "a.copysign(b)",
   on=[*pairs(apart, apart), *zeros, case(apart(3), -1), case(apart(3).f32, 2.0), case(ints(3), -1),
       case(bools(3), -2.0),
       case(ints(3), ints(3)), case(fixed([0.0, 1.0]), -0.0, smooth=False), case(apart(3), ints(3))],
   refuses=(shapes_clash(), *strangers,
            refused(TypeError, real(3), "text", says="copysign() received an invalid combination of arguments")))
op("copysign_", "a.clone().copysign_(b)",
   on=[case(apart(3), apart(3)), case(apart(2, 3), apart(3)), case(apart(2, 3), -1), case(apart(0), 1.0),
       case(apart(3, 2).T, apart(2, 1)), case(apart(3).const, apart(3)), case(apart(3).f32, apart(3)), *zeros],
   refuses=(grows, refused(RuntimeError, ints(3), -1, says="result type Float can't be cast to the desired output")))
steps = [case(real(3).const, real(3).const), case(real(2, 3).const, real(3).const), case(real().const, real().const),
         case(real(0, 3).const, real(3).const), case(real(3, 2).T.const, real(2, 1).const),
         case(real(3).f32.const, real().f32.const), case(ints(3), ints(3)), case(bools(3), bools(3)),
         case(fixed([0.0, -0.0, nan, inf]).const, fixed([0.5, nan, 0.5, 0.5]).const)]
op("heaviside", "torch.heaviside(a, b)", "a.heaviside(b)", on=steps,
   refuses=(refused(RuntimeError, real(3), real(3).f32, says="heaviside is not yet implemented for tensors with diff"),
            refused(TypeError, real(3), 2.0, says="heaviside(): argument 'values'"), shapes_clash()))
op("heaviside_", "a.clone().heaviside_(b)", on=[*steps, case(real(3).const, real(1).const)],
   refuses=(refused(RuntimeError, real(3).const, real(2, 3).const, says="output with shape [3] doesn't match the"),
            refused(TypeError, real(3).const, 2.0)))
