"""Activations, softmax among them."""

from __future__ import annotations

from dataclasses import replace

from tests.ops_tables.words import *

# fmt: off
op = Rows()

for name in ("softmax", "log_softmax"):
    op(name, f"torch.{name}(a, b, **kw)", f"a.{name}(b, **kw)", f"torch.nn.functional.{name}(a, b, **kw)",
       on=[case(real(3), 0), case(real(2, 3), 1), case(real(2, 3), 0), case(real(2, 3, 2), -2), case(real(), 0),
           case(real(0, 3), 0), case(real(0, 3), 1), case(real(3, 2).T, -1), case(real(2, 3).f32, 1),
           case(real(2, 3).f16, 1), case(real(3).f32, 0, dtype="torch.float64"),
           case(ints(3), 0, dtype="torch.float64"), case(fixed([1000.0, 0.0, -1000.0]), 0),
           case(fixed([[nan, 0.0], [inf, 0.0], [-inf, 0.0], [-inf, -inf]]), 1, smooth=False)],
       refuses=(refused(IndexError, real(2, 3), 2, says=out_of_range), refused(NotImplementedError, ints(3), 0),
                refused(TypeError, real(3), 0.5)))
op("softmin", "torch.nn.functional.softmin(a, b, **kw)",
   on=[case(real(3), 0), case(real(2, 3), 1), case(real(2, 3), 0), case(real(), 0), case(real(0, 3), 0),
       case(real(3, 2).T, -1), case(real(2, 3).f32, 1), case(real(3).f32, 0, dtype="torch.float64")],
   refuses=(refused(IndexError, real(2, 3), 2, says=out_of_range), refused(NotImplementedError, ints(3), 0)))

one = [*singles(apart), case(real(2, 3).f16), case(fixed([800.0, -800.0])), odd]
whole = refused(NotImplementedError, ints(3))
true = refused(NotImplementedError, bools(3))
single = [Case((replace(c.inputs[0], dtype="float32"),), {}, c.smooth) for c in one if c.inputs[0].dtype != "float32"]
for name in ("silu", "mish", "hardsigmoid", "hardswish", "selu"):
    # PyTorch's hardsigmoid takes a sixth in single precision and has no second derivative.
    # Its mish has NaN for second derivatives at large numbers.
    usual = single if name == "hardsigmoid" else [c for c in one if name != "mish" or "800" not in str(c)]
    op(name, f"torch.nn.functional.{name}(a)", *(["torch.selu(a)"] if name == "selu" else []),
       on=[*usual, case(fixed([-3.0, 3.0, 2.9, -2.9, 0.0]).f32, smooth=False)], refuses=(whole, true, *strangers))
    op(f"{name} in place", f"torch.nn.functional.{name}(a * 1, inplace=True)", smooth=False,
       on=usual, refuses=(whole, true))
for name in ("logsigmoid", "gelu"):
    op(name, f"torch.nn.functional.{name}(a)", on=[*one, case(fixed([0.0]))], refuses=(whole, true, *strangers))
op("gelu approximated", "torch.nn.functional.gelu(a, **kw)",
   on=[Case(c.arguments, {"approximate": "tanh"}, c.smooth) for c in one],
   refuses=(refused(RuntimeError, real(3), approximate="none at all", says="approximate argument must be either"),
            refused(NotImplementedError, ints(3), approximate="tanh")))
op("softsign", "torch.nn.functional.softsign(a)", on=[*one[:-1], case(ints(3)), odd], refuses=(true, *strangers))
op("tanhshrink", "torch.nn.functional.tanhshrink(a)", on=[*one, case(ints(3))],
   refuses=(refused(RuntimeError, bools(3)), *strangers))
op("relu6", "torch.nn.functional.relu6(a)", "torch.nn.functional.hardtanh(a, 0, 6)",
   on=[*one, case(ints(3)), case(fixed([0.0, 6.0]), smooth=False)],
   refuses=(refused(RuntimeError, bools(3), says="Bool inputs not supported for hardtanh"), *strangers))
op("relu6 in place", "torch.nn.functional.relu6(a * 1, inplace=True)", smooth=False, on=[*one, case(ints(3))],
   refuses=strangers)
op("relu in place", "torch.nn.functional.relu(a * 1, inplace=True)", "torch.nn.functional.relu_(a * 1)",
   "torch.relu_(a * 1)", smooth=False, on=[*one, case(ints(3))], refuses=strangers)


def with_keywords(**keywords: Any) -> list[Case]:
    """The usual cases, and two with keywords."""
    return [*one, case(apart(4), **keywords), case(apart(2, 3).f32, **keywords)]


op("hardtanh", "torch.nn.functional.hardtanh(a, **kw)",
   on=[*with_keywords(min_val=-0.5, max_val=0.2), case(ints(3), min_val=-1, max_val=2), case(apart(3), max_val=-1.0),
       case(fixed([-1.0, 1.0]), smooth=False)],
   refuses=(refused(ValueError, real(3), min_val=1, max_val=-1, says="min_val cannot be greater than max_val"),
            refused(RuntimeError, bools(3))))
op("hardtanh in place", "torch.nn.functional.hardtanh_(a * 1, **kw)", smooth=False, on=with_keywords(min_val=-0.5),
   refuses=strangers)
op("leaky_relu", "torch.nn.functional.leaky_relu(a, **kw)",
   on=[*with_keywords(negative_slope=0.2), case(apart(3), negative_slope=-1.5), case(fixed([0.0, -0.0]), smooth=False)],
   refuses=(whole, true, refused(TypeError, real(3), negative_slope="steep")))
op("leaky_relu in place", "torch.nn.functional.leaky_relu_(a * 1, **kw)",
   "torch.nn.functional.leaky_relu(a * 1, inplace=True, **kw)", smooth=False,
   on=with_keywords(negative_slope=0.2), refuses=(whole, true))
for name in ("elu", "celu"):
    also = ["torch.celu(a, **kw)"] if name == "celu" else []
    op(name, f"torch.nn.functional.{name}(a, **kw)", *also,
       on=[*with_keywords(alpha=0.5), case(apart(3), alpha=-1.5), case(fixed([0.0, -0.0]), smooth=False)],
       refuses=(whole, true, refused(TypeError, real(3), alpha="a"),
                *([refused(RuntimeError, real(3), alpha=0.0, says="ZeroDivisionError")] if also else [])))
    op(f"{name} in place", f"torch.nn.functional.{name}_(a * 1, **kw)",
       f"torch.nn.functional.{name}(a * 1, inplace=True, **kw)", *(["torch.celu_(a * 1, **kw)"] if also else []),
       smooth=False, on=with_keywords(alpha=0.5), refuses=(whole, true))
op("selu_", "torch.nn.functional.selu_(a * 1)", "torch.selu_(a * 1)", smooth=False, on=[*one, case(apart(4))],
   refuses=(whole, true))
op("softplus", "torch.nn.functional.softplus(a, **kw)",
   on=[*with_keywords(beta=3), case(apart(4), threshold=0.1), case(apart(4), beta=0.5, threshold=0.1)],
   refuses=(whole, true, refused(TypeError, real(3), beta="b")))
op("threshold", "torch.nn.functional.threshold(a, b, c)", "torch.threshold(a, b, c)",
   on=[Case((*c.arguments, 0.1, 20.0), {}, c.smooth) for c in one] + [case(ints(4), 1, 0), case(ints(4), 1, 2.5)],
   refuses=(refused(NotImplementedError, bools(3), 0, 0), refused(TypeError, real(3), "low", 0)))
op("threshold in place", "torch.nn.functional.threshold_(a * 1, b, c)",
   "torch.nn.functional.threshold(a * 1, b, c, inplace=True)", "torch.threshold_(a * 1, b, c)", smooth=False,
   on=[Case((*c.arguments, 0.1, 20.0), {}, c.smooth) for c in one],
   refuses=(refused(TypeError, real(3), 0, None), refused(TypeError, real(3), "low", 0)))
for name in ("hardshrink", "softshrink"):
    forms = [f"torch.nn.functional.{name}(a, **kw)", "torch.hardshrink(a, **kw)", "a.hardshrink(**kw)"]
    op(name, *(forms if name == "hardshrink" else forms[:1]),
       on=[*with_keywords(lambd=0.2), case(fixed([0.5, -0.5, 0.0]), smooth=False), case(apart(3), lambd=0.0)],
       refuses=(whole, true, refused((TypeError, RuntimeError), real(3), lambd="l" if name == "hardshrink" else -1.0)))
op("prelu", "torch.nn.functional.prelu(a, b)", "torch.prelu(a, b)", "a.prelu(b)",
   on=[case(apart(3), pos(1)), case(apart(2, 3), pos(3)), case(apart(2, 3, 2), pos(3)), case(apart(), pos(1)),
       case(apart(2, 3), pos()), case(apart(3), pos()), case(apart(0, 3), pos(3)), case(apart(3, 2).T, pos(3)),
       case(apart(2, 3).f32, pos(3).f32), case(apart(2, 3).f16, pos(3).f16), case(apart(2, 3).const, pos(3)),
       case(fixed([nan, inf, -inf, 0.0]), pos(1), smooth=False)],
   refuses=(refused(RuntimeError, real(2, 3), pos(2), says="Mismatch of parameter numbers and input channel size."),
            refused(RuntimeError, real(2, 3), pos(3).f32), refused(RuntimeError, real(2, 3), pos(1, 3)),
            refused(RuntimeError, real(), pos(3)), refused(TypeError, real(2, 3), 0.5)))
op("glu", "torch.nn.functional.glu(a, **kw)",
   on=[case(real(4)), case(real(2, 4)), case(real(4, 3), dim=0), case(real(2, 2, 3), dim=-2), case(real(0, 2)),
       case(real(4, 2).T), case(real(2).f32), case(real(2, 4).f16), case(fixed([1.0, nan, inf, -inf]), smooth=False)],
   refuses=(refused(RuntimeError, real(3), says="Halving dimension must be even, but dimension 0 is size 3"),
            refused(RuntimeError, real()), refused(IndexError, real(2, 4), dim=2), *strangers,
            refused(NotImplementedError, ints(4))))
