"""Where functions and methods live that not every program needs: each family is imported when one of it is first used.

What every program needs (arithmetic, sums, shapes, products, indexing) is imported with minigrad itself: see
`__init__.py` for functions and `methods.py` for methods. All others are rows here, a family a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple


class Family(NamedTuple):
    """The public names of one module, as words: `name`, or `name=attribute` where the module calls it otherwise.

    Attributes
    ----------
    both : str
        Functions of minigrad that are methods of tensors, too.
    functions, methods : str
        Those that are only one of the two.
    in_place : str
        Those whose method has an in-place form, `name_`.
    """

    both: str = ""
    functions: str = ""
    methods: str = ""
    in_place: str = ""


FAMILIES = {
    "asking": Family(
        both="get_device is_complex is_nonzero is_same_size is_signed",
        functions="BoolTensor ByteTensor CharTensor DoubleTensor FloatTensor HalfTensor IntTensor LongTensor "
        "ShortTensor finfo iinfo is_floating_point typename",
        methods="is_cpu is_cuda itemsize ndimension nelement type=type_",
    ),
    "copying": Family(methods="__copy__=shallow __deepcopy__=deepcopy __reduce_ex__=reduce"),
    "exchange": Family(functions="from_dlpack"),
    "printing": Family(functions="set_printoptions"),
    "random": Family(
        functions="Generator default_generator get_rng_state initial_seed manual_seed seed set_rng_state",
    ),
    "serialization": Family(functions="load save"),
    "ops.activating": Family(
        both="hardshrink prelu",
        functions="celu celu_ relu_ selu selu_ threshold threshold_",
    ),
    "ops.adaptive": Family(
        functions="adaptive_avg_pool1d",
    ),
    "ops.arranging": Family(
        both="adjoint hsplit movedim moveaxis=movedim split_with_sizes tensor_split unflatten vsplit",
        functions="atleast_1d atleast_2d atleast_3d broadcast_shapes column_stack dstack hstack numel row_stack=vstack "
        "vstack",
        methods="mH reshape_as",
    ),
    "ops.choosing": Family(
        both="clamp clamp_max clamp_min clip=clamp copysign fmax fmin heaviside nan_to_num positive sgn",
        in_place="clamp clamp_max clamp_min clip=clamp copysign heaviside nan_to_num sgn",
    ),
    "ops.convolution": Family(
        functions="conv1d conv2d conv_transpose1d conv_transpose2d",
    ),
    "ops.counting": Family(
        both="bincount histc unique unique_consecutive",
        functions="bucketize isin searchsorted",
    ),
    "ops.einsum": Family(functions="einsum"),
    "ops.exponential": Family(
        both="exp2 expm1 float_power log2 log10 logaddexp logaddexp2 logit rsqrt xlogy",
        methods="float_power_",
        in_place="exp2 expm1 log2 log10 logit rsqrt xlogy",
    ),
    "ops.finding": Family(both="all any argmax argmin"),
    "ops.functions": Family(  # other names for what is there already
        both="absolute=abs divide=div multiply=mul negative=neg subtract=sub true_divide=divide "
        "greater=gt greater_equal=ge less=lt less_equal=le not_equal=ne",
        in_place="absolute=abs divide=div multiply=mul negative=neg subtract=sub true_divide=divide",
    ),
    "ops.gathering": Family(
        both="gather scatter scatter_add take_along_dim",
        in_place="scatter scatter_add",
    ),
    "ops.grids": Family(
        both="kron repeat_interleave",
        functions="block_diag cartesian_prod logspace meshgrid scalar_tensor tril_indices triu_indices",
    ),
    "ops.integrals": Family(
        functions="cumulative_trapezoid trapezoid trapz=trapezoid",
    ),
    "ops.linalg": Family(both="det inverse=inv logdet slogdet"),
    "ops.logic": Family(
        both="allclose bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor equal "
        "isclose isfinite isinf isnan isneginf isposinf isreal logical_and logical_not logical_or logical_xor signbit",
        methods="eq_ ge_ greater_=gt_ greater_equal_=ge_ gt_ le_ less_=lt_ less_equal_=le_ lt_ ne_ not_equal_=ne_",
        in_place="bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor logical_and "
        "logical_not logical_or logical_xor",
    ),
    "ops.masking": Family(
        both="argwhere masked_fill masked_scatter masked_select nonzero take",
        methods="put",
        in_place="masked_fill masked_scatter put",
    ),
    "ops.mixing": Family(
        both="addcdiv addcmul lerp",
        in_place="addcdiv addcmul lerp",
    ),
    "ops.moving": Family(
        both="diag diag_embed diagflat flip fliplr flipud roll rot90 tile tril triu",
        methods="repeat unfold",
        in_place="tril triu",
    ),
    "ops.norm": Family(
        both="norm std var",
        functions="std_mean var_mean",
    ),
    "ops.normalization": Family(
        functions="cosine_similarity pairwise_distance",
    ),
    "ops.overwrite": Family(both="index_put", methods="__setitem__=setitem copy_ fill_ index_put_=put_ zero_"),
    "ops.pixels": Family(
        functions="pixel_shuffle pixel_unshuffle",
    ),
    "ops.pooling": Family(
        functions="avg_pool1d max_pool1d max_pool2d",
    ),
    "ops.products": Family(
        both="addbmm addmv addr baddbmm ger inner matrix_power trace vdot",
        functions="tensordot",
        in_place="addbmm addmv addr baddbmm",
    ),
    "ops.random": Family(
        both="bernoulli multinomial",
        functions="normal rand rand_like randint randint_like randn randn_like randperm",
        in_place="bernoulli=bernoulli_values normal=normal_values uniform=uniform_values",
    ),
    "ops.rounding": Family(
        both="ceil fix=trunc floor floor_divide fmod frac remainder round trunc",
        in_place="ceil fix=trunc floor floor_divide fmod frac remainder round trunc",
    ),
    "ops.rows": Family(
        both="index_add index_copy index_fill index_select",
        in_place="index_add index_copy index_fill",
    ),
    "ops.scan": Family(
        both="cummax cummin cumprod cumsum logcumsumexp",
        in_place="cumprod cumsum",
    ),
    "ops.shaping": Family(
        both="swapaxes=transpose swapdims=transpose",
        functions="concat=cat concatenate=cat",
    ),
    "ops.softmax": Family(
        both="log_softmax softmax",
    ),
    "ops.sorting": Family(
        both="argsort kthvalue median mode msort nanmedian sort topk",
    ),
    "ops.special": Family(both="erf erfc erfinv", in_place="erf erfc erfinv"),
    "ops.statistics": Family(
        both="aminmax count_nonzero diff dist logsumexp nanmean nansum",
    ),
    "ops.trigonometry": Family(
        both="acos acosh arccos=acos arccosh=acosh arcsin=asin arcsinh=asinh arctan=atan arctan2=atan2 arctanh=atanh "
        "asin asinh atan atan2 atanh cosh deg2rad hypot rad2deg sinc sinh tan",
        methods="acosh_ arccosh_=acosh_ arcsinh_=asinh_ arctanh_=atanh_ asinh_ atanh_",
        in_place="acos arccos=acos arcsin=asin arctan=atan arctan2=atan2 asin atan atan2 cosh deg2rad hypot rad2deg "
        "sinc sinh tan",
    ),
}

SUBMODULES = (
    "accelerator",
    "backends",
    "cuda",
    "datasets",
    "hub",
    "linalg",
    "models",
    "nn",
    "optim",
    "random",
    "return_types",
    "serialization",
    "utils",
)


def _words(*lists: str) -> Iterator[tuple[str, str]]:
    """Pairs of a public name and the module's own."""
    for word in " ".join(lists).split():
        name, _, attribute = word.partition("=")
        yield name, attribute or name


FUNCTIONS = {n: (m, a) for m, family in FAMILIES.items() for n, a in _words(family.both, family.functions)}
METHODS = {n: (m, a) for m, family in FAMILIES.items() for n, a in _words(family.both, family.methods)}
IN_PLACE = {n: (m, a) for m, family in FAMILIES.items() for n, a in _words(family.in_place)}


def fetch(module: str, attribute: str) -> Any:
    """A name of one of minigrad's modules, which is imported now."""
    return getattr(import_module(f"minigrad.{module}"), attribute)


class LazyMethod:
    """Stands for a method of `Tensor` until it is first asked for, then puts the method in its own place."""

    def __init__(self, module: str, attribute: str, in_place: bool = False) -> None:
        self.source, self.in_place = (module, attribute), in_place

    def __set_name__(self, owner: type, name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        method = fetch(*self.source)
        if self.in_place:
            method = fetch("ops.inplace", "in_place")(method, self.name)
        setattr(self.owner, self.name, method)
        return method if instance is None else method.__get__(instance, owner)


def install(cls: type) -> None:
    """Give the class of tensors all methods of the catalogue."""
    for name, source in METHODS.items():
        _attach(cls, name, LazyMethod(*source))
    for name, source in IN_PLACE.items():
        _attach(cls, f"{name}_", LazyMethod(*source, in_place=True))


def _attach(cls: type, name: str, method: LazyMethod) -> None:
    method.__set_name__(cls, name)
    setattr(cls, name, method)
