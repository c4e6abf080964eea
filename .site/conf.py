"""How Sphinx makes pages to read of the solved notebooks: `python .site FOLDER`."""

import os
import re
from operator import methodcaller

project = html_title = "Residual networks"
author = ""
extensions = ["myst_nb", "sphinx_external_toc"]
nb_execution_mode = "off"  # the stored outputs are shown
nb_ipywidgets_js = {}  # no page loads anything from elsewhere
myst_heading_anchors = 3
myst_heading_slug_func = methodcaller("replace", " ", "-")  # anchors as JupyterLab has them
suppress_warnings = ["config.cache"]  # of this function
html_theme = "sphinx_book_theme"
html_theme_options = {
    "navbar_persistent": [],  # the search is in the sidebar
    "article_header_end": ["toggle-secondary-sidebar.html"],
}
# Where GitHub builds the pages, each notebook has a button that opens it in Colab.
if repository := os.environ.get("GITHUB_REPOSITORY"):
    html_theme_options |= {
        "repository_url": f"https://github.com/{repository}",
        "repository_branch": "colab",
        "launch_buttons": {"colab_url": "https://colab.research.google.com"},
        "article_header_end": ["article-header-buttons.html", "toggle-secondary-sidebar.html"],
        "use_download_button": False,
        "use_fullscreen_button": False,
    }
html_context = {"default_mode": "light"}  # the colours that outputs are stored in
html_static_path = ["static"]
html_css_files = ["narrow.css"]
html_show_copyright = False
html_show_sourcelink = False


def setup(app):
    app.connect("html-page-context", _link_outputs_to_pages)


def _link_outputs_to_pages(app, page, template, context, doctree):
    """Sphinx follows links in texts; those in outputs still name the notebooks."""
    context["body"] = re.sub(r'(href="[\w-]+)\.ipynb', r"\1.html", context.get("body", ""))
