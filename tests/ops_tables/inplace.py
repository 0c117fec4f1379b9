"""Writing in place, on a copy."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

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
       case(real(0).const, real(0)), case(real(3, 2).T.const, real(2, 1)), case(real().const, real()),
       case(real(3).f32.const, real(3), smooth=False)],
   refuses=(refused(RuntimeError, real(3), 1.0, says="a leaf Variable that requires grad is being used in an in-place"),
            refused(RuntimeError, real(3).const, real(2, 3), says="output with shape [3] doesn't match the broadcast"),
            refused(RuntimeError, ints(3), 2.5)))
op("div_", "a.clone().div_(b)", "operator.itruediv(a.clone(), b)",
   on=[case(real(3), pos(3)), case(real(2, 3), pos(3)), case(real(2, 3), pos()), case(real(0, 3), pos(3)),
       case(real(3), 2.0), case(real(3).f32, pos(3)), case(real(3, 2).T, pos(2, 1)), case(real(3).const, pos(3))],
   refuses=(grows, refused(RuntimeError, ints(3), 2)))
op("div_ rounding", "a.clone().div_(b, **kw)",
   on=[case(apart(3), pos(3), rounding_mode="floor"), case(apart(2, 3), 0.7, rounding_mode="trunc"),
       case(ints(3), 2, rounding_mode="floor"), case(ints(3), 2, rounding_mode="trunc"),
       case(apart(0), 2, rounding_mode="floor"), case(apart(3, 2).T, pos(2, 1), rounding_mode="trunc"),
       case(apart(3).f32, pos(3), rounding_mode="floor"), case(apart(), pos(), rounding_mode="trunc")],
   refuses=(refused(RuntimeError, ints(3), 0.5, rounding_mode="floor", says="result type Float can't be cast to the"),
            refused(RuntimeError, real(3), 2, rounding_mode="up", says="div expected rounding_mode to be one of None")))
for name, short in dict(multiply="mul", subtract="sub", divide="div", true_divide="div").items():
    op(f"{name}_", f"a.clone().{name}_(b)", f"a.clone().{short}_(b)",
       on=[case(real(3), pos(3)), case(real(2, 3), pos(3)), case(real(2, 3), pos()), case(real(0, 3), pos(3)),
           case(real(3), 2.0), case(real(3).f32, pos(3)), case(real(3, 2).T, pos(2, 1)), case(real(3).const, pos(3))],
       refuses=(grows, cast))
for name in ("add", "sub"):
    op(f"{name}_ alpha", f"a.clone().{name}_(b, **kw)",
       on=[case(real(3), real(3), alpha=2), case(real(2, 3), real(3), alpha=-0.5), case(ints(3), ints(3), alpha=3),
           case(real(0), real(0), alpha=2), case(real(3).f32, real(3), alpha=2), case(real(3), 2, alpha=0.5),
           case(real(3, 2).T, real(2, 1), alpha=2), case(real(3).const, real(3), alpha=2)],
       refuses=(refused(RuntimeError, ints(3), ints(3), alpha=0.5, says="For integral input tensors, argument alpha"),
                refused(RuntimeError, real(3), real(2, 3), alpha=2, says="output with shape [3] doesn't match the")))
op("pow_", "a.clone().pow_(b)", "operator.ipow(a.clone(), b)",
   on=[case(pos(3), real(3)), case(real(3), 2), case(pos(2, 3), real(3)), case(real(0), 2), case(ints(3), 2),
       case(pos(3).f32, 0.5), case(pos(3, 2).T, real(2, 1)), case(pos(3).const, real(3))],
   refuses=(grows, refused(RuntimeError, ints(3), 2.5), refused(TypeError, real(3), "text")))
for name in ("sin", "cos", "exp", "log", "sqrt", "tanh", "sigmoid", "relu", "abs", "neg", "reciprocal"):
    op(f"{name}_", f"a.clone().{name}_()",
       on=[case(apart(3) if name in ("abs", "relu") else pos(3)), case(pos(2, 3)), case(pos()), case(pos(0)),
           case(pos(3, 2).T), case(pos(2).f32), case(pos(3).const), odd],
       refuses=(refused(RuntimeError, bools(3)) if name in ("relu", "neg") else
                refused(NotImplementedError, bools(3)) if name == "abs" else
                refused(RuntimeError, ints(3), says="result type Float can't be cast to the desired output type Long"),
                *strangers))
for name, short in dict(absolute="abs", negative="neg", square="square").items():
    op(f"{name}_", f"a.clone().{name}_()", f"a.clone().{short}_()",
       on=[case(apart(3)), case(apart(2, 3)), case(apart()), case(apart(0)), case(apart(3, 2).T), case(apart(2).f32),
           case(apart(3).const), case(ints(3)), odd],
       refuses=strangers)
op("zero_", "a.clone().zero_()", on=[*singles(), case(ints(3)), case(bools(3)), case(real(3).const)], refuses=strangers)
op("fill_", "a.clone().fill_(b)",
   on=[case(real(3), 2), case(real(2, 3), -0.5), case(real(3), real()), case(real(0), 1), case(ints(3), 2),
       case(real(2).f32, real()), case(real(3, 2).T, 1.5), case(real(3).const, real())],
   refuses=(refused(RuntimeError, real(3), real(3)), refused(TypeError, real(3), "text")))
op("copy_", "a.clone().copy_(b)",
   on=[case(real(3), real(3)), case(real(2, 3), real(3)), case(real(2, 3), real()), case(real(3).f32, real(3)),
       case(ints(3), real(3).const), case(real(0), real(0)), case(real(3).const, real(3)),
       case(real(3, 2).T, real(2, 3))],
   refuses=(refused(RuntimeError, real(3), real(4)), refused(RuntimeError, real(3), real(2, 3)),
            refused((TypeError, AttributeError), real(3), "text")))
for name, view in dict(select="v[0]", narrow="v.narrow(0, 0, 1)", t="v.t()", diagonal="v.diagonal()",
                       view="v.view(-1)[1:3]", select_twice="v[1][0]").items():
    op(f"through {name}", f"through(a, lambda v: {view}, lambda v: v.mul_(b))",
       on=[case(real(2, 2), real()), case(real(3, 3), real()), case(real(2, 2).const, real()), case(real(2, 2), 3.0),
           case(real(2, 2).f32, real().f32), case(real(3, 3).const, real()), case(real(3, 3), 0.5),
           case(ints(2, 2), 2)],
       refuses=(refused(RuntimeError, ints(2, 2), 0.5, says="result type Float can't be cast to the desired output"),
                refused(RuntimeError, real(2, 2), real(3, 2, 3, 1))))
for name, view in dict(unfold="v.unfold(1, 2, 2)", expand="v.expand(2, 2)", transpose="v.movedim(0, 1)[1]",
                       unflatten="v.unflatten(0, (1, -1))[0, 1]", split="v.tensor_split(2)[1]").items():
    op(f"through {name}", f"through(a, lambda v: {view}, lambda v: v.mul_(b))",
       on=[case(real(2, 2), real()), case(real(2, 2).const, real()), case(real(2, 2), 3.0), case(real(2, 2), -1),
           case(real(2, 2).f32, real().f32), case(real(2, 2).f32, real()), case(real(2, 2).T, real()),
           case(real(2, 2), real().const)],
       refuses=(refused(RuntimeError, real(2, 2), real(5, 5)), refused(TypeError, real(2, 2), "x")))
