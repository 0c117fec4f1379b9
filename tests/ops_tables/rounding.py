"""Rounding, division that rounds, and what is left of a division."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

grows = refused(RuntimeError, real(3), real(2, 3), says="output with shape [3] doesn't match the broadcast shape")

# ---------------------------------------------------------------- one tensor
halves = case(fixed([0.5, 1.5, -0.5, -1.5, 2.5, -0.0]), smooth=False)
for name in ("floor", "ceil", "round", "trunc", "fix"):
    kernel = name.replace("fix", "trunc")
    bad = refused(NotImplementedError, bools(3), says=f'"{kernel}_vml_cpu" not implemented for \'Bool\'')
    op(name, f"torch.{name}(a)", f"a.{name}()",
       on=[*singles(apart), case(ints(3)), case(apart(3).f16), odd, halves], refuses=(bad, *strangers))
    op(f"{name}_", f"a.clone().{name}_()",
       on=[*singles(apart), case(ints(3)), odd, halves], refuses=(bad, *strangers))
op("frac", "torch.frac(a)", "a.frac()", on=[*singles(apart), case(apart(3).f16), odd, halves],
   refuses=(refused(NotImplementedError, ints(3), says="\"frac_cpu\" not implemented for 'Long'"), *strangers))
op("frac_", "a.clone().frac_()", on=[*singles(apart), odd, halves],
   refuses=(refused(NotImplementedError, ints(3), says="\"frac_cpu\" not implemented for 'Long'"), *strangers))
decimals = [case(apart(3), decimals=2), case(apart(2, 3), decimals=0), case(apart(), decimals=1),
            case(apart(0), decimals=3), case(apart(3, 2).T, decimals=1), case(apart(3).f32, decimals=1),
            case(fixed([1234.5, -678.9]), decimals=-2), case(fixed([nan, inf, -0.0]), decimals=1, smooth=False),
            case(fixed([0.25, 0.35, 2.675]), decimals=2, smooth=False)]
op("round decimals", "torch.round(a, **kw)", "a.round(**kw)", on=decimals,
   refuses=(refused(NotImplementedError, ints(3), decimals=1, says="\"round_cpu\" not implemented for 'Long'"),
            refused(TypeError, real(3), decimals=1.5), refused((TypeError, AttributeError), "text", decimals=1)))
op("round_ decimals", "a.clone().round_(**kw)", on=decimals,
   refuses=(refused(NotImplementedError, ints(3), decimals=1, says="\"round_cpu\" not implemented for 'Long'"),
            refused(TypeError, real(3), decimals=1.5)))

# ---------------------------------------------------------------- what is left of a division
whole = [case(ints(3), fixed([1, 2, -3])), case(ints(5), 3), case(ints(5), -3), case(ints(3), 2.5),
         case(ints(3), fixed([0.7, 1.3, -2.1])), case(fixed([7, 8], "uint8"), 3)]
edges = [case(fixed([1.0, -1.0, inf, nan, 1.0]), fixed([0.0, inf, 2.0, 1.0, -inf]), smooth=False),
         case(fixed([2.0, -2.0, 0.0]), 2.0, smooth=False), case(fixed([1.0, -1.0]), 0, smooth=False)]
for name, word in (("remainder", "mod"), ("fmod", None)):
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", *(["a % b"] if word else []),
       on=[*pairs(apart, pos), case(apart(3), 0.7), case(apart(2, 3).f32, -0.7), case(apart(), 2), *whole, *edges],
       refuses=(shapes_clash(), refused(RuntimeError, ints(3), 0, says="ZeroDivisionError"),
                refused(NotImplementedError, bools(3), bools(3), says=f'"{name}_cpu" not implemented for \'Bool\''),
                refused(RuntimeError, ints(3), fixed([1, 0, 2]), says="ZeroDivisionError"), *strangers))
    op(f"{name}_", f"a.clone().{name}_(b)", *(["operator.imod(a.clone(), b)"] if word else []),
       on=[case(apart(3), pos(3)), case(apart(2, 3), pos(3)), case(apart(2, 3), 0.7), case(apart(0), 2),
           case(apart(3, 2).T, pos(2, 1)), case(apart(3).const, pos(3)), case(ints(3), 2), case(apart(3).f32, pos(3))],
       refuses=(grows, refused(RuntimeError, ints(3), 2.5, says="result type Float can't be cast to the desired"),
                refused(RuntimeError, ints(3), 0, says="ZeroDivisionError")))
op("rmod", "b % a", "torch.remainder(b, a)",
   on=[case(pos(3).const, 2), case(pos(2, 3).f32.const, 2.5), case(pos().const, -1), case(fixed([1, 2, -3]), 7),
       case(pos(0).const, 2), case(pos(3, 2).T.const, 3), case(fixed([1, 2]), 2.5), case(fixed([0.0, inf]).const, 1)],
   refuses=(refused(RuntimeError, fixed([0, 1]), 2, says="ZeroDivisionError"), refused(TypeError, pos(3), None)))

# ---------------------------------------------------------------- division that rounds
for mode in ("floor", "trunc"):
    modes = [case(*c.arguments, smooth=c.smooth, rounding_mode=mode)
             for c in [*pairs(apart, pos), case(apart(3), 0.7), case(apart(2, 3).f32, -0.7), *whole, *edges]]
    op(f"div {mode}", "torch.div(a, b, **kw)", "a.div(b, **kw)", "torch.divide(a, b, **kw)", on=modes,
       refuses=(refused(RuntimeError, ints(3), 0, rounding_mode=mode, says="ZeroDivisionError"),
                refused(NotImplementedError, bools(3), bools(3), rounding_mode=mode, says=f'"div_{mode}_cpu" not'),
                refused(RuntimeError, real(3), real(4), rounding_mode=mode, says="The size of tensor a (3) must match"),
                refused(RuntimeError, real(3), 2, rounding_mode="up", says="div expected rounding_mode to be one of")))
flat = [case(*(a.const if isinstance(a, Input) else a for a in c.arguments))
        for c in [*pairs(apart, pos)[:7], *pairs(apart, pos)[8:], case(apart(3), 0.7), case(apart(2, 3).f32, -0.7),
                  *whole, *edges]]
op("floor_divide", "torch.floor_divide(a, b)", "a.floor_divide(b)", "a // b", on=flat,
   refuses=(shapes_clash(), refused(RuntimeError, ints(3), 0, says="ZeroDivisionError"),
            refused(NotImplementedError, bools(3), bools(3), says="\"div_floor_cpu\" not implemented for 'Bool'"),
            *strangers))
op("rfloordiv", "b // a", "torch.floor_divide(b, a)",
   on=[case(pos(3).const, 2), case(pos(2, 3).f32.const, 2.5), case(pos().const, -1), case(fixed([1, 2, -3]), 7),
       case(pos(0).const, 2), case(pos(3, 2).T.const, 3), case(fixed([1, 2]), 2.5), case(fixed([0.0, inf]).const, 1)],
   refuses=(refused(RuntimeError, fixed([0, 1]), 2, says="ZeroDivisionError"), refused(TypeError, pos(3), "text")))
op("floor_divide_", "a.clone().floor_divide_(b)", "operator.ifloordiv(a.clone(), b)",
   on=[case(apart(3).const, pos(3).const), case(apart(2, 3).const, pos(3).const), case(apart(2, 3).const, 0.7),
       case(apart(0).const, 2), case(apart(3, 2).T.const, pos(2, 1).const), case(ints(3), 2), case(ints(3), fixed(3)),
       case(apart(3).f32.const, pos(3).const)],
   refuses=(refused(RuntimeError, real(3).const, real(2, 3).const, says="output with shape [3] doesn't match the"),
            refused(RuntimeError, ints(3), 2.5, says="result type Float can't be cast to the desired output"),
            refused(RuntimeError, ints(3), 0, says="ZeroDivisionError")))
