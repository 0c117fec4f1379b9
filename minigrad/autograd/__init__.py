"""Automatic differentiation: the graph, the engine that runs it backwards, and the modes that switch recording."""

from .anomaly import detect_anomaly, set_detect_anomaly
from .gradcheck import gradcheck, gradgradcheck
from .inference import inference_mode, is_inference_mode_enabled
from .modes import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from .passes import backward, grad

__all__ = [
    "Function",
    "SilentMistakeWarning",
    "backward",
    "detect_anomaly",
    "enable_grad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "no_grad",
    "set_detect_anomaly",
    "set_grad_enabled",
    "warn_silent_mistakes",
]


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in ("functional", "graph"):  # not before they are used
        return import_module(f".{name}", __name__)
    if name in ("Function", "function"):
        module = import_module(".function", __name__)
        return module if name == "function" else module.Function
    if name in ("SilentMistakeWarning", "warn_silent_mistakes"):
        return getattr(import_module(".silent", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
