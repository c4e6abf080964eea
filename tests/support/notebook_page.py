"""A notebook in JupyterLab, handled as a reader does: with mouse and keyboard, by what is shown."""

SECONDS_TO_OPEN = 120
SECONDS_TO_RUN = 900
# Looked at with each picture on the screen, as Playwright would, a page takes a whole processor.
POLLING = 250  # milliseconds

IS_READY = """() => {
    const panel = window.jupyterapp?.shell.currentWidget;
    return panel?.context?.isReady && panel.sessionContext.session?.kernel?.status === "idle";
}"""
NAME_THE_CELLS = """() => window.jupyterapp.shell.currentWidget.content.widgets.forEach(
    cell => { cell.node.dataset.cell = cell.model.id; })"""
ALL_HAVE_RUN = """() => {
    const {content, sessionContext} = window.jupyterapp.shell.currentWidget;
    const code = content.widgets.filter(cell => cell.model.type === "code");
    const stopped = code.some(cell => cell.model.outputs.toJSON().some(
        output => output.output_type === "error"));
    const done = code.every(cell => cell.model.executionState === "idle"
        && (cell.model.executionCount || !cell.model.sharedModel.source.trim()));
    return sessionContext.session.kernel.status === "idle" && (stopped || done);
}"""
FORGET = """id => window.jupyterapp.shell.currentWidget.content.widgets
    .find(cell => cell.model.id === id).model.clearExecution()"""
HAS_RUN = """id => {
    const {content, sessionContext} = window.jupyterapp.shell.currentWidget;
    const {model} = content.widgets.find(cell => cell.model.id === id);
    return model.executionState === "idle" && model.executionCount
        && sessionContext.session.kernel.status === "idle";
}"""
IS_FOCUSED = "element => element === document.activeElement"
STEPS_TO = """id => {
    const {activeCellIndex, widgets} = window.jupyterapp.shell.currentWidget.content;
    return widgets.findIndex(cell => cell.model.id === id) - activeCellIndex;
}"""
WATCH_FOR_A_RESTART = """() => {
    window.restarted = false;
    window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.statusChanged.connect(
        (_, status) => { window.restarted ||= status === "restarting"; });
}"""
SHOWS_THEME = "name => document.body.dataset.jpThemeName === name"
CONTENT = "() => window.jupyterapp.shell.currentWidget.content.model.toJSON()"


class NotebookPage:
    """A notebook that is open in a tab of the browser.

    Args:
        page: Playwright's page.
        server: `lab_server.LabServer`.
        path: the notebook, relative to the server's folder.
    """

    def __init__(self, page, server, path):
        self.page = page
        self.keyboard = page.keyboard
        # A workspace of its own: else JupyterLab opens here what another tab had open.
        where = f"lab/workspaces/{id(page)}/tree/{path}"
        page.goto(f"{server.address}/{where}?token={server.token}&reset")
        self._wait_for_kernel()

    def _wait_for(self, condition, **options):
        self.page.wait_for_function(condition, polling=POLLING, **options)

    def _wait_for_kernel(self):
        self._wait_for(IS_READY)
        self.page.evaluate(NAME_THE_CELLS)

    def cell(self, name):
        """The cell of that id, a Playwright locator."""
        return self.page.locator(f'[data-cell="{name}"]')

    def output(self, name):
        """What is shown below the cell of that id, a Playwright locator."""
        return self.cell(name).locator(".jp-Cell-outputArea")

    def command(self, name, **arguments):
        """Carries out a command of JupyterLab that has no key and is no part of what is tried."""
        call = "([name, given]) => window.jupyterapp.commands.execute(name, given)"
        self.page.evaluate(call, [name, arguments])

    def switch_theme(self, name):
        """Changes JupyterLab's theme, and waits until it is shown."""
        self.command("apputils:change-theme", theme=name)
        self._wait_for(SHOWS_THEME, arg=name)

    def choose(self, menu, item):
        """Chooses an item of the menu bar."""
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        # An item's own name holds its keys too.
        self.page.locator(".lm-Menu").get_by_text(item, exact=True).click()

    def start_all(self):
        """Starts all cells by the menu."""
        self.choose("Run", "Run All Cells")

    def wait_for_all(self):
        """Waits until all cells have run, or one has stopped; returns what the notebook is then."""
        self._wait_for(ALL_HAVE_RUN, timeout=SECONDS_TO_RUN * 1000)
        return self.page.evaluate(CONTENT)

    def restart(self, item="Restart Kernel…"):
        """Restarts the kernel by the menu."""
        self.page.evaluate(WATCH_FOR_A_RESTART)
        self.choose("Kernel", item)
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self._wait_for("() => window.restarted")
        self._wait_for(IS_READY)

    def run(self, *names):
        """Clicks cells and runs them, one after the other; returns the last one's output."""
        for name in names:
            self.cell(name).locator(".jp-InputPrompt").click()
            self._run_selected(name)
        return self.output(names[-1])

    def run_by_keys(self, *names):
        """Runs cells without a mouse, one after the other; returns the last one's output."""
        for name in names:
            self.go_to(name)
            self._run_selected(name)
        return self.output(names[-1])

    def _run_selected(self, name):
        self.page.evaluate(FORGET, name)  # a run is stored in the notebook
        self.press("Control+Enter")
        self._wait_for(HAS_RUN, arg=name, timeout=SECONDS_TO_RUN * 1000)

    def press(self, *keys):
        """Presses keys, one after the other."""
        for key in keys:
            self.keyboard.press(key)

    def go_to(self, name):
        """Selects a cell by the arrow keys."""
        steps = self.page.evaluate(STEPS_TO, name)
        self.press("Escape", *["ArrowDown" if steps > 0 else "ArrowUp"] * abs(steps))

    def tab_to(self, locator, most=40):
        """Presses Tab until that element has the focus."""
        for _ in range(most):
            self.press("Tab")
            if locator.evaluate(IS_FOCUSED):
                return
        raise AssertionError(f"not reached by {most} times Tab: {locator}")

    def type_over(self, name, text, lines=None):
        """Types in place of the last lines of a cell, in the editor.

        Args:
            name: the cell's id.
            text: what is typed; the editor indents new lines as it sees fit.
            lines: integer, how many lines at its end are replaced; None replaces all.
        """
        self.cell(name).locator(".cm-content").click()
        up = () if lines is None else ("Shift+ArrowUp",) * (lines - 1)
        keys = ("Control+a",) if lines is None else ("Control+End", *up, "Shift+Home")
        self.press(*keys)
        self.keyboard.type(text)
