"""Starts that go wrong elsewhere: the lesson runs, or says in one line what to do."""

import ast
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import textwrap

import nbformat
import pytest
from nbclient import NotebookClient
from packaging.specifiers import SpecifierSet
from support.paths import PACKAGE, PROJECT, ROOT, SOLUTIONS

import resnet_lesson
from resnet_lesson import NotReady, cli, environment
from resnet_lesson.lab import tensorflow_log

FIRST_CELL = "from resnet_lesson import check"
IN_A_NOTEBOOK = f"""
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell().run_cell({FIRST_CELL!r})
"""
RIGHT = """
    def skip_connection(X, main_path):
        from keras.layers import Activation, Add
        return Activation("relu")(Add()([main_path(X), X]))
"""


def said(*arguments, **options):
    """What a process writes, stdout and stderr together, and its exit status."""
    done = subprocess.run(
        [str(argument) for argument in arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        **options,
    )
    return done.stdout, done.returncode


@pytest.fixture
def variables(tmp_path):
    """Makes the variables and the program of a Python that has all packages but some."""

    def make(*missing, **versions):
        """Leaves out modules with their metadata; gives packages other versions, by metadata."""
        site = tmp_path / "site"
        site.mkdir()
        for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
            for entry in os.scandir(folder):
                name = entry.name.partition("-")[0]
                if name.lower() not in missing and not (name in versions and "-" in entry.name):
                    with_same_name = site / entry.name
                    if not with_same_name.exists():
                        with_same_name.symlink_to(entry.path)
        for name, version in versions.items():
            metadata = site / f"{name}-{version}.dist-info"
            metadata.mkdir()
            (metadata / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
        return {**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}"}

    return make


def bare(*arguments):
    """The command of a Python that looks for packages in PYTHONPATH alone."""
    return (getattr(sys, "_base_executable", sys.executable), "-S", *arguments)


# ----------------------------------------------------------------------------------- wrong Python


def test_the_pythons_are_those_that_the_project_allows():
    allowed = SpecifierSet(PROJECT["requires-python"])
    every = [f"3.{minor}" for minor in range(30)]
    assert list(resnet_lesson.PYTHONS) == [one for one in every if one in allowed]


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 15, 0)])
@pytest.mark.parametrize("as_command", [True, False])
def test_another_python_is_refused_in_one_line(version, as_command):
    code = f"""
        import sys
        sys.version_info = {version}
        sys.version = "{".".join(map(str, version))} (main)"
        sys.argv[0] = {"-m" if as_command else "-c"!r}
        import resnet_lesson
    """
    text, status = said(sys.executable, "-c", textwrap.dedent(code))
    assert status == 1
    last = text.splitlines()[-1]
    assert "needs Python 3.11, 3.12, 3.13 or 3.14" in last and ".".join(map(str, version)) in last
    assert ("Traceback" in text) is not as_command


@pytest.mark.parametrize("minor", [6, 7, 8, 9, 10, 15, 16])
def test_a_real_other_python_is_refused_in_one_line(minor):
    program = shutil.which(f"python3.{minor}")
    if program is None or subprocess.run([program, "-V"], capture_output=True).returncode:
        pytest.skip(f"there is no Python 3.{minor} here")
    text, status = said(program, "-m", "resnet_lesson", "doctor", cwd=ROOT)
    assert status == 1 and len(text.splitlines()) == 1
    assert "needs Python 3.11, 3.12, 3.13 or 3.14" in text and f"this is 3.{minor}." in text


@pytest.mark.parametrize("name", ["__init__.py", "errors.py"])
def test_any_python_can_read_the_files_that_refuse_it(name):
    tree = ast.parse((PACKAGE / name).read_text(encoding="ascii"))
    nodes = list(ast.walk(tree))
    assert not any(isinstance(node, ast.JoinedStr | ast.NamedExpr | ast.Match) for node in nodes)
    imported = {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    assert imported <= {"importlib", "sys"}
    # The second comes after the check.
    modules = [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    assert modules in ([], ["resnet_lesson.errors", "resnet_lesson.settings"])


# ------------------------------------------------------------------------------- missing packages


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("tensorflow", "tensorflow>=2.20,<3"),
        ("h5py", "h5py>=3.11,<4"),
        ("matplotlib", "matplotlib>=3.9,<4"),
        ("packaging", "packaging"),
    ],
)
def test_a_missing_package_is_named_with_the_command_on_the_command_line(
    variables, module, package
):
    text, status = said(*bare("-m", "resnet_lesson", "grade", "x.py"), env=variables(module))
    assert status == 2 and len(text.splitlines()) == 1
    assert f"{module} is missing; run `" in text and package in text and " -m pip install " in text


def test_a_missing_package_is_one_line_in_a_notebooks_first_cell(variables):
    text, _ = said(*bare("-c", IN_A_NOTEBOOK), env=variables("ipywidgets", "pil", "pillow"))
    assert "Traceback" not in text and len(text.strip().splitlines()) == 1
    assert text.startswith("NotReady: pillow is missing; ipywidgets is missing; run `")
    assert "'pillow>=10.3' 'ipywidgets>=7.7,<9'" in text


def test_a_command_without_tensorflow_does_not_ask_for_it(variables, tmp_path):
    command = bare("-m", "resnet_lesson", "signs", "--check", tmp_path / "none.h5")
    text, status = said(*command, env=variables("tensorflow", "keras"))
    assert status == 2 and "does not exist" in text


@pytest.mark.parametrize("versions", [{"keras": "2.15.0"}, {"tensorflow": "2.12.0"}])
def test_an_engine_that_is_too_old_is_named_with_the_command(variables, versions):
    (name, version), *_ = versions.items()
    text, _ = said(*bare("-c", IN_A_NOTEBOOK), env=variables(**versions))
    assert text.startswith(f"NotReady: {name} {version} is here, where >=")
    assert f"pip install '{name}>=" in text and len(text.strip().splitlines()) == 1


def test_the_doctor_works_without_tensorflow(variables):
    command = bare("-m", "resnet_lesson", "doctor", "--json")
    text, status = said(*command, env=variables("tensorflow"))
    told = json.loads(text)
    assert status == 1 and not told["healthy"]
    assert any("pip install 'tensorflow>=2.20,<3'" in fix for fix in told["fixes"])


def test_tensorflow_under_another_name_will_do(monkeypatch):
    def version(name):
        if name == "tensorflow-cpu":
            return "2.20.0"
        raise environment.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(environment.importlib.metadata, "version", version)
    assert environment._version("tensorflow") == "2.20.0"
    assert environment._version("no-such-package") is None


def test_outside_of_a_checkout_the_needs_are_those_that_pip_noted(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "PROJECT", tmp_path)
    assert any(one.startswith("tensorflow") for one in environment._requirements())
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "other"\ndependencies = ["x"]\n')
    assert "x" not in environment._requirements()
    assert environment.tested_versions() == {}


def test_what_breaks_inside_tensorflow_is_one_line_that_leads_to_the_doctor():
    error = ImportError("Traceback (most recent call last):\n  File\nOSError: no AVX\n\nSee https")
    assert str(environment.explained(error)).startswith("OSError: no AVX; run `")
    assert "-m resnet_lesson doctor" in str(environment.explained(error))
    assert "No module named 'absl'" in str(
        environment.explained(ModuleNotFoundError("No module named 'absl'", name="absl"))
    )


def test_memory_that_is_out_is_one_line(monkeypatch, capsys):
    def hungry():
        raise MemoryError("3 GiB asked for")

    monkeypatch.setattr("resnet_lesson.lab.doctor.examine", hungry)
    assert cli.main(["doctor"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "memory is out (3 GiB asked for)" in line


# ------------------------------------------------------------------------ a kernel with a history


def test_a_kernel_that_is_older_than_the_lesson_is_told_so_once(monkeypatch, capsys):
    monkeypatch.setattr(environment, "_tell", environment.cache(environment.notice))
    environment.remind()
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(environment, "_STARTED_WITH", (0, "2.20.0", "3.10.0"))
    environment.remind()
    environment.remind()
    (line,) = capsys.readouterr().err.splitlines()
    assert "restart it (menu Kernel)" in line


def test_a_change_of_a_file_is_an_update(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "PACKAGE", tmp_path)
    (tmp_path / "one.py").touch()
    before = environment._state()
    (tmp_path / ".#one.py").symlink_to("nowhere")  # as an editor leaves it
    assert environment._state() == before
    os.utime(tmp_path / "one.py", (2e9, 2e9))
    assert environment._state() != before


def test_keras_that_runs_on_another_engine_already_is_refused(monkeypatch):
    import keras

    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(NotReady, match="Keras was loaded with jax before the lesson; restart"):
        tensorflow_log.load_tensorflow.__wrapped__()


# -------------------------------------------------------------------------------- other folders


@pytest.mark.parametrize("place", [".", "lesson/notebooks", "lesson/notebooks/solutions"])
def test_missing_figures_are_told_in_a_notebook_that_was_copied_without_them(
    tmp_path, monkeypatch, place
):
    told = []
    monkeypatch.setattr(environment, "_tell", told.append)
    monkeypatch.setattr(environment, "in_notebook", lambda: True)
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(tmp_path / place)
    environment.remind()
    assert len(told) == 1 and "folder images" in told[0]
    shutil.copytree(ROOT / "images", tmp_path / ("images" if place == "." else "lesson/images"))
    environment.remind()
    assert len(told) == 1


def test_a_poor_environment_is_enough(tmp_path):
    """No home, no display, the C locale, variables and a keras.json for other engines."""
    keras_home = tmp_path / "keras"
    keras_home.mkdir()
    settings = {"backend": "torch", "image_data_format": "channels_first", "floatx": "float16"}
    (keras_home / "keras.json").write_text(json.dumps(settings))
    wanted = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LD_LIBRARY_PATH")
    variables = {name: os.environ[name] for name in wanted if name in os.environ}
    variables |= {
        "HOME": "nowhere",
        "LANG": "C",
        "TMPDIR": str(tmp_path),
        "KERAS_HOME": str(keras_home),
        "KERAS_BACKEND": "jax",
        "TF_USE_LEGACY_KERAS": "1",
    }
    code = textwrap.dedent(RIGHT) + textwrap.dedent("""
        from resnet_lesson import check, progress
        from resnet_lesson.figures.charts import lines
        lines({"loss": [2, 1]}, "epoch", "loss", "A chart")._repr_html_()
        print(check(skip_connection))
        print(progress())
        import keras
        print(keras.config.image_data_format(), keras.config.floatx())
    """)
    folder = tmp_path / "here"
    folder.mkdir()
    text, status = said(sys.executable, "-c", code, env=variables, cwd=folder)
    assert status == 0, text
    assert "✓ skip_connection: passed, 5 of 5 points" in text
    assert text.endswith("channels_last float32\n")
    assert list(folder.iterdir()) == []  # no folder named ~


@pytest.mark.slow
def test_a_notebook_that_was_copied_elsewhere_runs_and_tells_of_its_figures(tmp_path):
    notebook = nbformat.read(SOLUTIONS / "02-identity-block.ipynb", 4)
    NotebookClient(notebook, timeout=None, resources={"metadata": {"path": tmp_path}}).execute()
    widgets = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    told = [widget["state"].get("value") for widget in widgets.values()]
    assert any("Are the figures missing?" in str(value) for value in told)
    assert list(tmp_path.iterdir()) == []
