"""Styles and scripts as they stand in the page, and the policy that lets them alone run."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

_TEMPLATE = Path(__file__).with_name("template")
OF_TABLE = ("table.js", "cells.js")
OF_PLOTS = ("theme.js", "axis.js", "front.js", "trade.js", "labels.js", "draw.js")


def scripts(*, with_plots: bool) -> dict[str, Any]:
    """The template's variables: the page's own scripts are one, for they share their names."""
    from markupsafe import Markup

    script = "\n".join(map(_file, OF_TABLE + OF_PLOTS * with_plots))
    plotly = _plotly() if with_plots else ""
    allowed = " ".join(f"'sha256-{_digest(text)}'" for text in (script, plotly) if text)
    return {
        "css": Markup(_file("page.css")),
        "script": Markup(script),
        "plotly": Markup(plotly),
        "with_plots": with_plots,
        "policy": f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline';"
        " img-src data: blob:; base-uri 'none'; form-action 'none'",
    }


def _plotly() -> str:
    """Plotly's own script, which the Python package carries."""
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    # An end tag within a string would end the script's element.
    return script.replace("</script", "<\\/script")


def _file(name: str) -> str:
    return (_TEMPLATE / name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
