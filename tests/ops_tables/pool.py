"""Pooling."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

_f = "torch.nn.functional.{0}(a, b, **kw)"
_half = "pad should be at most half of effective kernel size, but got pad={}, kernel_size={} and dilation=1"
_small = "Given input size: (2x5x5). Calculated output size: (2x{}). Output size is too small"
_ndim = "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:"
x = apart(1, 2, 4, 4)
ties = fixed([[[[1.0, 1.0, 0.0], [1.0, 1.0, 2.0], [0.0, 2.0, 2.0]]]])
nans = fixed([[[nan, 1.0, nan], [0.0, nan, 1.0], [-inf, -inf, inf]]])
lows = fixed([[[-inf, -inf, -inf], [-inf, -inf, -inf], [-inf, -inf, 1.0]]])
op("max_pool2d", _f.format("max_pool2d"), "torch.max_pool2d(a, b, **kw)",
   on=[case(x, 2), case(x, (2, 3)), case(apart(2, 4, 4), 2), case(x, 3, stride=1), case(x, 3, stride=2, padding=1),
       case(x, (2, 3), stride=(1, 2), padding=(1, 0)), case(x, 2, dilation=2, stride=1), case(x, 2, dilation=(1, 3)),
       case(apart(1, 1, 5, 4), 2, ceil_mode=True), case(apart(1, 1, 5, 5), 2, stride=3, padding=1, ceil_mode=True),
       case(apart(1, 1, 5, 4), 3, stride=4, padding=1, ceil_mode=True), case(x, 1), case(x, 2, stride=()),
       case(x.last, 3, stride=2, padding=1), case(apart(4, 4, 2, 1).T, 2), case(x.f32, 2), case(x.f16, 2),
       case(ints(1, 2, 4, 4), 2, padding=1), case(apart(0, 2, 4, 4), 2), case(ties, 2, stride=1, smooth=False),
       case(nans, 2, stride=1, smooth=False), case(lows, 2, stride=1, padding=1, smooth=False),
       case(lows, 3, stride=2, padding=1, smooth=False), case(apart(1, 1, 2, 2), 2), case(x.const, 2)],
   refuses=(refused(RuntimeError, x, 2, padding=2, says=_half.format(2, 2)),
            refused(RuntimeError, x, 2, padding=-1, says="pad must be non-negative, but got pad: -1"),
            refused(RuntimeError, real(5, 5), 2, says="non-empty 3D or 4D (batch mode) tensor expected for input"),
            refused(RuntimeError, x, (2, 2, 2),
                    says="max_pool2d: kernel_size must either be a single int, or a tuple of two ints"),
            refused(RuntimeError, x, 2, dilation=(1, 1, 1),
                    says="max_pool2d: dilation must be either a single int, or a tuple of two ints"),
            refused(RuntimeError, x, 2, stride=(1, 1, 1),
                    says="max_pool2d: stride must either be omitted, a single int, or a tuple of two ints"),
            refused(RuntimeError, x, 0, says="stride should not be zero"),
            refused(RuntimeError, x, -1, says="kernel size should be greater than zero, but got kH: -1 kW: -1"),
            refused(RuntimeError, x, 2, stride=-1, says="stride should be greater than zero, but got dH: -1 dW: -1"),
            refused(RuntimeError, x, 2, dilation=0,
                    says="dilation should be greater than zero, but got dilationH: 0 dilationW: 0"),
            refused(RuntimeError, real(1, 2, 5, 5), 6, says=_small.format("0x0")),
            refused(RuntimeError, real(1, 2, 5, 5), (6, 2), padding=(0, 1), says=_small.format("0x3")),
            refused(RuntimeError, real(1, 0, 5, 5), 2, says=_ndim + "[1, 0, 5, 5]"),
            refused(RuntimeError, real(0, 5, 5), 2, says=_ndim + "[0, 5, 5]"),
            refused(NotImplementedError, bools(1, 2, 4, 4), 2, says="\"max_pool2d\" not implemented for 'Bool'"),
            refused(TypeError, x, 2.5,
                    says="max_pool2d(): argument 'kernel_size' (position 2) must be tuple of ints, not float"),
            refused(TypeError, 3, 2, says="max_pool2d(): argument 'input' (position 1) must be Tensor, not int")))
op("max_pool2d_indices", "torch.nn.functional.max_pool2d(a, b, return_indices=True, **kw)",
   on=[case(x, 2), case(apart(2, 4, 4), 2), case(x, 3, stride=2, padding=1), case(x, (2, 3), stride=(1, 2), padding=(1,
       0)),
       case(x, 2, dilation=2, stride=1), case(apart(1, 1, 5, 4), 2, ceil_mode=True), case(x.last, 3, stride=2,
       padding=1),
       case(ties, 2, stride=1, smooth=False), case(nans, 2, stride=1, smooth=False), case(ints(1, 2, 4, 4), 2),
       case(lows, 3, stride=2, padding=1, smooth=False), case(apart(0, 2, 4, 4), 2), case(x, 4, stride=1, padding=2)],
   refuses=(refused(RuntimeError, x, 2, padding=2), refused(RuntimeError, real(1, 2, 5, 5), 6)))
op("avg_pool2d", _f.format("avg_pool2d"),
   on=[case(x, 2), case(x, (2, 3)), case(real(2, 4, 4), 2), case(x, 3, stride=1), case(x, 3, stride=2, padding=1),
       case(x, 3, stride=2, padding=1, count_include_pad=False), case(x, 3, divisor_override=2),
       case(x, 3, stride=2, padding=1, divisor_override=-4), case(real(1, 1, 5, 4), 2, ceil_mode=True),
       case(real(1, 1, 5, 5), 2, stride=3, padding=1, ceil_mode=True), case(x, (2, 1), stride=()),
       case(real(1, 1, 5, 4), 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
       case(x.last, 3, stride=2, padding=1), case(real(4, 4, 2, 1).T, 2), case(x.f32, 2), case(x.f16, 2),
       case(ints(1, 2, 4, 4), 2), case(real(0, 2, 4, 4), 2), case(nans, 2, stride=1, smooth=False)],
   refuses=(refused(RuntimeError, x, 2, padding=2, says=_half.format(2, 2)),
            refused(RuntimeError, x, 2, divisor_override=0, says="divisor must be not zero"),
            refused(IndexError, real(5, 5), 2,
                    says="Dimension out of range (expected to be in range of [-2, 1], but got -3)"),
            refused(RuntimeError, real(1, 1, 1, 5, 5), 2, says=_ndim + "[1, 1, 1, 5, 5]"),
            refused(RuntimeError, x, (2, 2, 2),
                    says="avg_pool2d: kernel_size must either be a single int, or a tuple of two ints"),
            refused(RuntimeError, real(1, 2, 5, 5), 6, says=_small.format("0x0")),
            refused(RuntimeError, x, 2, stride=0, says="stride should not be zero"),
            refused(NotImplementedError, bools(1, 2, 4, 4), 2, says="\"avg_pool2d\" not implemented for 'Bool'"),
            refused(TypeError, x, "a",
                    says="avg_pool2d(): argument 'kernel_size' (position 2) must be tuple of ints, not str")))
x = apart(1, 2, 5)
op("max_pool1d", _f.format("max_pool1d"), "torch.max_pool1d(a, b, **kw)",
   on=[case(x, 2), case(apart(2, 5), 2), case(x, 3, stride=1), case(x, 3, stride=2, padding=1), case(x, (2,),
       dilation=2),
       case(x, 2, ceil_mode=True), case(x.f32, 2), case(apart(0, 2, 5), 2), case(apart(5, 2, 1).T, 2),
       case(fixed([[nan, 1.0, 1.0, 0.0, -inf]]), 2, stride=1, smooth=False)],
   refuses=(refused(RuntimeError, x, 2, padding=2,
                    says="max_pool1d() padding should be at most half of kernel size, but got padding=2 and "
                    "kernel_size=2"),
            refused(RuntimeError, x, 2, padding=-1, says="max_pool1d() padding must be non-negative, but got -1"),
            refused(RuntimeError, real(5), 2, says="max_pool1d: Expected 2D or 3D (batch mode) tensor with optional "
                    "0 dim "
                    "batch size for input, but got:[5]"),
            refused(RuntimeError, x, (2, 2), says="max_pool1d() kernel_size must be an int, list of ints or tuple of "
                    "ints "
                    "of size 1 but got size 2"),
            refused(RuntimeError, x, 0, says="max_pool1d() kernel_size must be greater than zero, but got 0"),
            refused(RuntimeError, x, 2, stride=(1, 1), says="max_pool1d() stride must be None, an int, list of ints, "
                    "or "
                    "tuple of ints of size 1 but got size 2"),
            refused(RuntimeError, x, 2, stride=0, says="max_pool1d() stride must be greater than zero, but got 0"),
            refused(RuntimeError, x, 2, dilation=0, says="max_pool1d() dilation must be greater than zero, but got 0"),
            refused(RuntimeError, x, 6, says="max_pool1d() Invalid computed output size: 0"),
            refused(NotImplementedError, ints(1, 2, 5), 2, says="\"max_pool1d_impl\" not implemented for 'Long'")))
op("max_pool1d_indices", "torch.nn.functional.max_pool1d(a, b, return_indices=True, **kw)",
   on=[case(x, 2), case(apart(2, 5), 2), case(x, 3, stride=1), case(x, 3, stride=2, padding=1), case(x, (2,),
       dilation=2),
       case(x, 2, ceil_mode=True), case(x.f32, 2), case(x, 1)],
   refuses=(refused(RuntimeError, x, 2, padding=2), refused(RuntimeError, x, 6)))
op("avg_pool1d", _f.format("avg_pool1d"), "torch.avg_pool1d(a, b, **kw)",
   on=[case(x, 2), case(real(2, 5), 2), case(x, 3, stride=1), case(x, 3, stride=2, padding=1), case(x, (2,)),
       case(x, 2, ceil_mode=True), case(x, 2, padding=1, count_include_pad=False), case(x.f32, 2), case(real(0, 2, 5),
       2),
       case(real(5, 2, 1).T, 2)],
   refuses=(refused(RuntimeError, x, 2, padding=2, says=_half.format(2, 2)),
            refused(RuntimeError, real(5), 2, says="Expected 2 to 3 dimensions, but got 1-dimensional tensor for "
                    "argument "
                    "#1 'self' (while checking arguments for avg_pool1d)"),
            refused(RuntimeError, x, (2, 2), says="avg_pool1d() argument 'kernel_size' should contain one int (got 2)"),
            refused(RuntimeError, x, 6, says="Given input size: (2x1x5). Calculated output size: (2x1x0).")))
x = real(1, 2, 5, 4)
_empty = "{}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
op("adaptive_avg_pool2d", _f.format("adaptive_avg_pool2d"),
   on=[case(x, 1), case(x, 2), case(x, (3, None)), case(x, (None, None)), case(x, (2, 3)), case(real(2, 4, 4), 2),
       case(real(2, 4, 4), (1, 1)), case(x, 7), case(real(0, 2, 4, 4), 2), case(x.last,
       2),
       case(x.last, 1), case(real(4, 4, 2, 1).T, 3), case(x.f32, 2), case(x.f16, 2), case(nans, 2, smooth=False)],
   refuses=(refused(RuntimeError, x, (1, 2, 3)), refused(RuntimeError, x, -1,
                    says="adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but "
                    "received {-1, -1}"),
            refused(RuntimeError, real(5, 5), 2, says="adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [5, "
                    "5]"),
            refused(RuntimeError, real(1, 2, 0, 5), 2, says=_empty.format("adaptive_avg_pool2d") + "[1, 2, 0, 5] with"),
            refused(NotImplementedError, ints(1, 2, 4, 4), 2,
                    says="\"adaptive_avg_pool2d\" not implemented for 'Long'"),
            refused(RuntimeError, ints(1, 2, 4, 4), 1, says="mean(): could not infer output dtype.")))
op("adaptive_avg_pool1d", _f.format("adaptive_avg_pool1d"), "torch.adaptive_avg_pool1d(a, b, **kw)",
   on=[case(real(1, 2, 5), 2), case(real(1, 2, 5), 1), case(real(2, 5), 3), case(real(2, 5), (2,)), case(real(0, 2, 5),
       2),
       case(real(5, 2, 1).T, 2), case(real(1, 2, 5).f32, 2), case(real(1, 2, 3), 6)],
   refuses=(refused(RuntimeError, real(2, 5), (2, 2),
                    says="adaptive_avg_pool1d() argument 'output_size' should contain one int (got 2)"),
            refused(RuntimeError, real(5), 2, says="Expected 2 to 3 dimensions, but got 1-dimensional tensor for "
                    "argument"),
            refused(RuntimeError, real(1, 2, 0), 2, says=_empty.format("adaptive_avg_pool2d") + "[1, 2, 1, 0] with")))
x = apart(1, 2, 5, 4)
op("adaptive_max_pool2d", _f.format("adaptive_max_pool2d"),
   "torch.nn.functional.adaptive_max_pool2d(a, b, return_indices=True)[0]",
   on=[case(x, 1), case(x, 2), case(x, (3, None)), case(x, (2, 3)), case(apart(2, 4, 4), 2), case(x, 7),
       case(apart(0, 2, 4, 4), 2), case(x.last, 2), case(apart(4, 4, 2, 1).T, 3), case(x.f32, 2), case(x.f16, 2),
       case(ties, 2, smooth=False), case(nans, 2, smooth=False), case(lows, 2, smooth=False)],
   refuses=(refused(RuntimeError, x, (1, 2, 3)), refused(RuntimeError, real(5, 5), 2,
                    says="adaptive_max_pool2d(): Expected 3D or 4D tensor, but got: [5, 5]"),
            refused(RuntimeError, x, -1, says="Trying to create tensor with negative dimension -1: [1, 2, -1, -1]"),
            refused(RuntimeError, real(1, 0, 5, 5), 2, says=_empty.format("adaptive_max_pool2d") + "[1, 0, 5, 5] with"),
            refused(NotImplementedError, ints(1, 2, 4, 4), 2,
                    says="\"adaptive_max_pool2d\" not implemented for 'Long'")))
op("adaptive_max_pool2d_indices", "torch.nn.functional.adaptive_max_pool2d(a, b, return_indices=True)",
   on=[case(x, 1), case(x, 2), case(x, (3, None)), case(apart(2, 4, 4), 2), case(x, 7), case(apart(0, 2, 4, 4), 2),
       case(ties, 2, smooth=False), case(nans, 2, smooth=False), case(lows, 2, smooth=False)],
   refuses=(refused(RuntimeError, x, (1, 2, 3)), refused(RuntimeError, real(5, 5), 2)))
op("adaptive_max_pool1d", _f.format("adaptive_max_pool1d"),
   "torch.nn.functional.adaptive_max_pool1d(a, b, return_indices=True)[0]",
   on=[case(apart(1, 2, 5), 2), case(apart(1, 2, 5), 1), case(apart(2, 5), 3), case(apart(2, 5), (2,)),
       case(apart(0, 2, 5), 2), case(apart(5, 2, 1).T, 2), case(apart(1, 2, 5).f32, 2), case(apart(1, 2, 3), 6)],
   refuses=(refused(RuntimeError, real(2, 5), (2, 2),
                    says="adaptive_max_pool1d() argument 'output_size' should contain one int (got 2)"),
            refused(RuntimeError, real(1, 2, 0), 2, says=_empty.format("adaptive_max_pool1d") + "[1, 2, 0] with")))
