"""The lessons' instruments: a widget for one question each, every one in a file of its own name.

All are made of the same parts: `instrument.py` is what they have in common, `scene.py` and `plain.py` draw bars,
lines and graphs, `axes.py` plots, and `still.py` the pictures that stay where nothing runs.
"""
