"""Operations that work element by element."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

# ---------------------------------------------------------------- arithmetic
numbers = [case(real(3), 2), case(real(2, 3).f32, 2.5), case(real(), -1), case(ints(3).f32, True)]
mixed = [case(ints(3), ints(3)), case(real(3).f32, ints(3)), case(ints(3), 2.5),
         case(fixed([nan, inf, 0.0]), 2.0, smooth=False)]
op("add", "torch.add(a, b)", "a.add(b)", "a + b",
   on=[*pairs(), *numbers, *mixed, case(bools(3), bools(3))],
   refuses=(shapes_clash(),))
op("add alpha", "torch.add(a, b, **kw)", "a.add(b, **kw)",
   on=[case(real(3), real(3), alpha=2), case(real(2, 3), real(3), alpha=-0.5), case(ints(3), ints(3), alpha=3),
       case(real(0), real(0), alpha=2), case(real(3).f32, real(1).f32, alpha=2)],
   refuses=(refused(RuntimeError, ints(3), ints(3), alpha=0.5),))
op("radd", "b + a", on=[*numbers, case(ints(3), 2), case(ints(3), 2.5)])
op("sub", "torch.sub(a, b)", "a.sub(b)", "a - b",
   on=[*pairs(), *numbers[:3], *mixed[:-1]],
   refuses=(shapes_clash(), refused(RuntimeError, bools(3), bools(3)), refused(RuntimeError, real(3), True)))
op("sub alpha", "torch.sub(a, b, **kw)", "a.sub(b, **kw)",
   on=[case(real(3), real(3), alpha=2), case(real(2, 3), real(3), alpha=-0.5), case(ints(3), ints(3), alpha=3),
       case(real(0), real(0), alpha=2), case(real(3).f32, real(1).f32, alpha=2)])
op("rsub", "b - a", on=[*numbers[:3], case(ints(3), 2), case(ints(3), 2.5), case(real(0), 1)])
op("mul", "torch.mul(a, b)", "a.mul(b)", "a * b",
   on=[*pairs(), *numbers, *mixed, case(bools(3), bools(3))],
   refuses=(shapes_clash(),))
op("rmul", "b * a", on=[*numbers, case(ints(3), 2), case(ints(3), 2.5)])
op("div", "torch.div(a, b)", "a.div(b)", "a / b",
   on=[*pairs(real, pos), *numbers, *mixed[1:], case(ints(3), fixed([1, 2, -3])),
       case(fixed([1.0, 0.0, -1.0]), fixed([0.0, 0.0, inf]), smooth=False)],
   refuses=(shapes_clash(),))
op("rdiv", "b / a",
   on=[case(pos(3), 1), case(pos(2, 3).f32, 2.5), case(pos(), -1), case(fixed([1, 2]), 3),
       case(fixed([0.0, inf]), 1, smooth=False)])
op("neg", "torch.neg(a)", "a.neg()", "-a",
   on=[*singles(), case(ints(3)), odd],
   refuses=(refused(RuntimeError, bools(3)),))
op("pow", "torch.pow(a, b)", "a.pow(b)", "a ** b",
   on=[*pairs(pos, real), case(real(3), 2), case(real(3), 3), case(real(2, 3), 0), case(real(3), 1), case(real(0), 2),
       case(pos(3), 0.5), case(pos(3), -1), case(pos().f32, 2.5), case(ints(3), 2), case(ints(3), 2.5),
       case(real(3).f32, ints(3).const), case(fixed([2, -3]), fixed([3, 2])),
       case(real(3), fixed([2.0, 3.0, 1.0]).const), case(fixed([0.0, 0.0, 0.0]), fixed([0.0, 1.0, 2.0]), smooth=False),
       case(fixed([0.0]), 0, smooth=False), case(fixed([0.0, -1.5]), 2, smooth=False),
       case(fixed([-2.0, nan, inf]), fixed([0.5, 0.0, -1.0]), smooth=False)],
   refuses=(shapes_clash(),
            refused(RuntimeError, ints(3), -1, says="Integers to negative integer powers are not allowed.")))
op("rpow", "b ** a",
   on=[case(real(3), 2), case(real(2, 3), 0.5), case(real(), 3.0), case(ints(3).f32, 2), case(fixed([1, 2]), 2),
       case(fixed([0.0, 1.0, 2.0]), 0, smooth=False), case(real(0), 2)])
op("reciprocal", "torch.reciprocal(a)", "a.reciprocal()", on=[*singles(pos), case(fixed([1, 2, 4])), odd])

# ---------------------------------------------------------------- functions of one number
for name, kind in dict(sin=real, cos=real, exp=real, log=pos, sqrt=pos, tanh=real, sigmoid=real).items():
    op(name, f"torch.{name}(a)", f"a.{name}()",
       on=[*singles(kind), case(fixed([1, 2])), case(kind(3).f16), case(bools(3)), odd])
op("abs", "torch.abs(a)", "a.abs()", "abs(a)", on=[*singles(apart), case(ints(3)), odd])
op("relu", "torch.relu(a)", "a.relu()", "torch.nn.functional.relu(a)", on=[*singles(apart), case(ints(3)), odd])
op("sign", "torch.sign(a)", "a.sign()", on=[*singles(apart), case(ints(3)), case(bools(3)), odd])
op("square", "torch.square(a)", "a.square()", on=[*singles(), case(ints(3)), odd])

# ---------------------------------------------------------------- choosing
tied = case(fixed([1.0, 2.0, 2.0, nan, 0.0]), fixed([1.0, 3.0, nan, 1.0, -0.0]), smooth=False)
for name in ("maximum", "minimum"):
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", f"torch.{name[:3]}(a, b)",
       on=[*pairs(apart, pos), case(ints(3), ints(3)), tied],
       refuses=(shapes_clash(),))
op("where", "torch.where(a, b, c)", "b.where(a, c)",
   on=[case(bools(3), real(3), real(3)), case(bools(2, 3), real(3), real()), case(bools(3), real(2, 1), real(3)),
       case(bools(0), real(0), real(0)), case(bools(), real(), real()), case(bools(3, 2).T, real(2, 3), real(3, 2).T),
       case(bools(3), real(3), real(3).const), case(bools(3), real(3).f32, real(3)),
       case(bools(3), ints(3), real(3).f32), case(fixed([True, False]), fixed([1.0, nan]), fixed([nan, 2.0]))],
   refuses=(refused(RuntimeError, real(3), real(3), real(3)), refused(RuntimeError, bools(3), real(3), real(4))))
op("where number", "torch.where(a, b, 0.)",
   on=[case(bools(3), real(3)), case(bools(2, 3), real(3).f32), case(bools(), real()), case(bools(0), real(0)),
       case(bools(3), ints(3))])
op("clamp", "torch.clamp(a, **kw)", "a.clamp(**kw)",
   on=[case(apart(5), min=-0.2, max=0.5), case(apart(2, 3), min=0), case(apart(3, 2).T, max=0.2), case(apart(), min=-1),
       case(apart(0), min=0), case(apart(4).f32, min=-0.5), case(ints(4), min=-1, max=2), case(ints(4), min=0.5),
       case(fixed([0.0, 1.0, nan, inf]), min=0, max=1, smooth=False), case(apart(3), min=1, max=-1)],
   refuses=(refused(RuntimeError, real(3)),))

# ---------------------------------------------------------------- comparing and asking (never differentiable)
for name, sign in dict(eq="==", ne="!=", lt="<", le="<=", gt=">", ge=">=").items():
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", f"a {sign} b", smooth=False,
       on=[case(real(3), real(3)), case(ints(2, 3), ints(3)), case(real(2, 3), 0), case(real(3).f32, real()),
           case(bools(3), bools(3)), case(real(0, 3), real(3)), case(ints(3), 0.5),
           case(fixed([nan, inf, 0.0]), fixed([nan, inf, -0.0]))],
       refuses=(shapes_clash(),))
for name in ("isnan", "isinf", "isfinite"):
    op(name, f"torch.{name}(a)", f"a.{name}()", on=[*singles(), case(ints(3)), odd], smooth=False)
