"""A machine that reads a pickle and runs nothing: each of its steps makes or fills a plain container.

A pickle is a program for a machine with a stack. `pickletools`, of Python's library, takes the program apart without
running it; here each instruction does what it says, except that the names of functions and classes are looked up in a
table (`rebuilding.GLOBALS`) and nowhere else.
"""

from __future__ import annotations

import pickletools
from collections import OrderedDict
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any, BinaryIO

from . import rebuilding
from .rebuilding import Kind, Named, Storage, check_key, refuse


class Unpickler:
    """Reads one pickle from a stream.

    Parameters
    ----------
    stream : binary file
        It should be in memory: a length in a pickle may lie, and a file on disk would believe it.
    storage : function
        Makes a `Storage` of what a pickle says about one.
    """

    def __init__(self, stream: BinaryIO, storage: Callable[..., Any] | None = None) -> None:
        self.stream = stream
        self.storage = storage
        self.stack: list[Any] = []
        self.below: list[list[Any]] = []  # the stacks under each mark
        self.memo: dict[int, Any] = {}

    def load(self) -> Any:
        """The object that the pickle describes."""
        try:
            for opcode, argument, _ in pickletools.genops(self.stream):
                step = _STEPS.get(opcode.name)
                if step is None:
                    raise UnpicklingError(f"Weights only load failed: Unsupported operand {opcode.name}")
                step(self, argument)
            result = self.stack.pop()
        except (ValueError, IndexError, KeyError, TypeError, OverflowError) as error:
            raise UnpicklingError(f"the checkpoint's pickle is damaged or cut short: {error}") from error
        return _value(result)

    # ------------------------------------------------------------ the stack
    def push(self, value: Any) -> None:
        self.stack.append(value)

    def mark(self, _: Any) -> None:
        self.below.append(self.stack)
        self.stack = []

    def since_mark(self) -> list[Any]:
        items, self.stack = self.stack, self.below.pop()
        return items

    def pop(self, n: int) -> list[Any]:
        items = [self.stack.pop() for _ in range(n)]
        return items[::-1]

    def remember(self, index: int | None) -> None:
        self.memo[len(self.memo) if index is None else index] = self.stack[-1]

    # ------------------------------------------------------------ filling containers
    def append(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list:
            raise UnpicklingError(f"Can only append to lists, but got {type(target).__name__}")
        target.extend(map(_value, items))

    def set_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) not in (dict, OrderedDict):
            raise UnpicklingError(f"Can only set items of dict and OrderedDict, but got {type(target).__name__}")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[check_key(key)] = _value(value)

    def add_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not set:
            raise UnpicklingError(f"Can only add to sets, but got {type(target).__name__}")
        target.update(map(check_key, items))

    # ------------------------------------------------------------ names, and what is made by them
    def look_up(self, module: str, name: str) -> None:
        self.push(rebuilding.look_up(module, name))

    def call(self, _: Any) -> None:
        function, arguments = self.pop(2)
        if not isinstance(function, Named) or function.build is None or type(arguments) is not tuple:
            raise refuse(function.name if isinstance(function, Named) else type(function).__name__)
        self.push(function.build(*arguments))

    def build(self, _: Any) -> None:
        target, state = self.pop(2)
        rebuilding.set_state(target, state)
        self.push(target)

    def persistent(self, _: Any) -> None:
        identity = self.stack.pop()
        if self.storage is None or type(identity) is not tuple or identity[:1] not in (("storage",), (b"storage",)):
            raise UnpicklingError("Weights only load failed: Only persistent_load of storage is allowed")
        self.push(self.storage(*identity[1:]))


def _value(item: Any) -> Any:
    """What may stand in a container: what stands for a function or class may not, only arguments have it."""
    if isinstance(item, (Named, Kind)):
        raise refuse(item.name)
    if isinstance(item, Storage):
        raise UnpicklingError("the checkpoint holds a storage by itself, which minigrad does not have: save tensors")
    return item


def _text(argument: str) -> str:
    """A string of Python 2, which `pickletools` hands over byte by byte."""
    return argument.encode("latin-1").decode("utf-8")


def _of_strings(machine: Unpickler, _: Any) -> None:
    module, name = machine.pop(2)
    if type(module) is not str or type(name) is not str:
        raise UnpicklingError("the checkpoint's pickle names a global by what is not a string")
    machine.look_up(module, name)


def _push(make: Callable[[Any], Any]) -> Callable[[Unpickler, Any], None]:
    return lambda machine, argument: machine.push(make(argument))


def _tuple_of(n: int) -> Callable[[Unpickler, Any], None]:
    return lambda machine, _: machine.push(tuple(machine.pop(n)))


_STEPS: dict[str, Callable[[Unpickler, Any], None]] = {
    "MARK": Unpickler.mark,
    "POP": lambda machine, _: machine.stack.pop(),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.since_mark())),
    "TUPLE1": _tuple_of(1),
    "TUPLE2": _tuple_of(2),
    "TUPLE3": _tuple_of(3),
    "NONE": _push(lambda _: None),
    "NEWTRUE": _push(lambda _: True),
    "NEWFALSE": _push(lambda _: False),
    "EMPTY_TUPLE": _push(lambda _: ()),
    "EMPTY_LIST": _push(lambda _: []),
    "EMPTY_DICT": _push(lambda _: {}),
    "EMPTY_SET": _push(lambda _: set()),
    "APPEND": lambda machine, _: machine.append(machine.pop(1)),
    "APPENDS": lambda machine, _: machine.append(machine.since_mark()),
    "SETITEM": lambda machine, _: machine.set_items(machine.pop(2)),
    "SETITEMS": lambda machine, _: machine.set_items(machine.since_mark()),
    "ADDITEMS": lambda machine, _: machine.add_items(machine.since_mark()),
    "GLOBAL": lambda machine, argument: machine.look_up(*argument.split(" ", 1)),
    "STACK_GLOBAL": _of_strings,
    "REDUCE": Unpickler.call,
    "BUILD": Unpickler.build,
    "BINPERSID": Unpickler.persistent,
    "PROTO": lambda machine, _: None,
    "FRAME": lambda machine, _: None,
    "STOP": lambda machine, _: None,
}
for _name in (
    "BININT",
    "BININT1",
    "BININT2",
    "LONG1",
    "LONG4",
    "BINFLOAT",
    "BINUNICODE",
    "SHORT_BINUNICODE",
    "BINUNICODE8",
):
    _STEPS[_name] = Unpickler.push
for _name in ("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"):
    _STEPS[_name] = Unpickler.push
for _name in ("BINSTRING", "SHORT_BINSTRING"):
    _STEPS[_name] = _push(_text)
for _name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
    _STEPS[_name] = Unpickler.remember
for _name in ("BINGET", "LONG_BINGET"):
    _STEPS[_name] = lambda machine, index: machine.push(machine.memo[index])
