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
   refuses=(shapes_clash(), shapes_clash(3, 2), *strangers))
scaled = [case(real(0), real(0), alpha=2), case(real(3).f32, real(1).f32, alpha=2), case(real(3), 2.0, alpha=3),
          case(real(3).f32, real(), alpha=0.5), case(ints(3), real(3).f32, alpha=0.5), case(real(3, 2).T, 1, alpha=2),
          case(ints(3), 2, alpha=2), case(real(3).const, real(2, 1), alpha=-1)]
fraction = "For integral input tensors, argument alpha must not be a floating point number."
clash_scaled = refused(RuntimeError, real(3), real(4), alpha=2, says="The size of tensor a (3) must match the")
op("add alpha", "torch.add(a, b, **kw)", "a.add(b, **kw)",
   on=[case(real(3), real(3), alpha=2), case(real(2, 3), real(3), alpha=-0.5), case(ints(3), ints(3), alpha=3),
       *scaled],
   refuses=(refused(RuntimeError, ints(3), ints(3), alpha=0.5, says=fraction), clash_scaled))
op("radd", "b + a", on=[*numbers, case(ints(3), 2), case(ints(3), 2.5), case(bools(3), True), case(real(0), 2)],
   refuses=strangers)
op("sub", "torch.sub(a, b)", "a.sub(b)", "a - b",
   on=[*pairs(), *numbers[:3], *mixed[:-1]],
   refuses=(shapes_clash(), refused(RuntimeError, bools(3), bools(3)), refused(RuntimeError, real(3), True)))
op("sub alpha", "torch.sub(a, b, **kw)", "a.sub(b, **kw)",
   on=[case(real(3), real(3), alpha=2), case(real(2, 3), real(3), alpha=-0.5), case(ints(3), ints(3), alpha=3),
       *scaled],
   refuses=(refused(RuntimeError, ints(3), ints(3), alpha=0.5, says=fraction), clash_scaled))
op("rsub", "b - a", "torch.rsub(a, b)",
   on=[*numbers[:3], case(ints(3), 2), case(ints(3), 2.5), case(real(0), 1), case(real(3, 2).T, 2),
       case(ints(3).f32, 2)],
   refuses=(*strangers, refused(RuntimeError, bools(3), True, says="Subtraction, the `-` operator, with two bool")))
op("rsub tensors", "torch.rsub(a, b, **kw)",
   on=[*pairs(), *scaled, case(ints(3), ints(3)), case(real(3), 2, alpha=0.5)],
   refuses=(refused(RuntimeError, real(3), real(4), says="The size of tensor a (4) must match the size of tensor"),
            refused(RuntimeError, bools(3), bools(3), says="Subtraction, the `-` operator, with two bool tensors")))
for name, sign in dict(add="add", subtract="sub", multiply="mul", true_divide="div", divide="div").items():
    if name != "add":
        op(name, f"torch.{name}(a, b)", f"a.{name}(b)", f"torch.{sign}(a, b)",
           on=[*pairs(real, pos), case(real(3), 2)], refuses=(shapes_clash(), *strangers))
op("mul", "torch.mul(a, b)", "a.mul(b)", "a * b",
   on=[*pairs(), *numbers, *mixed, case(bools(3), bools(3))],
   refuses=(shapes_clash(), *strangers))
op("rmul", "b * a", on=[*numbers, case(ints(3), 2), case(ints(3), 2.5), case(bools(3), True), case(real(0), 2)],
   refuses=strangers)
op("div", "torch.div(a, b)", "a.div(b)", "a / b",
   on=[*pairs(real, pos), *numbers, *mixed[1:], case(ints(3), fixed([1, 2, -3])),
       case(fixed([1.0, 0.0, -1.0]), fixed([0.0, 0.0, inf]), smooth=False)],
   refuses=(shapes_clash(), *strangers))
op("rdiv", "b / a",
   on=[case(pos(3), 1), case(pos(2, 3).f32, 2.5), case(pos(), -1), case(fixed([1, 2]), 3),
       case(fixed([0.0, inf]), 1, smooth=False), case(pos(0), 2), case(pos(3, 2).T, 2), case(fixed([True]), 2)],
   refuses=strangers)
op("neg", "torch.neg(a)", "a.neg()", "-a",
   on=[*singles(), case(ints(3)), odd],
   refuses=(refused(RuntimeError, bools(3), says="Negation, the `-` operator, on a bool tensor is not"), *strangers))
op("negative", "torch.negative(a)", "a.negative()", "-a", on=[*singles(), case(ints(3)), odd], refuses=strangers)
op("positive", "torch.positive(a)", "a.positive()", "+a",
   on=[*singles(), case(ints(3)), odd],
   refuses=(refused(RuntimeError, bools(3), says="The `+` operator, on a bool tensor is not supported."), *strangers))
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
       case(fixed([0.0, 1.0, 2.0]), 0, smooth=False), case(real(0), 2), case(real(3, 2).T, 2.5),
       case(fixed([nan, inf, -1.0]), 2.0, smooth=False), case(fixed([1.0, -1.0]), -2.0, smooth=False)],
   refuses=strangers)
op("float_power", "torch.float_power(a, b)",
   on=[*pairs(pos, real)[:-1], case(real(3), 2), case(pos(3).f32, 2.5), case(ints(3), 2), case(fixed([1, 2]), -1),
       case(2.5, real(3)), case(bools(3), ints(3)), case(fixed([0.0, nan]), 0, smooth=False),
       case(ints(3), real(3).f32)],
   refuses=(shapes_clash(), *strangers))
op("reciprocal", "torch.reciprocal(a)", "a.reciprocal()", on=[*singles(pos), case(fixed([1, 2, 4])), odd],
   refuses=strangers)

# ---------------------------------------------------------------- functions of one number
for name, kind in dict(sin=real, cos=real, exp=real, log=pos, sqrt=pos, tanh=real, sigmoid=real).items():
    op(name, f"torch.{name}(a)", f"a.{name}()",
       on=[*singles(kind), case(fixed([1, 2])), case(kind(3).f16), case(bools(3)), odd],
       refuses=strangers)
op("abs", "torch.abs(a)", "a.abs()", "abs(a)", "torch.absolute(a)", "a.absolute()",
   on=[*singles(apart), case(ints(3)), odd],
   refuses=(refused(NotImplementedError, bools(3), says="\"abs_cpu\" not implemented for 'Bool'"), *strangers))
op("relu", "torch.relu(a)", "a.relu()", "torch.nn.functional.relu(a)",
   on=[*singles(apart), case(ints(3)), odd],
   refuses=(refused(RuntimeError, bools(3), says="Boolean inputs not supported for relu"), *strangers))
op("sign", "torch.sign(a)", "a.sign()", on=[*singles(apart), case(ints(3)), case(bools(3)), odd],
   refuses=strangers)
op("square", "torch.square(a)", "a.square()", on=[*singles(), case(ints(3)), case(bools(3)), odd], refuses=strangers)
