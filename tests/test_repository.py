"""What the repository promises about itself: packages, commands, addresses, style, and what a wheel holds."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from minigrad.course.copies import to_hand_out

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
CONSTRAINTS = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if line and line[0] != "#"]
# conda-forge's names where they differ from PyPI's
CONDA_NAMES = {"graphviz": "python-graphviz", "matplotlib": "matplotlib-base", "playwright": "playwright-python"}


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def tracked() -> list[Path]:
    """All files in git, and those that are about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def needed() -> dict[str, Requirement]:
    """What the library, the course and the tests need, by name."""
    lines = PROJECT["project"]["dependencies"] + PROJECT["project"]["optional-dependencies"]["course"]
    groups = PROJECT["dependency-groups"]
    lines += [line for line in groups["test"] if isinstance(line, str)]
    lines += [line for group in groups["test"] if isinstance(group, dict) for line in groups[group["include-group"]]]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


def test_conda_environment_holds_the_same():
    by_conda, [by_pip] = [d for d in CONDA if isinstance(d, str)], [d["pip"] for d in CONDA if isinstance(d, dict)]
    found = {r.name: str(r.specifier) for r in map(Requirement, by_conda) if r.name not in ("python", "pip")}
    found |= {r.name: str(r.specifier) for r in map(Requirement, by_pip[:-1])}
    # Graphviz's own programs: pip's pygraphviz brings them along.
    assert found.pop("graphviz") == "" and by_pip[-1] == "-e ."
    wanted = {name: str(r.specifier) for name, r in needed().items()}
    assert found == {(CONDA_NAMES.get(n, n) if n != "axe-playwright-python" else n): s for n, s in wanted.items()}
    assert f"python {PROJECT['project']['requires-python']}" in by_conda


def test_constraints_pin_everything_and_name_no_address():
    pinned: dict[str, list[str]] = {}
    for line in CONSTRAINTS:
        requirement = Requirement(line)
        [specifier] = requirement.specifier
        assert specifier.operator == "==" and requirement.url is None, line
        pinned.setdefault(canonicalize_name(requirement.name), []).append(specifier.version)
    for name, requirement in needed().items():
        assert name in pinned, f"{name} is not in constraints.txt: run make constraints"
        assert all(version in requirement.specifier for version in pinned[name]), name
    assert "torch" not in pinned  # its usual builds bring CUDA along; .ci/run installs it by hand


def test_torch_is_in_the_oracle_group_alone():
    groups = PROJECT["dependency-groups"]
    assert groups["oracle"] == ["torch==2.13.0"] and groups["oracle"][0] in read(".ci/run")
    assert not any("torch" in str(line) for name, lines in groups.items() if name != "oracle" for line in lines)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.M))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run", "Makefile"])
def test_commands_that_pages_name_exist(page):
    code = " ".join(re.findall(r"`{1,3}[^`]+`{1,3}", read(page))) if page.endswith(".md") else read(page)
    named = set(re.findall(r"\bmake (?:PYTHON=\S+ )?([a-z]+)\b", code))
    assert named and named <= targets(), named - targets()


def test_make_passes_arguments_on():
    def shown(*arguments: str) -> str:
        return subprocess.run(["make", "-n", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "jupyter lab --no-browser --port=9 work/00_start_here.ipynb" in shown(
        "course", "JUPYTER_ARGS=--no-browser --port=9"
    )
    assert "-m pytest -k engine" in shown("test", "PYTEST_ARGS=-k engine")
    assert "-m benchmarks --only W1" in shown("bench", "BENCH_ARGS=--only W1")


def test_files_that_pages_link_to_exist():
    for page in [path for path in tracked() if path.suffix == ".md"]:
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            assert "://" in target or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_example_of_an_operation_is_a_real_one():
    """What CONTRIBUTING.md shows stands, letter for letter, in the files that it names."""
    text = read("CONTRIBUTING.md")
    section = text[text.index("## An operation") : text.index("## A lesson")]
    *code, row = re.findall(r"```python\n(.*?)```", section, flags=re.S)
    assert len(code) == 2 and all(block in read("minigrad/ops/products.py") for block in code)
    assert row in read("tests/ops_tables/products.py") and " trace " in read("minigrad/catalogue.py")


def test_the_readme_s_programs_run(tmp_path):
    """The first prints what its comment says; the second learns to read digits."""
    said = []
    for program in re.findall(r"```python\n(.*?)```", read("README.md"), flags=re.S):
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        said.append(done.stdout.splitlines()[-1])
    gradients, accuracy = said
    assert gradients in read("README.md")
    assert 0.9 < float(accuracy.removeprefix("tensor(").removesuffix(")")) <= 1


def test_pictures_have_alt_text():
    for page in [path for path in tracked() if path.suffix == ".md"]:
        assert all(alt.strip() for alt in re.findall(r"!\[([^\]]*)\]\(", page.read_text("utf-8"))), page.name


def test_no_machine_and_no_index_is_named():
    """Absolute paths of somebody's machine, and addresses of package indexes, have no place in a repository."""
    machine = re.compile(r"(?<![\w.~$}/*])/(?:home|root|Users|work|mnt|opt)/[\w.]+")
    index = re.compile(r"--(?:extra-)?index-url|--find-links|\bPIP_INDEX|://[\w.-]*(?:pypi|registry|mirror|artifact)")
    for path in tracked():
        if path == Path(__file__) or path.suffix in {".png", ".npz", ".npy", ".ico", ".woff2", ".pt", ".safetensors"}:
            continue
        text = path.read_text("utf-8")
        for pattern in (machine, index):
            assert not (found := pattern.search(text)), f"{path.relative_to(ROOT)}: {found.group()}"


def test_there_is_no_lock_file_and_no_pinned_interpreter():
    names = {path.name for path in tracked()}
    assert not names & {"uv.lock", ".python-version", "poetry.lock"}


@pytest.mark.parametrize("command", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]], ids=" ".join)
def test_style(command):
    targets = [] if command == ["mypy"] else ["."]
    done = subprocess.run(
        [sys.executable, "-m", *command, *targets], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]


def test_files_can_be_read_in_one_sitting():
    long = {
        path.name: n
        for path in (ROOT / "minigrad").rglob("*.py")
        if (n := len(path.read_text("utf-8").splitlines())) > 400
    }
    assert long == {}


def test_ci_script_is_whole():
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)
    assert "MINIGRAD_REQUIRE_ALL=1" in read(".ci/run")


def test_a_required_test_may_not_be_skipped(tmp_path):
    """Seen from outside: the same skip passes normally, and fails where everything is required."""
    (tmp_path / "conftest.py").write_text(read("conftest.py"), "utf-8")
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_skipped():\n    pytest.skip('no browser')\n"
        "@pytest.mark.gpu\ndef test_gpu():\n    pytest.skip('no GPU')\n",
        "utf-8",
    )
    (tmp_path / "test_module.py").write_text("import pytest\npytest.importorskip('no_such_module')\n", "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = gpu: x\n", "utf-8")
    for required, outcome in [("0", "3 skipped"), ("1", "1 failed, 1 skipped, 1 error")]:
        environment = os.environ | {"MINIGRAD_REQUIRE_ALL": required, "PYTEST_ADDOPTS": ""}
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--continue-on-collection-errors",
            str(tmp_path),
        ]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert outcome in done.stdout.splitlines()[-1], done.stdout
        assert (done.returncode != 0) == (required == "1")


def test_import_needs_numpy_alone():
    code = (
        "import sys, numpy; before = set(sys.modules); import minigrad\n"
        "new = {n.partition('.')[0] for n in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "print(*new)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    new = set(done.stdout.split())
    # numpy.random brings the last kind along
    assert "minigrad" in new and not {n for n in new - {"minigrad", "numpy"} if "cython" not in n}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    from hatchling.builders.wheel import WheelBuilder

    [path] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("dist")))
    return Path(path)


def test_wheel_holds_the_package_and_the_lessons(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    lessons = {f"minigrad/course/lessons/{path.name}" for path in (ROOT / "course").glob("*.ipynb")}
    lessons |= {
        f"minigrad/course/lessons/solutions/{path.name}" for path in (ROOT / "course" / "solutions").glob("*.ipynb")
    }
    lessons |= {f"minigrad/course/lessons/{page}.md" for page in ("i_got_this_error", "glossary")}
    assert lessons < names
    assert {
        "minigrad/py.typed",
        "minigrad/__init__.py",
        "minigrad/autograd/errors/index.toml",
        "minigrad/viz/static/parts.js",
        "minigrad/viz/static/base.css",
    } <= names
    assert {"minigrad/datasets/digits.npz", "minigrad/datasets/README.md"} <= names
    assert {name.split("/")[0] for name in names} == {"minigrad", wheel.name.rsplit("-py3", 1)[0] + ".dist-info"}


def test_installed_package_serves_the_lessons(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-m", "minigrad.course", "start", "mine"]
    subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    copied = tmp_path / "mine" / "00_start_here.ipynb"
    assert copied.read_bytes() == to_hand_out((ROOT / "course" / "00_start_here.ipynb").read_bytes())
    assert (tmp_path / "mine" / "solutions" / "00.ipynb").exists()
    assert (tmp_path / "mine" / "i_got_this_error.md").exists()
