"""Images in other sizes, and images as columns of windows."""

from __future__ import annotations

from tests.ops_tables.words import *

# fmt: off
op = Rows()

_f = "torch.nn.functional.{0}(a, b, **kw)"
x = real(1, 2, 3, 4)
_sides = "Input and output sizes should be greater than 0, but got input (H: {}, W: {}) output (H: {}, W: {})"
_one = "torch.nn.functional.interpolate(a, **kw)"
op("interpolate", _one,
   on=[case(x, size=5), case(x, size=(2, 6)), case(x, scale_factor=2), case(x, scale_factor=(2.0, 0.5)),
       case(x, scale_factor=1.7), case(x, scale_factor=1.7, recompute_scale_factor=True), case(real(2, 2, 5), size=3),
       case(real(2, 2, 5), scale_factor=2.3), case(x, size=5, mode="nearest-exact"), case(x, scale_factor=0.6),
       case(real(2, 2, 5), size=8, mode="nearest-exact"), case(x, size=3, mode="area"), case(real(1, 2, 5), size=2,
       mode="area"),
       case(x, size=5, mode="bilinear"), case(x, size=(2, 7), mode="bilinear"), case(x, scale_factor=2,
       mode="bilinear"),
       case(x, size=5, mode="bilinear", align_corners=True), case(x, size=1, mode="bilinear", align_corners=True),
       case(x, scale_factor=1.7, mode="bilinear"), case(x, scale_factor=1.7, mode="bilinear", align_corners=False),
       case(x, scale_factor=1.7, mode="bilinear", recompute_scale_factor=True), case(x, size=(3, 4), mode="bilinear"),
       case(real(2, 2, 5), size=8, mode="linear"), case(real(2, 2, 5), size=3, mode="linear", align_corners=True),
       case(real(1, 1, 1, 1), size=3, mode="bilinear"), case(real(0, 2, 3, 3), size=2), case(x.last, size=5),
       case(real(0, 2, 3, 3), size=2, mode="bilinear"), case(x.last, size=5, mode="bilinear"), case(x.f32, size=5),
       case(x.f32, size=7, mode="bilinear"), case(x.f16, size=5, mode="bilinear"), case(real(4, 3, 2, 1).T, size=5),
       case(fixed([[[nan, 1.0, inf, 2.0]]]), size=7, smooth=False), case(x.const, size=(4, 4)), case(x, size=[3, 2])],
   refuses=(refused(ValueError, x, size=3, scale_factor=2, says="only one of size or scale_factor should be defined"),
            refused(ValueError, x, says="either size or scale_factor should be defined"),
            refused(ValueError, x, size=(1, 2, 3), says="Input and output must have the same number of spatial "
                    "dimensions, "
                    "but got input with spatial dimensions of [3, 4] and output size of (1, 2, 3). Please provide "
                    "input "
                    "tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format."),
            refused(ValueError, x, scale_factor=(1.0, 2.0, 3.0),
                    says="Input and scale_factor must have the same number of "
                    "spatial dimensions, but got input with spatial dimensions of [3, 4] and scale_factor of shape "
                    "(1.0, 2.0, 3.0). Please provide input tensor in (N, C, d1, d2, ...,dK) format and scale_factor in "
                    "(s1, s2, ...,sK) format."),
            refused(ValueError, x, size=3, align_corners=True, says="align_corners option can only be set with the "
                    "interpolating modes: linear | bilinear | bicubic | trilinear"),
            refused(ValueError, x, size=3, recompute_scale_factor=True,
                    says="recompute_scale_factor is not meaningful with an explicit size."),
            refused(ValueError, x, size=3, antialias=True, says="Anti-alias option is restricted to bilinear"),
            refused(NotImplementedError, real(5, 5), size=3, says="Input Error: Only 3D, 4D and 5D input Tensors "
                    "supported "
                    "(got 2D) for the modes: nearest | linear"),
            refused(NotImplementedError, x, size=3, mode="cubist",
                    says="Input Error: Only 3D, 4D and 5D input Tensors"),
            refused(NotImplementedError, real(1, 2, 5), size=3, mode="bilinear",
                    says="Got 3D input, but bilinear mode needs 4D input"),
            refused(NotImplementedError, x, size=3, mode="linear", says="Got 4D input, but linear mode needs 3D input"),
            refused(RuntimeError, x, size=0, says=_sides.format(3, 4, 0, 0)),
            refused(RuntimeError, x, scale_factor=-1.0, says=_sides.format(3, 4, -3, -4)),
            refused(RuntimeError, real(1, 2, 0), size=3,
                    says="Input and output sizes should be greater than 0, but got input (W: 0) and output (W: 3)"),
            refused(RuntimeError, real(1, 0, 5, 5), size=3,
                    says="Non-empty 4D data tensor expected but got a tensor with sizes [1, 0, 5, 5]"),
            refused(NotImplementedError, ints(1, 2, 3, 3), size=2),
            refused(NotImplementedError, ints(1, 2, 3, 3), size=2, mode="bilinear")))

_windows = ("Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, "
            "but got: ")
x = real(1, 2, 3, 4)
op("unfold_images", _f.format("unfold"),
   on=[case(x, 2), case(real(2, 3, 4), 2), case(x, (2, 3)), case(x, 2, stride=2, padding=1), case(x, 2, dilation=(1,
       2)),
       case(x, (3, 1), padding=(0, 1), stride=(1, 2)), case(real(0, 2, 3, 3), 2), case(real(4, 3, 2, 1).T, 2),
       case(x.f32, 2), case(x.f16, 2), case(bools(1, 1, 3, 3), 2), case(x.last, 2)],
   refuses=(refused(IndexError, real(5, 5), 2,
                    says="Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
            refused(RuntimeError, real(1, 0, 5, 5), 2, says=_windows + "[1, 0, 5, 5]"),
            refused(RuntimeError, x, 0, says="kernel size should be greater than zero, but got kernel_height: 0 "
                    "kernel_width: 0"),
            refused(RuntimeError, x, (1, 2, 3), says="It is expected kernel_size equals to 2, but got size 3"),
            refused(RuntimeError, x, 6, says="Given input with spatial size (3, 4), kernel_size=(6, 6), dilation=(1, "
                    "1), "
                    "padding=(0, 0), calculated shape of the array of sliding blocks as (-2, -1), but its components"),
            refused(RuntimeError, x, 2, stride=0, says="stride should be greater than zero, but got stride_height: 0"),
            refused(RuntimeError, x, 2, padding=-1, says="padding should be non-negative, but got pad_height: -1"),
            refused(NotImplementedError, ints(1, 2, 3, 3), 2, says="\"im2col_out_cpu\" not implemented for 'Long'"),
            refused(TypeError, 3, 2, says="im2col(): argument 'input' (position 1) must be Tensor, not int")))
x = real(1, 8, 6)
op("fold_images", "torch.nn.functional.fold(a, b, c, **kw)",
   on=[case(x, (3, 4), 2), case(real(8, 6), (3, 4), 2), case(real(1, 4, 4), 3, 2), case(real(2, 4, 4), (3, 3), 2,
       stride=(2, 1), padding=(1, 0)),
       case(real(1, 4, 2), (3, 2), (2, 1), dilation=(2, 1)), case(real(0, 8, 6), (3, 4), 2), case(x.f32, (3, 4), 2),
       case(real(6, 8, 1).T, (3, 4), 2), case(real(1, 4, 4), 4, 2, stride=2)],
   refuses=(refused(RuntimeError, real(1, 8, 5), (3, 4), 2, says="Given output_size=(3, 4), kernel_size=(2, 2), "
                    "dilation=(1, 1), padding=(0, 0), stride=(1, 1), expected size of input's dimension 2 to match the "
                    "calculated number of sliding blocks 2 * 3 = 6, but got input.size(2)=5."),
            refused(RuntimeError, real(1, 7, 6), (3, 4), 2, says="Expected size of input's dimension 1 to be "
                    "divisible by "
                    "the product of kernel_size, but got input.size(1)=7 and kernel_size=(2, 2)."),
            refused(RuntimeError, real(6), (3, 4), 2, says="Expected 2D or 3D (batch mode) tensor for input with "
                    "possibly 0 "
                    "batch size and non-zero dimensions for input, but got: [6]"),
            refused(RuntimeError, x, (3, 4, 5), 2, says="It is expected output_size equals to 2, but got size 3"),
            refused(RuntimeError, x, (3, 4), 0, says="kernel size should be greater than zero"),
            refused(TypeError, 3, (3, 4), 2, says="col2im(): argument 'input' (position 1) must be Tensor, not int")))

x = real(1, 4, 2, 1)
op("pixel_shuffle", _f.format("pixel_shuffle"), "torch.pixel_shuffle(a, b)",
   on=[case(x, 2), case(real(4, 1, 2), 2), case(real(2, 1, 4, 1, 2), 2), case(real(0, 4, 2, 2).const, 2), case(x, 1),
       case(x.f32, 2), case(ints(4, 2, 2), 2), case(real(2, 1, 8).T, 2), case(real(1, 9, 1, 1), 3)],
   refuses=(refused(RuntimeError, real(2, 2), 2,
                    says="pixel_shuffle expects input to have at least 3 dimensions, but got input with 2 "
                    "dimension(s)"),
            refused(RuntimeError, x, -1, says="pixel_shuffle expects a positive upscale_factor, but got -1"),
            refused(RuntimeError, real(1, 2, 5, 5), 2, says="pixel_shuffle expects its input's 'channel' dimension "
                    "to be "
                    "divisible by the square of upscale_factor, but input.size(-3)=2 is not divisible by 4"),
            refused(TypeError, x, 2.0, says="pixel_shuffle(): argument 'upscale_factor' (position 2) must be int, "
                    "not float")))
x = real(1, 1, 4, 2)
op("pixel_unshuffle", _f.format("pixel_unshuffle"), "torch.pixel_unshuffle(a, b)",
   on=[case(x, 2), case(real(1, 2, 2), 2), case(real(2, 1, 1, 2, 4), 2), case(real(1, 2, 2, 2), 2), case(x, 1),
       case(x.f32, 2), case(ints(1, 4, 2), 2), case(real(2, 4, 1).T, 2), case(real(1, 1, 3, 3), 3)],
   refuses=(refused(RuntimeError, real(2, 2), 2,
                    says="pixel_unshuffle expects input to have at least 3 dimensions, but got input with 2 "
                    "dimension(s)"),
            refused(RuntimeError, x, 0, says="pixel_unshuffle expects a positive downscale_factor, but got 0"),
            refused(RuntimeError, real(1, 2, 5, 4), 2, says="pixel_unshuffle expects height to be divisible by "
                    "downscale_factor, but input.size(-2)=5 is not divisible by 2")))
