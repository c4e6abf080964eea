"""What the lesson says below a cell, as it looks: in every theme, on wide and narrow screens.

The pictures of it are in pytest's temporary folder, to be looked at.
"""

import pytest

pytestmark = pytest.mark.browser

VARIABLES = {"RESNET_LESSON_QUICK": None}  # with it, the question would have no buttons
THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")
WIDTHS = (1280, 640, 420)  # pixels; 640 is what 200 % leave of 1280
CELLS = ("progress-panel", "check-identity-block", "hint-identity-block", "ask-same-seed")
WRONG = """\
X = Conv2D(F2, f, padding="same", kernel_initializer=initializer(seed=0))(X)
X = BatchNormalization()(X, training=training)
X = Activation("relu")(X)
X = Conv2D(F3, 1, kernel_initializer=initializer(seed=0))(X)
X = BatchNormalization()(X)
X = Activation("relu")(X)
return Activation("relu")(Add()([X, X_shortcut]))"""

# Each text in a cell's output: how it contrasts with what is painted below it, and how large it is.
# Colours are mixed by a canvas of one pixel, from the bottom up, as the browser itself does it.
TEXTS = """name => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
    const paint = (colour, opacity) => {
        canvas.globalAlpha = opacity;
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
    };
    const luminance = () => {
        const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map(
            value => value <= 10 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const colour = (element, style) => element instanceof SVGElement && element.ownerSVGElement
        ? [style.fill === "none" ? "transparent" : style.fill, style.opacity * style.fillOpacity]
        : [style.backgroundColor, style.opacity];
    const area = document.querySelector(`[data-cell="${name}"] .jp-Cell-outputArea`);
    const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const text = walker.currentNode, parent = text.parentElement;
        const shown = text.data.trim() && parent.checkVisibility();
        if (!shown || parent.closest("desc, style, .jp-OutputPrompt")) continue;
        parent.scrollIntoView({block: "nearest", inline: "nearest"});
        const range = document.createRange();
        range.selectNodeContents(text);
        const box = range.getClientRects()[0];
        if (!box) continue;  // words for viewers that drop drawings stand between their elements
        const there = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        const below = there.slice(there.indexOf(parent)).reverse();
        paint("white", 1);
        for (const element of below) {
            if (element instanceof SVGTextContentElement) continue;
            paint(...colour(element, getComputedStyle(element)));
        }
        const style = getComputedStyle(parent), back = luminance();
        paint(...parent instanceof SVGElement ? colour(parent, style) : [style.color, 1]);
        const [low, high] = [back, luminance()].sort((a, b) => a - b);
        const scale = parent instanceof SVGElement ? parent.getScreenCTM().a : 1;
        found.push({
            text: text.data.trim(),
            seen: there.includes(parent),
            contrast: (high + 0.05) / (low + 0.05),
            pixels: scale * parseFloat(style.fontSize),
        });
    }
    return found;
}"""
# What is wider than its place, but for what then scrolls by itself, with the keyboard too.
TOO_WIDE = """name => [...document.querySelectorAll(
        `[data-cell="${name}"] .jp-Cell-outputArea, [data-cell="${name}"] .jp-Cell-outputArea *`)]
    .filter(element => element.scrollWidth > element.clientWidth + 1 && element.clientWidth
        && getComputedStyle(element).overflowX !== "visible" && element.tabIndex !== 0)
    .map(element => element.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def answered(open_for_module):
    """Notebook 02 with all that the lesson can say: progress, a report, a hint, a verdict."""
    notebook = open_for_module("notebooks/02-identity-block.ipynb")
    notebook.run("import-lesson", "progress-panel", "import-keras")
    notebook.type_over("graded-identity-block", WRONG, lines=5)  # the blank and the end
    notebook.run("graded-identity-block", "check-identity-block")
    notebook.run("hint-identity-block", "hint-identity-block", "ask-same-seed")
    notebook.output("ask-same-seed").get_by_role("button", name="b", exact=True).click()
    notebook.output("ask-same-seed").get_by_role("alert").wait_for()
    for folded in notebook.page.locator("[data-cell] .jp-Cell-outputArea summary").all():
        folded.click()
    notebook.command("application:toggle-left-area")  # on a narrow screen it leaves no room
    return notebook


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_all_that_is_said_can_be_read(answered, tmp_path, theme, width):
    answered.page.set_viewport_size({"width": width, "height": 2600})
    answered.switch_theme(theme)
    for name in CELLS:
        answered.cell(name).screenshot(path=tmp_path / f"{name}.png")
        texts = answered.page.evaluate(TEXTS, name)
        assert texts
        assert [text for text in texts if not text["seen"]] == []
        assert [text for text in texts if text["contrast"] < 4.5] == []
        assert [text for text in texts if text["pixels"] < 9] == []
        assert answered.page.evaluate(TOO_WIDE, name) == []
