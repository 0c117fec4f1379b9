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
op("layer_norm", "torch.nn.functional.layer_norm(a, b, **kw)",
   on=[case(real(2, 3), (3,)), case(real(2, 3), (2, 3)), case(real(2, 2, 3), (2, 3), weight=pos(2, 3), bias=real(2, 3)),
       case(real(2, 3), (3,), weight=pos(3)), case(real(2, 3), (3,), bias=real(3), smooth=False),
       case(real(2, 3), (3,), weight=pos(3), bias=real(3), eps=0.1), case(real(3), (3,), weight=pos(3).const),
       case(real(3, 2).T, (3,)), case(real(2, 3).const, (3,), weight=pos(3)), case(real(2, 3).f32, (3,)),
       case(real(2, 4).f16, (4,), weight=pos(4).f32), case(real(0, 3), (3,)), case(real(3, 0), (0,)),
       case(real(3, 1), (1,)), case(fixed([[nan, 1.0], [inf, 1.0], [2.0, 2.0]]), (2,), smooth=False)],
   refuses=(refused(RuntimeError, real(2, 3), (2,), says="Given normalized_shape=[2], expected input with shape [*, "),
            refused(TypeError, real(2, 3), 3), refused(RuntimeError, real(2, 3), ()),
            refused(RuntimeError, real(2, 3), (3,), weight=real(2), says="Expected weight to be of same shape as"),
            refused(RuntimeError, real(2, 3), (3,), bias=real(2), says="Expected bias to be of same shape as"),
            refused(RuntimeError, real(2, 3), (3,), weight=real(3).f32, says="mixed dtype (CPU)"),
            refused(NotImplementedError, ints(2, 3), (3,))))
op("group_norm", "torch.nn.functional.group_norm(a, b, **kw)",
   on=[case(real(2, 4), 2), case(real(2, 2, 3), 1), case(real(2, 2, 3), 2, weight=pos(2), bias=real(2)),
       case(real(2, 4), 2, weight=pos(4)), case(real(2, 4), 2, bias=real(4).const, eps=0.1),
       case(real(1, 2, 2, 2), 1),
       case(real(4, 2).T, 2), case(real(2, 2, 2).const, 1, weight=pos(2)), case(real(2, 6).f32, 2),
       case(real(0, 4), 2),
       case(real(2, 2, 1), 2, smooth=False), case(real(2, 4).f16, 2, weight=pos(4).f32, bias=real(4).f32)],
   refuses=(refused(RuntimeError, real(2, 3), 2, says="Expected number of channels in input to be divisible by"),
            refused(RuntimeError, real(2, 4), 2, weight=real(3), says="Expected weight to be a vector of size"),
            refused(RuntimeError, real(4), 2), refused(NotImplementedError, ints(2, 4), 2),
            refused(ValueError, real(1, 4), 4, says="Expected more than 1 value per channel when training"),
            refused(ZeroDivisionError, real(2, 4), 0)))
op("instance_norm", "torch.nn.functional.instance_norm(a, **kw)",
   on=[case(real(2, 2, 3)), case(real(2, 2, 3), weight=pos(2), bias=real(2)), case(real(1, 2, 2, 2), eps=0.1),
       case(real(2, 3, 2).f32), case(real(2, 2, 2), running_mean=real(2).const, running_var=pos(2).const),
       case(real(2, 2, 2), running_mean=real(2).const, running_var=pos(2).const, use_input_stats=False),
       case(real(1, 1, 4)), case(real(2, 2, 2).const, weight=pos(2)),
       case(fixed([[[1.0, nan], [inf, 2.0], [3.0, 3.0]]]), smooth=False)],
   refuses=(refused(ValueError, real(2, 3), says="Expected more than 1 spatial element when training, got input size"),
            refused(ValueError, real(2, 3, 1)), refused(RuntimeError, real(2, 3, 2), use_input_stats=False),
            refused(RuntimeError, real(2, 3, 2), weight=pos(2), says="weight should contain 6 elements not 4")))
op("rms_norm", "torch.nn.functional.rms_norm(a, b, **kw)",
   on=[case(real(2, 3), (3,)), case(real(2, 3), (2, 3)), case(real(2, 3), (3,), weight=pos(3)),
       case(real(2, 3), (3,), eps=0.1), case(real(3), (3,), weight=pos(3).const), case(real(3, 2).T, (3,)),
       case(real(2, 3).f32, (3,)), case(real(0, 3), (3,)), case(real(2, 2, 2), (2, 2), weight=pos(2, 2))],
   refuses=(refused(RuntimeError, real(2, 3), (2,), says="Given normalized_shape=[2], expected input with shape [*2]"),
            refused(RuntimeError, real(2, 3), (3,), weight=real(2)), refused(NotImplementedError, ints(2, 3), (3,))))
op("normalize", "torch.nn.functional.normalize(a, **kw)",
   on=[case(real(2, 3)), case(real(3), dim=0), case(real(2, 3), dim=0), case(apart(2, 3), p=1), case(real(2, 3), p=3.0),
       case(real(2, 3), dim=(0, 1)), case(real(3, 2).T, dim=-1), case(real(2, 3).f32), case(real(2, 3), eps=100.0),
       case(real(0, 3)), case(apart(2, 3), p=inf), case(fixed([[0.0, 0.0], [nan, 1.0]]), smooth=False)],
   refuses=(refused(IndexError, real(3)), refused(RuntimeError, ints(2, 3), says="linalg.vector_norm: Expected a")))
op("cosine_similarity", "torch.nn.functional.cosine_similarity(a, b, **kw)", "torch.cosine_similarity(a, b, **kw)",
   on=[case(real(2, 3), real(2, 3)), case(real(3), real(3), dim=0), case(real(2, 3), real(3)),
       case(real(2, 3), real(2, 3).const, dim=0), case(real(3, 2).T, real(2, 3), dim=-1), case(ints(2, 3), real(2, 3)),
       case(real(2, 3).f32, real(2, 3)), case(real(0, 3), real(0, 3)), case(real(2, 1, 3), real(2, 3), dim=2),
       case(real(2, 3), real(2, 3), eps=100.0, smooth=False),
       case(fixed([[0.0, 0.0], [nan, 1.0]]), fixed([[1.0, 2.0], [1.0, 1.0]]), smooth=False)],
   refuses=(refused(RuntimeError, real(2, 3), real(2, 4)), refused(RuntimeError, ints(2, 3), ints(2, 3)),
            refused(IndexError, real(3), real(3))))
op("pairwise_distance", "torch.nn.functional.pairwise_distance(a, b, **kw)", "torch.pairwise_distance(a, b, **kw)",
   on=[case(real(2, 3), real(2, 3)), case(real(3), real(3)), case(real(2, 3), real(3)), case(apart(2, 3), pos(3), p=1.),
       case(real(2, 3), real(2, 3), keepdim=True), case(real(2, 3), real(2, 3), p=3.0, eps=0.1),
       case(real(3, 2).T, real(2, 3)), case(real(2, 3).f32, real(2, 3).f32), case(real(0, 3), real(0, 3)),
       case(real(2, 2, 3), real(3).const), case(fixed([[nan, 1.0]]), fixed([[1.0, 1.0]]), smooth=False)],
   refuses=(refused(RuntimeError, real(2, 3), real(2, 4)), refused(TypeError, real(2, 3), None)))
