"""Exponentials, logarithms, and what is made of them."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

on = lambda kind: [*singles(kind), case(fixed([1, 2])), case(kind(3).f16), case(bools(3)), odd]  # noqa: E731
for name, kind in dict(exp2=real, expm1=real, log2=pos, log10=pos, log1p=pos, rsqrt=pos,
                       erf=real, erfc=real, erfinv=unit).items():
    op(name, f"torch.{name}(a)", f"a.{name}()", on=on(kind), refuses=strangers)
    op(f"{name}_", f"a.clone().{name}_()", on=[*singles(kind), case(kind(3).const), odd],
       refuses=(refused(RuntimeError, ints(3), says="result type Float can't be cast to the desired output type Long"),
                *strangers))
op("logit", "torch.logit(a)", "a.logit()",
   on=[*singles(unit), case(bools(3)), case(fixed([0.0, 1.0, -0.5, 1.5, nan, inf]), smooth=False)],
   refuses=strangers)
bounds = [case(unit(3), eps=0.01), case(unit(2, 3), eps=0.3, smooth=False), case(unit(3).f32, eps=1e-6),
          case(fixed([0.0, 0.1, 0.5, 0.9, 1.0, nan]), eps=0.1, smooth=False), case(fixed([-1.0, 2.0]), eps=0.2),
          case(ints(3), eps=0.1), case(unit(0), eps=0.1), case(unit(), eps=None), case(unit(3, 2).T, eps=0.01)]
op("logit eps", "torch.logit(a, **kw)", "a.logit(**kw)", on=bounds,
   refuses=(refused(TypeError, real(3), eps="text", says="logit(): argument 'eps'"),
            refused((TypeError, AttributeError), "text", eps=0.1)))
op("logit_", "a.clone().logit_(**kw)", on=[*bounds[:5], *bounds[6:], case(unit(3))],
   refuses=(refused(RuntimeError, ints(3), says="result type Float can't be cast to the desired output type Long"),
            refused(TypeError, real(3), eps="text")))
flat = [case(fixed([0.0, 0.0, 0.0, 0.0]), fixed([0.0, -1.0, inf, nan]), smooth=False),
        case(fixed([1.0, 1.0, nan, 2.0]), fixed([0.0, -1.0, 1.0, inf]), smooth=False)]
op("xlogy", "torch.xlogy(a, b)", "a.xlogy(b)",
   on=[*pairs(real, pos), *flat, case(ints(3), pos(3)), case(ints(3), fixed([1, 2, 3])), case(bools(3), bools(3)),
       case(real(3), 2.5), case(real(3).f32, 2), case(ints(3), 2), case(fixed([0.0, 1.0, nan]), 0, smooth=False),
       case(fixed([0.0, 1.0, nan]), -1.0, smooth=False), case(fixed([0.0, 1.0]), inf, smooth=False)],
   refuses=(shapes_clash(), *strangers))
op("xlogy of a number", "torch.xlogy(b, a)",
   on=[case(pos(3), 2.5), case(pos(2, 3).f32, 2), case(pos(), 1), case(pos(0), 1.5), case(pos(3, 2).T, 0.5),
       case(fixed([0.0, -1.0, nan, inf]), 0, smooth=False), case(fixed([0.0, -1.0, nan, inf]), 2.0, smooth=False),
       case(ints(3), 0), case(fixed([1, 2]), 2.5)],
   refuses=strangers)
op("xlogy_", "a.clone().xlogy_(b)",
   on=[case(real(3), pos(3)), case(real(2, 3), pos(3)), case(real(2, 3), pos()), case(real(0, 3), pos(3)),
       case(real(3, 2).T, pos(2, 1)), case(real(3).const, pos(3)), case(real(3), 2.0), case(real(3).f32, pos(3))],
   refuses=(refused(RuntimeError, real(3), pos(2, 3), says="output with shape [3] doesn't match the broadcast shape"),
            refused(RuntimeError, ints(3), 2, says="result type Float can't be cast to the desired output type Long")))
for name in ("logaddexp", "logaddexp2"):
    op(name, f"torch.{name}(a, b)", f"a.{name}(b)",
       on=[*pairs(), case(fixed([1000.0, -1000.0, 0.0]), fixed([-1000.0, -1000.0, 0.0]), smooth=False),
           case(real(3), ints(3)), case(fixed([nan, 1.0]), fixed([1.0, nan]), smooth=False)],
       refuses=(shapes_clash(), refused(NotImplementedError, ints(3), ints(3), says=f'"{name}_cpu" not implemented'),
                refused(TypeError, real(3), 2.0, says=f"{name}(): argument 'other'")))
op("float_power_", "a.clone().float_power_(b)",
   on=[case(pos(3), real(3)), case(real(3), 2), case(pos(2, 3), real(3)), case(real(0), 2), case(pos(3), -0.5),
       case(pos(), real()), case(pos(3, 2).T, real(2, 1)), case(pos(3).const, real(3))],
   refuses=(refused(RuntimeError, ints(3), 2, says="the base given to float_power_ has dtype Long but the"),
            refused(RuntimeError, pos(3).f32, 2, says="the base given to float_power_ has dtype Float but the"),
            refused(RuntimeError, pos(3), real(2, 3), says="output with shape [3] doesn't match the broadcast shape")))
