"""The README shows each lesson with a picture, which is the lesson's own."""

import re

import pytest

from course import readme_pictures
from course.readme_pictures import COURSE

PICTURES = readme_pictures.pictures()
README = (COURSE.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_the_picture_is_the_lesson_s_own(path):
    assert path.read_text(encoding="utf-8") == PICTURES[path], "run make notebooks"


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_the_row_has_it_with_words(path):
    (row,) = re.findall(rf"^\| \[{path.stem} .*$", README, re.MULTILINE)
    (alt,) = re.findall(rf'<img src="figures/lessons/{path.stem}\.svg" alt="([^"]+)" height="90">', row)
    assert alt.endswith(".") and 20 < len(alt) < 100


def test_no_picture_is_left_over():
    assert sorted(readme_pictures.FOLDER.iterdir()) == sorted(PICTURES)
