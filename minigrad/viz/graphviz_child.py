"""Graphviz from the pygraphviz wheel. Run as a program it reads DOT and writes JSON: a child process can be stopped."""

import sys


def place(source: str) -> bytes:
    """The layout of a graph in DOT, as Graphviz's `json0`."""
    import pygraphviz

    graph = pygraphviz.AGraph(string=source)
    return graph.draw(format="json0", prog="dot")


if __name__ == "__main__":
    sys.stdout.buffer.write(place(sys.stdin.read()))
