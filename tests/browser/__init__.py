"""Tests of the stepper in a real browser: the page on its own, and inside JupyterLab."""
