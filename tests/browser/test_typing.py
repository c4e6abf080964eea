"""A learner at work in JupyterLab: answers typed, hints, questions, controls, a photograph.

With the mouse where nothing else is said, and once more with the keyboard alone.
"""

import re

import pytest
from PIL import Image

expect = pytest.importorskip("playwright.sync_api", reason="pip install -e '.[browser]'").expect
pytestmark = pytest.mark.browser

VARIABLES = {"RESNET_LESSON_QUICK": None}  # with it, controls would be left out
BLANK, CHECK, PANEL = "graded-skip-connection", "check-skip-connection", "progress-panel"
HINT, QUESTION = "hint-skip-connection", "ask-zero-path"
WITHOUT_SHORTCUT = 'Y = main_path(X)\nreturn Activation("relu")(Y)'
RIGHT = 'Y = Add()([main_path(X), X])\nreturn Activation("relu")(Y)'
MARKUP = "<img src=x onerror=alert(1)><h1>big</h1>"
PREVENTED = "() => document.querySelectorAll('.jp-OutputArea :is(h1, img[src=x])').length"


@pytest.fixture(scope="module")
def first(open_for_module):
    """Notebook 01, ready for an answer."""
    notebook = open_for_module("notebooks/01-skip-connection.ipynb")
    notebook.run("import-lesson", PANEL, "import-keras")
    return notebook


def test_a_wrong_answer_is_drawn_and_a_right_one_counts(first, open_notebook):
    panel = first.output(PANEL)
    expect(panel).to_contain_text("0 of 5 points")

    first.type_over(BLANK, WITHOUT_SHORTCUT, lines=2)
    report = first.run(BLANK, CHECK)
    expect(report).to_contain_text("The addition is missing")
    drawings = report.locator("figure svg:visible")
    expect(drawings).to_have_count(2)
    for drawing, name in zip(drawings.all(), ("Yours", "Expected"), strict=True):
        expect(drawing).to_be_visible()
        expect(drawing).to_have_accessible_name(re.compile(f"^{name}"))
        assert drawing.bounding_box()["width"] > 200
    # The panel at the head changes by itself.
    expect(panel).to_contain_text("1 of 5 points")
    expect(panel).to_contain_text("begun")

    first.type_over(BLANK, RIGHT, lines=2)
    report = first.run(BLANK, CHECK)
    expect(report).to_contain_text("passed, 5 of 5 points")
    expect(report).to_contain_text("Next exercise: identity_block")
    expect(drawings).to_have_count(1)  # of the network, with the part that is theirs
    expect(panel).to_contain_text("5 of 162 points")
    expect(panel.get_by_role("link", name="02-identity-block")).to_be_visible()

    # Another notebook, open beside it with a kernel of its own, knows of it; so does a new kernel.
    second = open_notebook("notebooks/02-identity-block.ipynb")
    expect(second.run("import-lesson", PANEL)).to_contain_text("Whole lesson: 5 of 162 points")
    first.restart()
    expect(first.run("import-lesson", "import-keras", PANEL)).to_contain_text("5 of 162 points")


def test_hints_unfold_one_by_one(first):
    for number in (1, 2, 3):
        output = first.run(HINT)
        expect(output.get_by_text(f"Hint {number} of 4")).to_be_visible()
        earlier = output.locator("details")
        expect(earlier).to_have_count(number - 1)
    expect(earlier.first.locator("p").first).to_be_hidden()
    earlier.first.locator("summary").click()
    expect(earlier.first.get_by_text("Look at the figure.")).to_be_visible()


def test_the_keyboard_alone_is_enough(first):
    first.go_to(BLANK)
    first.press("Enter", "Control+a")
    first.keyboard.type(f"def skip_connection(X, main_path):\n{WITHOUT_SHORTCUT}")
    report = first.run_by_keys(BLANK, CHECK)
    first.tab_to(report.locator("summary"))
    first.press("Enter")
    expect(report.get_by_role("rowheader").first).to_be_visible()

    first.run_by_keys(QUESTION)
    for letter, verdict in (("a", "✗ a. Not quite"), ("c", "✓ c. Right")):
        first.tab_to(first.output(QUESTION).get_by_role("button", name=letter, exact=True))
        first.press("Enter")
        expect(first.output(QUESTION).get_by_role("alert")).to_contain_text(verdict)


def test_markup_in_a_name_and_in_an_error_is_text(first):
    dialogs = []
    first.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    raising = f"def skip_connection(X, main_path):\nraise ValueError('{MARKUP} $x^2$ **bold**')"
    naming = f"check(type('{MARKUP}', (), {{}}))"
    for cell, code in ((BLANK, raising), (CHECK, naming)):
        if cell == BLANK:
            first.type_over(BLANK, code)
            report = first.run(BLANK, CHECK)
        else:
            first.type_over(CHECK, code)
            report = first.run(CHECK)
        expect(report).to_contain_text(MARKUP)
        assert first.page.evaluate(PREVENTED) == 0
        assert report.locator("strong:has-text('bold'), mjx-container").count() == 0
    assert dialogs == []


def test_a_restarted_notebook_runs_again_from_the_top(open_notebook):
    notebook = open_notebook("notebooks/solutions/02-identity-block.ipynb")
    for _ in range(2):
        notebook.command("notebook:clear-all-cell-outputs")
        notebook.restart("Restart Kernel and Run All Cells…")
        content = notebook.wait_for_all()
        counts = [cell["execution_count"] for cell in content["cells"] if "outputs" in cell]
        assert counts == list(range(1, len(counts) + 1))
    expect(notebook.output("check-identity-block")).to_contain_text("passed, 10 of 10 points")


def test_a_picture_follows_its_controls(open_notebook):
    notebook = open_notebook("notebooks/03-convolutional-block.ipynb")
    output = notebook.run("import-lesson", "import-keras", "explore-run")
    picture, stride = output.locator("img"), output.get_by_label("Stride")

    def changed(by):
        before = picture.get_attribute("src")
        by()
        expect(picture).not_to_have_attribute("src", before)
        return picture.get_attribute("alt")

    assert "5×5×512" in changed(lambda: stride.select_option("3"))
    notebook.go_to("explore-run")
    notebook.tab_to(stride)
    assert "8×8×512" in changed(lambda: notebook.press("Space", "ArrowUp", "Enter"))


def test_a_photograph_is_uploaded_and_answered(open_notebook, tmp_path):
    photograph = tmp_path / "my <b>hand.jpg"
    Image.radial_gradient("L").convert("RGB").resize((400, 300)).save(photograph)
    notebook = open_notebook("notebooks/05-train-on-signs.ipynb")
    notebook.run("import-lesson", "import-keras", "data-run")
    cell = "varied-train-run"
    notebook.type_over(cell, "network = ResNet50()")  # it has not to be a trained one
    output = notebook.run(cell, "own-upload")
    with notebook.page.expect_file_chooser() as chooser:
        output.get_by_role("button", name="Choose a photograph").click()
    chooser.value.set_files(photograph)
    picture = output.locator("img")
    answered = re.compile(r"The network (answers \d|does not know).*\d %")
    expect(picture).to_have_attribute("alt", answered)
    whole = picture.get_attribute("src")
    notebook.tab_to(output.get_by_label("Left"))
    notebook.press("Control+a", "5", "0", "Enter")
    expect(picture).not_to_have_attribute("src", whole)
