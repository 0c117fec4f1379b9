"""The one table of operations: how each is written, what it is tried on, what it must refuse.

``op(name, forms...)``: forms are Python expressions in ``torch`` (the module under test), the inputs ``a, b, c, d`` and
the keywords ``kw``; all of them must give the same result by the same node. Cases carry the nasty inputs on purpose:
broadcasts, nothing at all, 0-d, memory that is not contiguous, ties, kinks, NaN, infinities, duplicates in an index.
tests/samples.py has the words used here, tests/test_ops.py the checks.
"""

from __future__ import annotations

from typing import Any

from tests.samples import Case, Refusal, Row, apart, bools, case, fixed, ints, pos, real, refused

nan, inf = float("nan"), float("inf")
# fmt: off
TABLE: list[Row] = []


def op(name: str, *forms: str, on: list[Case], refuses: tuple[Refusal, ...] = (), smooth: bool = True) -> None:
    TABLE.append(Row(name, forms, on, list(refuses), smooth))


def pairs(left: Any = real, right: Any = real) -> list[Case]:
    """What every operation on two tensors is tried on."""
    return [
        case(left(3), right(3)),
        case(left(), right()),
        case(left(2, 3), right(3)),
        case(left(2, 1, 2), right(3, 1)),
        case(left(3), right()),
        case(left(0, 3), right(3)),
        case(left(3, 2).T, right(2, 3)),
        case(left(3).const, right(2, 3)),
        case(left(3).f32, right(3)),
        case(left(3).f32, right()),
        case(left(3).f16, right(3).f16),
    ]


def singles(kind: Any = real) -> list[Case]:
    """What every operation on one tensor is tried on."""
    return [case(kind(3)), case(kind(2, 3)), case(kind()), case(kind(0, 3)), case(kind(3, 2).T), case(kind(3).f32)]


def shapes_clash(n: int = 4, m: int = 3) -> Refusal:
    says = f"The size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension 0"
    return refused(RuntimeError, real(m), real(n), says=says)


out_of_range = "Dimension out of range (expected to be in range of [-2, 1], but got 2)"
outside = refused(IndexError, real(2, 3), dim=2, says=out_of_range)
twice = refused(RuntimeError, real(2, 3), dim=(0, 0))
odd = case(fixed([nan, inf, -inf, 0.0, -0.0]), smooth=False)

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
for name in ("argmax", "argmin"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)", smooth=False,
       on=[case(real(4)), case(real(2, 3)), case(real(2, 3), dim=1), case(real(2, 3), dim=-2, keepdim=True),
           case(ints(5)), case(fixed([1.0, nan, 3.0, nan]))],
       refuses=(outside, refused(IndexError, real(0))))
for name in ("all", "any"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)", smooth=False,
       on=[case(bools(4)), case(bools(2, 3), dim=1), case(bools(2, 3), dim=0, keepdim=True), case(bools(0)),
           case(ints(3)), case(fixed([nan, 0.0]))],
       refuses=(outside,))

# ---------------------------------------------------------------- reductions
reduced = [case(real(3)), case(real(2, 3)), case(real()), case(real(3, 2).T), case(real(2, 3), dim=0),
           case(real(2, 3), dim=-1, keepdim=True), case(real(2, 3, 2), dim=(0, 2)),
           case(real(2, 3, 2), dim=(-1, 1), keepdim=True), case(real(2, 3).f32, dim=1), case(real(3).f16)]
nothing = [case(real(0)), case(real(0, 3), dim=0), case(real(2, 0, 3), dim=(0, 1)), case(real(0, 3), dim=1)]
op("sum", "torch.sum(a, **kw)", "a.sum(**kw)",
   on=[*reduced, *nothing, case(ints(3)), case(bools(2, 3), dim=1), case(real(2, 3), dim=()), case(real(), dim=0), odd,
       case(real(3).f32, dtype="torch.float64"), case(ints(3), dtype="torch.float32")],
   refuses=(outside, twice))
op("mean", "torch.mean(a, **kw)", "a.mean(**kw)",
   on=[*reduced, *nothing, case(real(), dim=-1), odd, case(ints(3), dtype="torch.float64")],
   refuses=(outside, twice, refused(RuntimeError, ints(3))))
for name in ("var", "std"):
    op(name, f"torch.{name}(a, **kw)", f"a.{name}(**kw)",
       on=[case(real(3)), case(real(2, 3)), case(real(3, 2).T), case(real(2, 3), dim=0),
           case(real(2, 3, 2), dim=(0, 2), keepdim=True), case(real(4), correction=0),
           case(real(2, 4), dim=1, correction=2), case(real(4), unbiased=False), case(real(2, 3).f32, dim=-1),
           case(real(1), smooth=False), case(real(0), smooth=False)],
       refuses=(outside, refused(RuntimeError, ints(3))))
op("norm", "torch.norm(a, **kw)", "a.norm(**kw)",
   on=[case(real(3)), case(real(2, 3)), case(real()), case(real(3, 2).T), case(real(2, 3), dim=1),
       case(real(2, 3, 2), dim=(0, 2), keepdim=True), case(apart(3), p=1), case(real(3), p=3),
       case(apart(2, 3), p=inf, dim=0), case(apart(3), p=-inf), case(real(2, 3), p="fro"), case(real(3), p=0),
       case(real(3).f32), case(real(0)), case(fixed([0.0, 0.0]), smooth=False), case(fixed([3.0, nan]), smooth=False)],
   refuses=(outside,))
op("vector_norm", "torch.linalg.vector_norm(a, **kw)",
   on=[case(real(3)), case(real(2, 3), ord=1), case(real(2, 3), ord=3, dim=1), case(real(2, 3), dim=0, keepdim=True),
       case(real())],
   refuses=(outside,))
extremes = [case(apart(4)), case(apart(2, 3)), case(apart()), case(apart(3, 2).T), case(apart(3).f32), case(ints(5)),
            case(fixed([1.0, 3.0, 3.0]), smooth=False), case(fixed([1.0, nan, 3.0]), smooth=False)]
along = [case(apart(2, 3), dim=0), case(apart(2, 3), dim=-1, keepdim=True),
         case(fixed([[1.0, 1.0], [1.0, 2.0]]), dim=1, smooth=False),
         case(fixed([[nan, 1.0], [1.0, nan]]), dim=0, smooth=False), case(apart(0, 3), dim=1), case(apart(), dim=0)]
for name in ("max", "min"):
    op(name, f"torch.{name}(a)", f"a.{name}()", on=extremes, refuses=(refused(RuntimeError, real(0)),))
    op(f"{name} dim", f"torch.{name}(a, **kw)", f"a.{name}(**kw)",
       on=along,
       refuses=(outside, refused(IndexError, real(0, 3), dim=0)))
    op(f"a{name}", f"torch.a{name}(a, **kw)", f"a.a{name}(**kw)",
       on=[*extremes, *along, case(apart(2, 3, 2), dim=(0, 2)),
           case(fixed([[1.0, 1.0], [1.0, 0.0]]), dim=(0, 1), smooth=False)],
       refuses=(outside, refused(RuntimeError, real(0))))

# ---------------------------------------------------------------- products
cannot_multiply = "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"
op("matmul", "torch.matmul(a, b)", "a.matmul(b)", "a @ b",
   on=[case(real(3), real(3)), case(real(2, 3), real(3)), case(real(2), real(2, 3)), case(real(2, 3), real(3, 4)),
       case(real(2, 2, 3), real(2, 3, 2)), case(real(2, 2, 3), real(3, 2)), case(real(2, 3), real(2, 3, 2)),
       case(real(2, 2, 3), real(3)), case(real(3), real(2, 3, 2)), case(real(2, 1, 2, 3), real(3, 3, 2)),
       case(real(3, 2).T, real(4, 3).T), case(real(0, 3), real(3, 2)), case(real(2, 0), real(0, 3)),
       case(real(2, 3).const, real(3, 2)), case(real(2, 3).f32, real(3).f32), case(ints(2, 3), ints(3, 2)),
       case(real(0), real(0))],
   refuses=(refused(RuntimeError, real(2, 3), real(4, 5), says=cannot_multiply),
            refused(RuntimeError, real(2, 3), real(4)), refused(RuntimeError, real(3), real(4)),
            refused(RuntimeError, real(), real(3)), refused(RuntimeError, real(2, 3), real(3, 2).f32),
            refused(RuntimeError, real(2, 2, 3), real(3, 3, 2))))
op("mm", "torch.mm(a, b)", "a.mm(b)",
   on=[case(real(2, 3), real(3, 4)), case(real(3, 2).T, real(3, 1)), case(real(0, 3), real(3, 2)),
       case(real(2, 3).const, real(3, 1)), case(real(1, 2).f32, real(2, 2).f32)],
   refuses=(refused(RuntimeError, real(2, 3), real(4, 5), says=cannot_multiply),
            refused(RuntimeError, real(3), real(3, 2))))
op("mv", "torch.mv(a, b)", "a.mv(b)",
   on=[case(real(2, 3), real(3)), case(real(3, 2).T, real(3)), case(real(0, 3), real(3)),
       case(real(2, 3), real(3).const), case(real(1, 1).f32, real(1).f32)],
   refuses=(refused(RuntimeError, real(2, 3), real(2)), refused(RuntimeError, real(2, 3), real(3, 1))))
op("dot", "torch.dot(a, b)", "a.dot(b)",
   on=[case(real(3), real(3)), case(real(0), real(0)), case(real(1), real(1)), case(real(3).f32, real(3).f32),
       case(real(3), real(3).const), case(ints(3), ints(3))],
   refuses=(refused(RuntimeError, real(3), real(4)), refused(RuntimeError, real(2, 3), real(3))))
op("outer", "torch.outer(a, b)", "a.outer(b)",
   on=[case(real(2), real(3)), case(real(0), real(3)), case(real(1), real(1)), case(real(3).f32, real(2).f32),
       case(real(3).const, real(2)), case(ints(2), ints(2))],
   refuses=(refused(RuntimeError, real(2, 2), real(3)),))
op("bmm", "torch.bmm(a, b)", "a.bmm(b)",
   on=[case(real(2, 2, 3), real(2, 3, 2)), case(real(1, 2, 3), real(1, 3, 1)), case(real(0, 2, 3), real(0, 3, 2)),
       case(real(3, 2, 2).T, real(2, 3, 1)), case(real(2, 1, 2).f32, real(2, 2, 1).f32)],
   refuses=(refused(RuntimeError, real(2, 2, 3), real(1, 3, 2)), refused(RuntimeError, real(2, 3), real(2, 3, 2))))

# ---------------------------------------------------------------- shapes
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

# ---------------------------------------------------------------- indexing
rows = fixed([0, 2, 0, -1])
op("index", "a[b]",
   on=[case(real(3), 0), case(real(3), -1), case(real(2, 3), 1), case(real(2, 3), (1, 2)), case(real(4), slice(1, 3)),
       case(real(5), slice(None, None, 2)), case(real(2, 3), (slice(None), 1)), case(real(2, 3), (Ellipsis, 0)),
       case(real(2, 3), None), case(real(2, 3), (slice(None), None, 0)), case(real(), Ellipsis), case(real(), None),
       case(real(3), slice(3, 1)), case(real(3), slice(-2, 99)), case(real(3, 2), rows), case(real(3), rows),
       case(real(2, 3), [0, 1, 0]), case(real(3), []), case(real(2, 3), (slice(None), rows)),
       case(real(3, 3), (rows, rows)), case(real(3, 2), (rows, 1)), case(real(2, 3, 2), (0, rows)),
       case(real(2, 3, 2), (slice(None), rows, slice(0, 1))), case(real(3, 2), fixed([[0, 1], [1, 1]])),
       case(real(3), fixed([True, False, True])), case(real(2, 3), fixed([True, False])),
       case(real(2, 2), fixed([[True, False], [True, True]])),
       case(real(2, 3), (slice(None), fixed([False, True, True]))), case(real(3), fixed([False, False, False])),
       case(real(3, 2).T, (0, slice(None, None, 2))), case(real(3), fixed(1)), case(real(3), True),
       case(real(), fixed(True)), case(ints(3), rows)],
   refuses=(refused(IndexError, real(3), 3, says="index 3 is out of bounds for dimension 0 with size 3"),
            refused(IndexError, real(3), (0, 0)), refused(ValueError, real(3), slice(None, None, -1)),
            refused(IndexError, real(3), fixed([0, 3])), refused(IndexError, real(3), fixed([True, False])),
            refused(IndexError, real(), 0), refused(IndexError, real(3), fixed([0.0, 1.0]).const)))
op("put", "put(a, b, c)",
   on=[case(real(3), 0, 5.0), case(real(3), slice(0, 2), real(2)), case(real(2, 3), 1, real(3)),
       case(real(2, 3), (slice(None), 1), real()), case(real(2, 3), Ellipsis, 1), case(real(3), slice(2, 2), real(1)),
       case(real(3), fixed([True, False, True]), 0.0), case(real(3), fixed([2, 0]), real(2)),
       case(real(3, 2), fixed([1, 2]), real(2)), case(real(3), fixed([True, False, True]), real(2)),
       case(real(3).const, 1, real()), case(ints(3), 0, 2.7), case(real(3).f32, slice(None), real(3)),
       case(real(2, 3).const, (0, fixed([0, 2])), real(2))],
   refuses=(refused(IndexError, real(3), 3, 1.0), refused(RuntimeError, real(3), slice(0, 2), real(3)),
            refused(IndexError, real(3), fixed([0, 3]), 1.0)))

# ---------------------------------------------------------------- losses
logits = "torch.nn.functional.binary_cross_entropy_with_logits(a, b, **kw)"
op("bce_with_logits", logits,
   on=[case(real(3), fixed([0.0, 1.0, 0.3]).const), case(real(2, 3), pos(2, 3)), case(real(3), pos(3), reduction="sum"),
       case(real(2, 3), pos(2, 3).const, reduction="none"), case(real(), pos()), case(real(3, 2).T, pos(2, 3)),
       case(real(3), pos(3), weight=pos(3).const), case(real(2, 3), pos(2, 3), pos_weight=pos(3).const),
       case(real(3).f32, pos(3).f32.const), case(real(0), pos(0), reduction="sum"),
       case(fixed([0.0, 800.0, -800.0]), fixed([1.0, 0.0, 1.0]).const, smooth=False),
       case(fixed([nan, inf]), fixed([1.0, 1.0]).const, smooth=False)],
   refuses=(refused(ValueError, real(3), pos(4)), refused(ValueError, real(3), real(3), reduction="median")))
op("mse_loss", "torch.nn.functional.mse_loss(a, b, **kw)",
   on=[case(real(3), real(3)), case(real(2, 3), real(2, 3).const), case(real(2, 3), real(2, 3), reduction="sum"),
       case(real(3), real(3), reduction="none"), case(real(), real()), case(real(3, 2).T, real(2, 3)),
       case(real(2, 1), real(2)), case(real(0), real(0)), case(real(3).f32, real(3).f32)],
   refuses=(refused(ValueError, real(3), real(3), reduction="median"), refused(RuntimeError, real(3), real(4))))

# ---------------------------------------------------------------- in place, on a copy
grows = refused(RuntimeError, real(3), real(2, 3),
                says="output with shape [3] doesn't match the broadcast shape [2, 3]")
cast = refused(RuntimeError, ints(3), real(3).f32.const,
               says="result type Float can't be cast to the desired output type Long")
into = [case(real(3), real(3)), case(real(2, 3), real(3)), case(real(2, 3), real()), case(real(0, 3), real(3)),
        case(real(3, 2).T, real(2, 1)), case(real(3).const, real(3)), case(real(3), 2.0), case(real(3).f32, real(3)),
        case(ints(3), 2)]
for name in ("add", "sub", "mul"):
    op(f"{name}_", f"a.clone().{name}_(b)", f"operator.i{name}(a.clone(), b)",
       on=into,
       refuses=(grows, cast, refused(RuntimeError, ints(3), 2.5)))
op("add_ to the input", "a.add_(b)", "operator.iadd(a, b)",
   on=[case(real(3).const, real(3)), case(real(2, 3).const, real(3)), case(real(3).const, 2), case(ints(3), 2),
       case(real(0).const, real(0)), case(real(3, 2).T.const, real(2, 1))],
   refuses=(refused(RuntimeError, real(3), 1.0, says="a leaf Variable that requires grad is being used in an in-place"),
            refused(RuntimeError, real(3).const, real(2, 3), says="output with shape [3] doesn't match the broadcast"),
            refused(RuntimeError, ints(3), 2.5)))
op("div_", "a.clone().div_(b)", "operator.itruediv(a.clone(), b)",
   on=[case(real(3), pos(3)), case(real(2, 3), pos(3)), case(real(2, 3), pos()), case(real(0, 3), pos(3)),
       case(real(3), 2.0), case(real(3).f32, pos(3))],
   refuses=(grows, refused(RuntimeError, ints(3), 2)))
op("pow_", "a.clone().pow_(b)", "operator.ipow(a.clone(), b)",
   on=[case(pos(3), real(3)), case(real(3), 2), case(pos(2, 3), real(3)), case(real(0), 2), case(ints(3), 2),
       case(pos(3).f32, 0.5)],
   refuses=(grows,))
for name in ("sin", "cos", "exp", "log", "sqrt", "tanh", "sigmoid", "relu", "abs", "neg", "reciprocal"):
    op(f"{name}_", f"a.clone().{name}_()",
       on=[case(apart(3) if name in ("abs", "relu") else pos(3)), case(pos(2, 3)), case(pos()), case(pos(0)),
           case(pos(3, 2).T), case(pos(2).f32)])
op("clamp_", "a.clone().clamp_(**kw)",
   on=[case(apart(4), min=0), case(apart(4), max=0.2), case(apart(2, 3), min=-0.2, max=0.2), case(apart(0), min=0),
       case(ints(3), min=0), case(apart(3).f32, min=0)])
op("zero_", "a.clone().zero_()", on=[*singles(), case(ints(3))])
op("fill_", "a.clone().fill_(b)",
   on=[case(real(3), 2), case(real(2, 3), -0.5), case(real(3), real()), case(real(0), 1), case(ints(3), 2),
       case(real(2).f32, real())],
   refuses=(refused(RuntimeError, real(3), real(3)),))
op("copy_", "a.clone().copy_(b)",
   on=[case(real(3), real(3)), case(real(2, 3), real(3)), case(real(2, 3), real()), case(real(3).f32, real(3)),
       case(ints(3), real(3).const), case(real(0), real(0)), case(real(3).const, real(3)),
       case(real(3, 2).T, real(2, 3))],
   refuses=(refused(RuntimeError, real(3), real(4)),))
for name, view in dict(select="v[0]", narrow="v.narrow(0, 0, 1)", t="v.t()", diagonal="v.diagonal()",
                       view="v.view(-1)[1:3]", select_twice="v[1][0]").items():
    op(f"through {name}", f"through(a, lambda v: {view}, lambda v: v.mul_(b))",
       on=[case(real(2, 2), real()), case(real(3, 3), real()), case(real(2, 2).const, real()), case(real(2, 2), 3.0),
           case(real(2, 2).f32, real().f32)])
