"""Normalizations."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

train = {"training": True}
trained = "torch.nn.functional.batch_norm(a, None, None, b, c, **kw)"
op("batch_norm in training", trained,
   on=[case(real(4, 3), pos(3), real(3), **train), case(real(2, 3, 2), pos(3), real(3), **train),
       case(real(2, 2, 2, 2), pos(2), real(2), **train), case(real(3, 4).T, pos(3), real(3), **train),
       case(real(3, 2), pos(2).const, real(2), **train, eps=0.1), case(real(3, 2).const, pos(2), real(2), **train),
       case(real(4, 3).f32, pos(3).f32, real(3).f32, **train), case(real(3, 2).f16, pos(2).f32, real(2).f32, **train),
       case(real(0, 3), pos(3), real(3), **train, smooth=False), case(real(2, 3), pos(3), None, **train),
       case(real(3, 2), None, real(2), **train, smooth=False), case(real(3, 2), None, None, **train),
       case(fixed([[1.0, 1e6], [1.0, 1e6 + 1]]), pos(2), real(2), **train, smooth=False),
       case(fixed([[1.0, nan], [2.0, inf]]), pos(2), real(2), **train, smooth=False)],
   refuses=(refused(ValueError, real(1, 3), pos(3), real(3), **train,
                    says="Expected more than 1 value per channel when training, got input size"),
            refused(RuntimeError, real(2, 3), pos(4), real(3), **train, says="weight should contain 3 elements not 4"),
            refused(RuntimeError, real(2, 3), pos(3), real(1), **train, says="bias should contain 3 elements not 1"),
            refused(ValueError, real(2, 3), pos(3), real(3), **train, eps=0.0, says="batch_norm eps must be positive"),
            refused(NotImplementedError, ints(2, 3), None, None, **train),
            refused(RuntimeError, real(2, 3), pos(3).f32, None, **train, says="mixed dtype (CPU)"),
            refused(RuntimeError, real(2, 3), None, None, says="running_mean must be defined in evaluation mode")))
remembered = "torch.nn.functional.batch_norm(a, b, c, **kw)"
op("batch_norm with what it remembers", remembered,
   on=[case(real(4, 3), real(3).const, pos(3).const), case(real(2, 3, 2), real(3).const, pos(3).const, eps=0.1),
       case(real(2, 2, 2, 1), real(2).const, pos(2).const, weight=pos(2), bias=real(2)),
       case(real(1, 3), real(3).const, pos(3).const), case(real(0, 3), real(3).const, pos(3).const, weight=pos(3)),
       case(real(3, 2).T, real(2 + 1).const, pos(3).const, weight=pos(3)),
       case(real(4, 3).f32, real(3).f32.const, pos(3).f32.const),
       case(real(2, 3).f16, real(3).f32.const, pos(3).f32.const, weight=pos(3).f32),
       case(real(4, 3), real(3).const, pos(3).const, **train, momentum=0.3),
       case(real(2, 3, 2), real(3).const, pos(3).const, **train, weight=pos(3), bias=real(3))],
   refuses=(refused(ValueError, real(1, 3), real(3).const, pos(3).const, **train,
                    says="Expected more than 1 value per channel when training, got input size"),
            refused(RuntimeError, real(2, 3), real(4).const, pos(3).const, says="running_mean should contain 3 elem"),
            refused(RuntimeError, real(2, 3), real(3).const, pos(2).const, **train, says="running_var should contain"),
            refused(RuntimeError, real(2, 3), real(3).const, None, says="running_var must be defined in evaluation"),
            refused(ValueError, real(2, 3), real(3).const, None, **train, says="running_mean and running_var must"),
            refused(RuntimeError, real(2, 3), real(3), pos(3).const, says="The function 'native_batch_norm' is not"),
            refused(RuntimeError, real(2, 3), real(3).const, pos(3).const, weight=pos(2), **train,
                    says="weight should contain 3 elements not 2")))
