"""How a test run is spread over processes, by the ``conftest.py`` at the root."""

from types import SimpleNamespace

import pytest
from support.paths import ROOT


@pytest.fixture
def schedule(pytestconfig, monkeypatch):
    """The module, on a computer with two processors and much memory."""
    [module] = [p for p in pytestconfig.pluginmanager.get_plugins() if _file(p) == ROOT]
    monkeypatch.setattr(module, "processors", lambda: 2)
    monkeypatch.setattr(module, "BYTES_FOR_A_PROCESS", 1)
    return module


def _file(plugin):
    return ROOT if getattr(plugin, "__file__", None) == str(ROOT / "conftest.py") else None


def workers(schedule, *args, **options):
    usual = {"capture": "fd", "keyword": "", "nbval": False, "markexpr": "not slow"}
    options = SimpleNamespace(**{**usual, **options})
    config = SimpleNamespace(args=[str(ROOT / arg) for arg in args], option=options)
    return schedule.pytest_xdist_auto_num_workers(config)


def test_a_few_files_run_in_the_process_that_is_there(schedule):
    assert workers(schedule, "tests/test_blocks.py::test_one") == 0
    assert workers(schedule, "tests/grading/judge") == 0
    assert workers(schedule, "tests", keyword="block") == workers(schedule, "tests", capture="no")
    assert workers(schedule, "tests", keyword="block") == 0
    assert workers(schedule, "notebooks") == 0


def test_many_files_and_notebooks_get_all_processors_and_slow_ones_one_more(schedule):
    assert workers(schedule, "tests") == 2
    assert workers(schedule, "notebooks", nbval=True) == 2
    assert workers(schedule, "tests", markexpr="slow or browser") == 3
    assert workers(schedule, "tests", nbval=True, markexpr="not slow and not browser") == 2


def test_little_memory_is_for_one_process(schedule, monkeypatch):
    monkeypatch.setattr(schedule, "BYTES_FOR_A_PROCESS", 1 << 60)
    assert workers(schedule, "tests") == 0


def test_a_notebook_and_a_file_stay_together_and_long_tests_do_not(schedule):
    together = schedule._taken_together
    assert together("notebooks/05-x.ipynb::Cell 1") == together("notebooks/05-x.ipynb::Cell 2")
    assert together("tests/test_cli.py::test_a[x::y]") == "tests/test_cli.py"
    assert together("tests/grading/judge/test_answers.py::test_a").endswith("::test_a")


def test_what_is_taken_apart_and_what_comes_first_exist(schedule):
    assert all((ROOT / path).is_file() for path in schedule.TAKEN_APART)
    files = [path.name for folder in ("tests", "notebooks") for path in (ROOT / folder).rglob("*")]
    assert all(any(part in name for name in files) for part in schedule.LONGEST_FIRST)
    assert schedule._turn("notebooks/05-train-on-signs.ipynb") == 0
    assert schedule._turn("tests/test_cli.py") == len(schedule.LONGEST_FIRST)
