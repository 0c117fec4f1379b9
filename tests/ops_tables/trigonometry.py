"""Angles and hyperbolic functions."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

cast = refused(RuntimeError, ints(3), says="result type Float can't be cast to the desired output type Long")
kinks = case(fixed([1.0, -1.0, 2.0, 0.0]), smooth=False)
NAMES = dict(tan=unit, asin=unit, acos=unit, atan=real, sinh=real, cosh=real, asinh=real, acosh=more, atanh=unit,
             sinc=pos, deg2rad=real, rad2deg=real)
for name, kind in NAMES.items():
    arc = name.replace("a", "arc", 1) if name[0] == "a" else name
    op(name, f"torch.{name}(a)", f"a.{name}()", f"torch.{arc}(a)", f"a.{arc}()",
       on=[*singles(kind), case(fixed([1, 2])), case(kind(3).f16), case(bools(3)), odd, kinks],
       refuses=strangers)
    without = name in ("asinh", "acosh", "atanh")  # PyTorch has no derivative of these in place
    cases = [case(kind(3)), case(kind(2, 3)), case(kind()), case(kind(0, 3)), case(kind(3, 2).T), case(kind(3).f32)]
    cases = [case(c.arguments[0].const) if without else c for c in cases]
    op(f"{name}_", f"a.clone().{name}_()", f"a.clone().{arc}_()",
       on=[*cases, case(kind(2, 1).const), case(fixed([nan, inf, 0.0]).const)],
       refuses=(cast, *strangers))
for name in ("atan2", "hypot"):
    forms = (f"torch.{name}(a, b)", f"a.{name}(b)")
    op(name, *forms, *(("torch.arctan2(a, b)", "a.arctan2(b)") if name == "atan2" else ()),
       on=[*pairs(), case(real(3), ints(3)),
           case(fixed([0.0, -0.0, 0.0, nan, inf]), fixed([0.0, -1.0, -0.0, 1.0, inf]), smooth=False),
           *([case(ints(3), fixed([1, 2, 3])), case(bools(3), bools(3))] if name == "atan2" else [])],
       refuses=(shapes_clash(), refused(TypeError, real(3), 2.0), *strangers))
    op(f"{name}_", f"a.clone().{name}_(b)", *(("a.clone().arctan2_(b)",) if name == "atan2" else ()),
       on=[case(real(3), real(3)), case(real(2, 3), real(3)), case(real(2, 3), real()), case(real(0, 3), real(3)),
           case(real(3, 2).T, real(2, 1)), case(real(3).const, real(3)), case(real(3).f32, real(3)),
           case(real(3), real(3).const)],
       refuses=(refused(RuntimeError, real(3), real(2, 3), says="output with shape [3] doesn't match the broadcast"),
                refused(TypeError, real(3), "text")))
