"""Neural networks: modules, layers, losses, and how their parameters begin."""

from . import functional, init, parameter
from .containers import ModuleDict, ModuleList, Sequential
from .linear import Identity, Linear
from .module import Module
from .parameter import Parameter
from .parameter_containers import ParameterDict, ParameterList
