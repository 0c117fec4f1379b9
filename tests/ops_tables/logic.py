"""Comparing and asking, truth values and bits: nothing here is differentiable, except written in place."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

grows = refused(RuntimeError, real(3), real(2, 3), says="output with shape [3] doesn't match the broadcast shape")

# ---------------------------------------------------------------- comparing
LONG = dict(eq="eq", ne="not_equal", lt="less", le="less_equal", gt="greater", ge="greater_equal")
for name, sign in dict(eq="==", ne="!=", lt="<", le="<=", gt=">", ge=">=").items():
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", f"a {sign} b", f"torch.{LONG[name]}(a, b)", f"a.{LONG[name]}(b)",
       smooth=False,
       on=[case(real(3), real(3)), case(ints(2, 3), ints(3)), case(real(2, 3), 0), case(real(3).f32, real()),
           case(bools(3), bools(3)), case(real(0, 3), real(3)), case(ints(3), 0.5), case(real(3, 2).T, real(2, 1)),
           case(fixed([nan, inf, 0.0]), fixed([nan, inf, -0.0]))],
       refuses=(shapes_clash(), refused(RuntimeError, ints(3), ints(2, 2), says="The size of tensor a (3) must match")))
    op(f"{name}_", f"a.clone().{name}_(b)", f"a.clone().{LONG[name]}_(b)",
       on=[case(apart(3), pos(3)), case(apart(2, 3), pos(3)), case(apart(2, 3), 0.1), case(ints(3), ints(3)),
           case(apart(0), 0), case(apart(3, 2).T, pos(2, 1)), case(apart(3).const, pos(3)), case(apart(3).f32, pos(3)),
           case(bools(3), bools(3)), case(ints(3), 0.5)],
       refuses=(grows, shapes_clash()))

# ---------------------------------------------------------------- asking
whole = [*singles(), case(ints(3)), case(bools(3)), case(real(3).f16), odd]
for name in ("isnan", "isinf", "isfinite", "isposinf", "isneginf", "isreal", "signbit", "logical_not"):
    op(name, f"torch.{name}(a)", f"a.{name}()", on=whole, smooth=False, refuses=strangers)
op("equal", "torch.tensor(torch.equal(a, b))", "torch.tensor(a.equal(b))", smooth=False,
   on=[case(real(3), real(3)), case(fixed([1.0, 2.0]), fixed([1.0, 2.0])), case(fixed([1.0, 2.0]), fixed([1, 2])),
       case(fixed([nan]), fixed([nan])), case(real(0), real(0)), case(real(3), real(2, 3)), case(real(), real()),
       case(fixed([[1.0, 2.0]]).T, fixed([[1.0], [2.0]]))],
   refuses=(refused(TypeError, real(3), 2.0, says="equal(): argument 'other'"), *strangers))
near = [case(real(3), real(3)), case(fixed([1.0, 2.0]), fixed([1.000001, 2.1])), case(real(2, 3), real(3)),
        case(real(0), real(0)), case(real(), real()), case(fixed([100.0, 1.0]), fixed([101.0, 2.0]), rtol=0.02),
        case(fixed([0.0, 1.0]), fixed([0.01, 2.0]), atol=0.05), case(ints(3), ints(3), rtol=0.5),
        case(fixed([nan, inf, inf, -inf]), fixed([nan, inf, -inf, 1.0])), case(bools(3), bools(3)),
        case(fixed([nan, inf, inf, 1.0]), fixed([nan, inf, 1.0, inf]), equal_nan=True), case(real(3).f32, real(3).f32),
        case(fixed([1.0]), fixed([1.0]), rtol=0, atol=0), case(real(3, 2).T, real(2, 3))]
unlike = (refused(RuntimeError, real(3), real(3).f32, says="Double did not match Float"),
          refused(RuntimeError, real(3), real(3), rtol=-1, says="rtol must be greater than or equal to zero, but got"),
          refused(RuntimeError, real(3), real(3), atol=-0.5, says="atol must be greater than or equal to zero"),
          shapes_clash(), refused(TypeError, real(3), 1.0))
op("isclose", "torch.isclose(a, b, **kw)", "a.isclose(b, **kw)", on=near, smooth=False, refuses=unlike)
op("allclose", "torch.tensor(torch.allclose(a, b, **kw))", "torch.tensor(a.allclose(b, **kw))",
   on=near, smooth=False, refuses=unlike)

# ---------------------------------------------------------------- truth values
two = [case(real(3), real(3)), case(bools(3), bools(3)), case(ints(2, 3), ints(3)), case(real(2, 1), bools(3)),
       case(fixed([0.0, nan, -0.0, 2.0]), fixed([1, 0, 0, 2])), case(real(0), real(0)), case(bools(), real()),
       case(bools(3, 2).T, bools(2, 3))]
for name in ("logical_and", "logical_or", "logical_xor"):
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", on=two, smooth=False,
       refuses=(shapes_clash(), refused(TypeError, real(3), 1.0, says=f"{name}(): argument 'other'"), *strangers))
    op(f"{name}_", f"a.clone().{name}_(b)",
       on=[case(real(3).const, real(3).const), case(bools(3), bools(3)), case(ints(2, 3), ints(3)),
           case(bools(2, 3), real(3).const), case(real(0).const, real(0).const), case(bools(), bools()),
           case(bools(3, 2).T, bools(2, 3)), case(real(3).f32.const, bools(3))],
       refuses=(refused(RuntimeError, bools(3), bools(2, 3), says="output with shape [3] doesn't match the broadcast"),
                refused(TypeError, bools(3), True)))
op("logical_not_", "a.clone().logical_not_()",
   on=[*(case(c.arguments[0].const) for c in singles()), case(ints(3)), case(bools(3))], refuses=strangers)

# ---------------------------------------------------------------- bits
integers = [case(ints(3), ints(3)), case(ints(2, 3), ints(3)), case(ints(), ints()), case(ints(0), ints(0)),
            case(ints(3, 2).T, ints(2, 1)), case(ints(3), 2), case(fixed([1, 2], "uint8"), fixed([3, 4], "int8")),
            case(fixed([1, 2], "int32"), ints())]
logical = [case(bools(3), bools(3)), case(bools(3), True), case(bools(3), ints(3)), case(bools(2, 3), bools(3))]
clash = refused(RuntimeError, ints(3), ints(4), says="The size of tensor a (3) must match the size of tensor b (4)")
for name, sign in dict(bitwise_and="&", bitwise_or="|", bitwise_xor="^").items():
    floats = refused(NotImplementedError, real(3), real(3), says=f'"{name}_cpu" not implemented for \'Double\'')
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", f"a {sign} b", on=[*integers, *logical],
       refuses=(floats, refused(NotImplementedError, ints(3), 2.5, says=f'"{name}_cpu" not implemented for'), clash,
                refused(TypeError, ints(3), "text")))
    op(f"r{name}", f"b {sign} a", f"torch.{name}(b, a)",
       on=[case(ints(3), 2), case(bools(3), True), case(bools(3), 2), case(ints(0), 1), case(ints(), 3),
           case(ints(3, 2).T, 5), case(fixed([1, 2], "uint8"), 3), case(fixed([1, 2], "int32"), 1)],
       refuses=(refused(NotImplementedError, real(3), 2), refused(TypeError, ints(3), "text")))
    word = name.removeprefix("bitwise_")
    op(f"{name}_", f"a.clone().{name}_(b)", f"operator.i{word}(a.clone(), b)",
       on=[*integers[:6], *logical[:2], logical[3]],
       refuses=(refused(RuntimeError, bools(3), ints(3), says="result type Long can't be cast to the desired output"),
                refused(NotImplementedError, real(3).const, real(3).const, says=f'"{name}_cpu" not implemented for'),
                refused(RuntimeError, ints(3), ints(2, 3), says="output with shape [3] doesn't match the broadcast")))
whole = [case(ints(3)), case(ints(2, 3)), case(ints()), case(ints(0, 3)), case(ints(3, 2).T), case(bools(3)),
         case(bools()), case(fixed([1, 2], "uint8"))]
op("invert", "~a", on=whole,
   refuses=tuple(refused(TypeError, x, says="~ (operator.invert) is only implemented on integer and Boolean-type")
                 for x in (real(3), real().f32)))
op("bitwise_not", "torch.bitwise_not(a)", "a.bitwise_not()", on=whole,
   refuses=(refused(NotImplementedError, real(3), says="\"bitwise_not_cpu\" not implemented for 'Double'"),
            refused((TypeError, AttributeError), "text")))
op("bitwise_not_", "a.clone().bitwise_not_()",
   on=[case(ints(3)), case(ints(2, 3)), case(ints()), case(ints(0, 3)), case(ints(3, 2).T), case(bools(3)),
       case(bools()), case(fixed([1, 2], "uint8"))],
   refuses=(refused(NotImplementedError, real(3).const, says="\"bitwise_not_cpu\" not implemented for 'Double'"),
            *strangers))
small = fixed([0, 1, 3])
for name, sign, word in (("bitwise_left_shift", "<<", "lshift"), ("bitwise_right_shift", ">>", "rshift")):
    cases = [case(ints(3), small), case(ints(2, 3), small), case(ints(), fixed(2)), case(ints(0), fixed([1])),
             case(ints(3, 2).T, fixed([[1], [2]])), case(ints(3), 2), case(fixed([1, -2], "int32"), 1),
             case(fixed([1, 200], "uint8"), fixed([1, 4], "uint8"))]
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)", f"a {sign} b", on=[*cases, case(bools(3), 2)],
       refuses=(refused(NotImplementedError, real(3), 1, says=f'"{word}_cpu" not implemented for \'Double\''),
                refused(NotImplementedError, bools(3), bools(3), says=f'"{word}_cpu" not implemented for \'Bool\''),
                clash, refused(TypeError, ints(3), "text")))
    op(f"r{name}", f"b {sign} a", f"torch.{name}(b, a)",
       on=[case(small, n) for n in (1, 2, 100, -5)] + [case(fixed(2), 3), case(fixed([], "int64"), 3),
           case(fixed([[1, 2]]).T, 7), case(fixed([1, 2], "int32"), 5)],
       refuses=(refused(NotImplementedError, real(3), 2), refused(TypeError, small, "text")))
    op(f"{name}_", f"a.clone().{name}_(b)", f"operator.i{word}(a.clone(), b)", on=cases,
       refuses=(refused(NotImplementedError, real(3).const, 1, says=f'"{word}_cpu" not implemented for \'Double\''),
                refused(RuntimeError, ints(3), ints(2, 3), says="output with shape [3] doesn't match the broadcast")))
