"""The closing page: what it names exists, it is built from its source, and a learner's copy has it."""

import re
from pathlib import Path

import pytest

from course import build
from minigrad.course import copies
from tests.course.named_code import missing, named_in

NAME = "where_to_go_next"
TEXT = "\n".join(cell.source for cell in build.read_source(build.COURSE / "src" / f"{NAME}.py").cells)


def of(package: str) -> list[tuple[str, list[str]]]:
    return [(file, names) for file, names in named_in(TEXT) if file.startswith(package)]


@pytest.mark.parametrize(("file", "names"), of("minigrad"))
def test_what_it_names_in_minigrad_exists(file, names):
    assert names or file == "minigrad/ops/base.py", f"{file} is named without saying what to look for"
    assert missing(file, names) == []


def test_a_wrong_name_is_noticed():
    assert named_in("in `minigrad/tensor.py`: `Tensor`, `walk` and") == [("minigrad/tensor.py", ["Tensor", "walk"])]
    assert missing("minigrad/tensor.py", ["Tensor", "walk"]) == ["walk"]
    assert missing("minigrad/viz/walk.py", ["LivePass"]) == ["LivePass"]  # it is only imported there
    with pytest.raises(ModuleNotFoundError):
        missing("minigrad/autograd/engines.py", ["run"])


def test_no_file_is_longer_than_it_says():
    assert "No file is longer than 400 lines" in TEXT
    package = build.COURSE.parent / "minigrad"
    assert max(len(path.read_text("utf-8").splitlines()) for path in package.rglob("*.py")) <= 400


def test_what_it_names_in_pytorch_exists():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: its files are not looked for")
    for file, names in of("torch"):
        assert missing(file, names) == []
    include = Path(torch.__file__).parent / "include"
    headers = re.findall(r"`((?:torch|c10)/[\w/]+\.h)`: `(\w+)`", TEXT)
    assert len(headers) == 7
    for file, name in headers:
        assert re.search(rf"\b(struct|class)\b[^;]*\b{name}\b", (include / file).read_text("utf-8")), (file, name)
    [rules] = Path(torch.__file__).parents[1].glob("torchgen/packaged/autograd/derivatives.yaml")
    assert {"- name: mul.Tensor(", "- name: relu("} <= set(re.findall(r"- name: [\w.]+\(", rules.read_text("utf-8")))


def test_it_is_built_from_its_source():
    for path, text in build.build_page(NAME).items():
        assert path.read_text("utf-8") == text


def test_a_learners_copy_has_it_always_the_newest(tmp_path):
    for _ in range(2):
        copies.start(tmp_path)
        page = tmp_path / f"{NAME}.ipynb"
        assert page.read_bytes() == (build.COURSE / f"{NAME}.ipynb").read_bytes()
        page.write_text("older", "utf-8")
