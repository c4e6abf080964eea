"""A notebook in JupyterLab, handled as a reader does: with mouse and keyboard, by what is shown."""

SECONDS_TO_OPEN = 120
SECONDS_TO_RUN = 900

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
COUNT = """id => window.jupyterapp.shell.currentWidget.content.widgets
    .find(cell => cell.model.id === id).model.executionCount"""
HAS_RUN = """([id, before]) => {
    const {content, sessionContext} = window.jupyterapp.shell.currentWidget;
    const {model} = content.widgets.find(cell => cell.model.id === id);
    return model.executionState === "idle" && model.executionCount
        && model.executionCount !== before && sessionContext.session.kernel.status === "idle";
}"""
CONTENT = "() => window.jupyterapp.shell.currentWidget.content.model.toJSON()"


class NotebookPage:
    """A notebook that is open in a tab of the browser.

    Arguments:
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

    def _wait_for_kernel(self):
        self.page.wait_for_function(IS_READY)
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
        self.page.wait_for_function(ALL_HAVE_RUN, timeout=SECONDS_TO_RUN * 1000)
        return self.page.evaluate(CONTENT)

    def run(self, *names):
        """Runs cells by Shift+Enter, one after the other; returns the last one's output."""
        for name in names:
            before = self.page.evaluate(COUNT, name)
            self.cell(name).locator(".jp-InputPrompt").click()
            self.keyboard.press("Shift+Enter")
            self.page.wait_for_function(HAS_RUN, arg=[name, before], timeout=SECONDS_TO_RUN * 1000)
        return self.output(names[-1])

    def type_over(self, name, lines, text):
        """Types in place of the last lines of a cell, in the editor.

        Arguments:
            name: the cell's id.
            lines: integer, how many lines at its end are replaced.
            text: what is typed; the editor indents new lines like the one before.
        """
        self.cell(name).locator(".cm-content").click()
        self.keyboard.press("Control+End")
        for _ in range(lines - 1):
            self.keyboard.press("Shift+ArrowUp")
        self.keyboard.press("Shift+Home")
        self.keyboard.type(text)
