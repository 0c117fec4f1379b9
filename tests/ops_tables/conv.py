"""Convolutions, their transposes, and `linear`."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

op("linear", "torch.nn.functional.linear(a, b, c)",
   on=[case(real(2, 3), real(2, 3)), case(real(2, 3), real(2, 3), real(2)), case(real(3), real(2, 3)),
       case(real(3), real(2, 3), real(2)), case(real(2, 2, 3), real(2, 3)), case(real(2, 2, 3), real(2, 3), real(2)),
       case(real(0, 3), real(2, 3), real(2)), case(real(2, 3), real(3)), case(real(3), real(3)),
       case(real(3, 2, 2).T, real(2, 3), real(2)), case(real(3, 2).T, real(3, 2).T, real(2)),
       case(real(2, 3).f32, real(2, 3).f32, real(2).f32), case(real(2, 3).const, real(2, 3), real(2)),
       case(real(2, 3), real(2, 3).const, real(2).const), case(real(2, 3), real(1, 3), real(1)),
       case(real(2, 3), real(2, 3), real(1)), case(real(1, 2, 1, 3), real(2, 3), real(2))],
   refuses=(refused(RuntimeError, real(2, 3), real(4, 2),
            says="mat1 and mat2 shapes cannot be multiplied (2x3 and 2x4)"),
            refused(RuntimeError, real(2, 2, 3), real(4, 2), real(4),
                    says="mat1 and mat2 shapes cannot be multiplied (4x3 and 2x4)"),
            refused(RuntimeError, real(2, 3), real(4, 3), real(3),
                    says="The expanded size of the tensor (4) must match"),
            refused(RuntimeError, real(2, 3), real(4, 3), real(4).f32,
                    says="self and mat2 must have the same dtype, but got Float and Double"),
            refused(RuntimeError, real(), real(4, 3),
                    says="both arguments to linear need to be at least 1D, but they are 0D and 2D"),
            refused(RuntimeError, real(2, 3), real(2, 4, 3), says="t() expects a tensor with <= 2 dimensions"),
            refused(RuntimeError, real(2, 3), real(3), real(1), says="mat2 must be a matrix, got 1-D tensor"),
            refused(TypeError, 3, real(4, 3), says="linear(): argument 'input' (position 1) must be Tensor, not int")))

_conv = "torch.nn.functional.{0}(a, b, c, **kw)", "torch.{0}(a, b, c, **kw)"
_big = "Calculated padded input size per channel: ({}). Kernel size: ({}). Kernel size can't"
x, w = real(1, 2, 4, 4), real(2, 2, 3, 3)
op("conv2d", *(f.format("conv2d") for f in _conv),
   on=[case(x, w), case(x, w, real(2)), case(real(2, 4, 4), w, real(2)), case(x, w, real(2), stride=2, padding=1),
       case(x, w, real(2), stride=(2, 1), padding=(0, 2)), case(real(1, 2, 5, 4), w, dilation=(2, 1)),
       case(x, w, real(2), padding="same"), case(x, real(2, 2, 2, 2), padding="same", dilation=(1, 2)),
       case(x, w, padding="valid"), case(real(2, 4, 4), w, padding="same"), case(x, real(2, 1, 3, 3), real(2),
       groups=2),
       case(real(2, 4, 3, 3), real(4, 2, 2, 2), groups=2, stride=2, padding=1),
       case(real(1, 3, 3, 3), real(6, 1, 2, 2), real(6), groups=3), case(real(2, 9, 3, 3), real(1, 9, 2, 2), padding=1),
       case(real(2, 8, 3, 2), real(2, 8, 1, 1), real(2)), case(real(2, 3, 4, 3), real(2, 3, 1, 1), stride=2),
       case(real(1, 2, 3, 3), real(2, 2, 1, 1), padding=1), case(real(0, 2, 4, 4), w, real(2), smooth=False),
       case(x, w.const, real(2)), case(x.const, w, real(2)), case(x.const, w.const, real(2)),
       case(real(4, 4, 2, 1).T, real(3, 3, 2, 2).T, real(2)), case(x.last, w, real(2)), case(x, w.last, padding=1),
       case(real(2, 9, 3, 3).last, real(3, 9, 2, 2).last, real(3), stride=2, padding=1),
       case(x.f32, w.f32, real(2).f32), case(x.f16, w.f16), case(ints(1, 2, 4, 4), ints(2, 2, 3, 3)),
       case(x, w, stride=[2], padding=[1, 0]), case(real(1, 1, 4, 4), real(1, 1, 4, 4)),
       case(fixed([[[[nan, 1.0, 2.0], [0.0, inf, 1.0], [1.0, 1.0, 1.0]]]]), real(1, 1, 2, 2), smooth=False)],
   refuses=(refused(RuntimeError, real(1, 4, 5, 5), real(2, 3, 3, 3),
                    says="Given groups=1, weight of size [2, 3, 3, 3], expected input[1, 4, 5, 5] to have 3 channels, "
                         "but got 4 channels instead"),
            refused(RuntimeError, real(4, 5, 5), real(2, 3, 3, 3), says="Given groups=1, weight of size [2, 3, 3, 3], "
                    "expected input[1, 4, 5, 5] to have 3 channels, but got 4 channels instead"),
            refused(RuntimeError, x, real(3, 1, 3, 3), groups=2,
                    says="Given groups=2, expected weight to be divisible by "
                    "2 at dimension 0, but got weight of size [[3, 1, 3, 3]] instead"),
            refused(RuntimeError, x, w, groups=4,
                    says="Given groups=4, expected weight to be at least 4 at dimension 0"),
            refused(RuntimeError, x, w, groups=0, says="non-positive groups is not supported"),
            refused(RuntimeError, real(4, 4), w,
                    says="Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: [4, 4]"),
            refused(RuntimeError, x, real(2, 2, 3), says="expected stride to be a single integer value or a list of 1 "
                    "values to match the convolution dimensions, but got stride=[1, 1]"),
            refused(RuntimeError, x, w, stride=(1, 1, 1), says="expected stride to be a single integer value or a list "
                    "of 2 values to match the convolution dimensions, but got stride=[1, 1, 1]"),
            refused(RuntimeError, x, real(2, 2), says="weight should have at least three dimensions"),
            refused(RuntimeError, real(1, 2, 2, 2), w, says=_big.format("2 x 2", "3 x 3")),
            refused(RuntimeError, x, w, dilation=2, says=_big.format("4 x 4", "5 x 5")),
            refused(RuntimeError, x, w, padding=-1, says="negative padding is not supported"),
            refused(RuntimeError, x, w, stride=0, says="non-positive stride is not supported"),
            refused(RuntimeError, x, w, dilation=0, says="dilation should be greater than zero, but got [0, 0]"),
            refused(RuntimeError, x, w, real(3), says="Given weight of size [2, 2, 3, 3], expected bias to be "
                    "1-dimensional with 2 elements, but got bias of size [3] instead"),
            refused(RuntimeError, x, w.f32, says="expected scalar type Double but found Float"),
            refused(RuntimeError, x, w, real(2).f32,
                    says="Input type (double) and bias type (float) should be the same"),
            refused(RuntimeError, x, w, padding="full", says="Invalid padding string: 'full'"),
            refused(RuntimeError, x, w, padding="same", stride=2,
                    says="padding='same' is not supported for strided convolutions"),
            refused(RuntimeError, x, real(2, 2, 0, 3),
                    says="kernel size should be greater than zero, but got kernel_height: 0 kernel_width: 3"),
            refused(RuntimeError, real(1, 2, 0, 4), real(2, 2, 1, 3), padding=1,
                    says="Only zero batch or zero channel inputs are supported, but got input shape: [1, 2, 0, 4]"),
            refused(NotImplementedError, bools(1, 2, 4, 4), bools(2, 2, 3, 3)),
            refused(TypeError, x, w, stride=1.5, says="conv2d() received an invalid combination of arguments - got ("),
            refused(TypeError, 3, w, says="conv2d() received an invalid combination of arguments - got (int, Tensor")))

x, w = real(2, 2, 5), real(3, 2, 3)
op("conv1d", *(f.format("conv1d") for f in _conv),
   on=[case(x, w), case(x, w, real(3)), case(real(2, 5), w, real(3)), case(x, w, real(3), stride=2, padding=1),
       case(x, w, dilation=2), case(x, w, padding="same"), case(real(1, 2, 4), real(3, 2, 2), real(3), padding="same"),
       case(real(2, 4, 4), real(4, 2, 3), real(4), groups=2), case(x.f32, w.f32), case(real(5, 2, 2).T, w),
       case(real(0, 2, 5), w, smooth=False), case(x.const, w, stride=(2,)), case(real(1, 9, 4), real(2, 9, 2))],
   refuses=(refused(RuntimeError, real(5), w,
                    says="Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [5]"),
            refused(RuntimeError, x, real(3, 2, 3, 3), says="Expected 4-dimensional input for 4-dimensional weight "
                    "[3, 2, 3, 3], but got 3-dimensional input of size [2, 2, 5] instead"),
            refused(RuntimeError, real(1, 3, 5), w, says="Given groups=1, weight of size [3, 2, 3], "
                    "expected input[1, 3, 5] to have 2 channels, but got 3 channels instead"),
            refused(RuntimeError, real(1, 2, 2), real(3, 2, 8), padding=1, says=_big.format("4", "8")),
            refused(RuntimeError, x, w, stride=(1, 2), says="expected stride to be a single integer value or a list of "
                    "1 values to match the convolution dimensions, but got stride=[1, 2]")))

x, w = real(2, 2, 3, 2), real(2, 3, 2, 2)
op("conv_transpose2d", *(f.format("conv_transpose2d") for f in _conv),
   on=[case(x, w), case(x, w, real(3)), case(real(2, 3, 3), w, real(3)), case(x, w, stride=2, padding=1),
       case(x, w, real(3), stride=(2, 3), output_padding=(1, 2)), case(x, w, dilation=(1, 2)),
       case(real(1, 4, 2, 2), real(4, 1, 3, 3), real(2), groups=2, padding=1), case(x, w, dilation=3, output_padding=2),
       case(x, real(2, 3, 1, 1), stride=2, output_padding=1), case(real(0, 2, 3, 3), w, real(3), smooth=False),
       case(x.f32, w.f32, real(3).f32), case(x.last, w.last, real(3)), case(x.const, w), case(x, w.const),
       case(real(1, 9, 2, 2), real(9, 2, 2, 2), stride=2), case(real(2, 3, 2, 1).T, w)],
   refuses=(refused(RuntimeError, real(1, 3, 3, 3), w, says="Given transposed=1, weight of size [2, 3, 2, 2], expected "
                    "input[1, 3, 3, 3] to have 2 channels, but got 3 channels instead"),
            refused(RuntimeError, x, w, stride=2, output_padding=2, says="output padding must be smaller than either "
                    "stride or dilation, but got output_padding_height: 2 output_padding_width: 2 stride_height: 2 "
                    "stride_width: 2 dilation_height: 1 dilation_width: 1"),
            refused(RuntimeError, x, w, stride=2, output_padding=-1, says="negative output_padding is not supported"),
            refused(RuntimeError, real(1, 2, 1, 1), w, padding=2, says="Given input size per channel: (1 x 1). "
                    "Calculated output size per channel: (-2 x -2). Output size is too small"),
            refused(RuntimeError, x, w, real(2),
                    says="Given transposed=1, weight of size [2, 3, 2, 2], expected bias to "
                    "be 1-dimensional with 3 elements, but got bias of size [2] instead"),
            refused(RuntimeError, x, w.f32, says="expected scalar type Double but found Float"),
            refused(RuntimeError, real(3, 3), w, says="Expected 3D (unbatched) or 4D (batched) input to "
                    "conv_transpose2d, but got input of size: [3, 3]"),
            refused(TypeError, x, w, padding="same",
                    says="conv_transpose2d(): argument 'padding' must be tuple of ints, not str")))
x, w = real(2, 2, 3), real(2, 3, 2)
op("conv_transpose1d", *(f.format("conv_transpose1d") for f in _conv),
   on=[case(x, w), case(x, w, real(3)), case(real(2, 3), w, real(3)), case(x, w, stride=2, padding=1, output_padding=1),
       case(x, w, dilation=2), case(real(1, 4, 3), real(4, 1, 2), groups=2), case(x.f32, w.f32), case(real(3, 2, 2).T,
       w),
       case(x.const, w, stride=(3,))],
   refuses=(refused(RuntimeError, real(1, 3, 3), w, says="Given transposed=1, weight of size [2, 3, 2], expected "
                    "input[1, 3, 3] to have 2 channels, but got 3 channels instead"),
            refused(RuntimeError, real(1, 2, 1), real(2, 3, 1), padding=1,
                    says="Given input size per channel: (1 x 1). "
                    "Calculated output size per channel: (1 x -1). Output size is too small")))
