"""How Sphinx builds the pages and the API reference (`make docs`). The reference is written by `reference.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import reference

import minigrad

project = "minigrad"
author = "the minigrad authors"
release = minigrad.__version__

extensions = ["sphinx.ext.autodoc", "sphinx.ext.napoleon", "myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "minigrad"
html_show_sphinx = False

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_inherit_docstrings = False  # what a layer only inherits is said once, at Module
default_role = "py:obj"
python_display_short_literal_types = True
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
myst_heading_anchors = 3
# Pages link to files of the repository, too; and where a docstring says device, any device is meant.
suppress_warnings = ["myst.xref_missing", "ref.python"]


def setup(app):
    """Write the reference's pages before Sphinx reads them."""
    reference.write(Path(app.srcdir) / "api")
