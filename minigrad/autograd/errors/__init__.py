"""Messages that teach: PyTorch's own sentence first, then what happened, where, and what to write instead.

Each function makes one error (or the text of one warning) where it is about to be raised; names and places are looked
up then, and not before. `error.explain()` tells the longer story.
"""

from .devices import mixed_devices
from .flags import flag_of_non_leaf, grad_of_non_leaf, integers_require_grad, non_leaf_parameter, numpy_on_tracked
from .functions import (
    custom_view_in_place,
    differentiated_twice,
    dirty_leaf,
    dirty_not_returned,
    dirty_view_and_more,
    gradient_is_no_tensor,
    gradient_of_no_tensor,
    saved_as_returned,
    saved_once,
    wrong_number_of_gradients,
    wrong_shape_of_gradient,
)
from .graph import no_graph, no_graph_input, second_backward, unused_input
from .inplace import (
    leaf_in_place,
    modified_in_place,
    no_grad_view_in_place,
    one_of_many_views_in_place,
    view_of_leaf_in_place,
)
from .kinds import (
    AutogradError,
    DeviceError,
    FunctionError,
    GradcheckError,
    GradientShapeError,
    InplaceError,
    NoGraphError,
    NonLeafError,
    RequiresGradError,
    ShapeError,
    SpentGraphError,
    UnusedInputError,
    explain,
)
from .loading import LoadError, state_dict_does_not_fit
from .shapes import broadcast_shapes, gradient_shape, not_scalar, product_shapes
from .values import AnomalyError, nan_in_backward

__all__ = [
    "AnomalyError",
    "AutogradError",
    "FunctionError",
    "GradcheckError",
    "GradientShapeError",
    "InplaceError",
    "LoadError",
    "NoGraphError",
    "NonLeafError",
    "RequiresGradError",
    "ShapeError",
    "SpentGraphError",
    "UnusedInputError",
    "broadcast_shapes",
    "custom_view_in_place",
    "differentiated_twice",
    "dirty_leaf",
    "dirty_not_returned",
    "dirty_view_and_more",
    "explain",
    "flag_of_non_leaf",
    "grad_of_non_leaf",
    "gradient_is_no_tensor",
    "gradient_of_no_tensor",
    "gradient_shape",
    "integers_require_grad",
    "leaf_in_place",
    "modified_in_place",
    "nan_in_backward",
    "no_grad_view_in_place",
    "no_graph",
    "no_graph_input",
    "non_leaf_parameter",
    "not_scalar",
    "numpy_on_tracked",
    "one_of_many_views_in_place",
    "product_shapes",
    "saved_as_returned",
    "saved_once",
    "second_backward",
    "state_dict_does_not_fit",
    "unused_input",
    "view_of_leaf_in_place",
    "wrong_number_of_gradients",
    "wrong_shape_of_gradient",
]

# Tracebacks name the classes by where users find them.
for _name in __all__:
    _kind = globals()[_name]
    if isinstance(_kind, type):
        _kind.__module__ = __name__
