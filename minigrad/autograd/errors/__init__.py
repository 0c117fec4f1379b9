"""Messages that teach: PyTorch's own sentence first, then what happened, where, and what to write instead.

Each function makes one error (or the text of one warning) where it is about to be raised; names and places are looked
up then, and not before. `error.explain()` tells the longer story. Nothing of it is imported before the first error:
the texts would be a sixth of what `import minigrad` takes beside NumPy.
"""

from importlib import import_module
from typing import Any

_MODULES = {
    "devices": "mixed_devices",
    "flags": "flag_of_non_leaf grad_of_non_leaf integers_require_grad non_leaf_parameter number_of_tracked "
    "numbers_of_tracked numpy_on_tracked",
    "functions": "custom_view_in_place differentiated_twice dirty_leaf dirty_not_returned dirty_view_and_more "
    "gradient_is_no_tensor gradient_of_no_tensor saved_as_returned saved_once wrong_number_of_gradients "
    "wrong_shape_of_gradient",
    "graph": "no_graph no_graph_input second_backward unused_input",
    "inplace": "leaf_in_place modified_in_place no_grad_view_in_place one_of_many_views_in_place view_of_leaf_in_place",
    "kinds": "AutogradError DeviceError FunctionError GradcheckError GradientShapeError InplaceError NoGraphError "
    "NonLeafError RequiresGradError ShapeError SpentGraphError UnusedInputError explain",
    "loading": "LoadError state_dict_does_not_fit",
    "shapes": "broadcast_shapes gradient_shape not_scalar output_shape product_shapes",
    "values": "AnomalyError nan_in_backward",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
