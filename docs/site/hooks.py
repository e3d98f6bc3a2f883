"""What mkdocs builds the site of: every page and file that README.md leads to.

The pages are read as they lie in the repository, so that the same links work there and in the site.
They are copied into a folder of the same layout. A notebook becomes a page; so does a folder that a
page links, with a list of its files. One more page is the reference of `import interphase`.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import interphase

ROOT: Final = Path(__file__).parents[2]
START: Final = "README.md"
NOTEBOOK: Final = ".ipynb"
REFERENCE: Final = f"""\
# Python

::: interphase
    options:
        show_root_heading: false
        members: {interphase.__all__}
"""

_LINK = re.compile(r"(\]\()(?!https?:|data:|#)([^)#\s]+)")
_staged: list[TemporaryDirectory[str]] = []


def on_config(config: Any) -> Any:
    """Gather the pages, and have mkdocs read them there."""
    _staged.append(TemporaryDirectory(prefix="ip-site-"))
    folder = Path(_staged[-1].name)
    stage(folder)
    config.docs_dir = str(folder)
    return config


def on_post_build(config: Any) -> None:
    """Put the search's script next to the others; remove the gathered pages."""
    script = Path(__file__).with_name("iframe-worker.js")
    shutil.copy(script, Path(config.site_dir) / "assets" / script.name)
    _staged.pop().cleanup()


def stage(folder: Path) -> None:
    """Copy everything that README.md leads to."""
    waiting, seen = [ROOT / START], set()
    while waiting:
        source = waiting.pop()
        if source not in seen and source.exists():  # mkdocs names the page of a broken link
            seen.add(source)
            waiting += _copy(source, folder / source.relative_to(ROOT))
    _write(folder / "docs" / "python.md", REFERENCE)


def _copy(source: Path, target: Path) -> list[Path]:
    """Copy a page or a file; return what it leads to."""
    text = text_of(source)
    if text is None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        return []
    place = source if source.is_dir() else source.parent
    page = _LINK.sub(lambda found: found[1] + _in_site(place, found[2]), text)
    _write(target / START if source.is_dir() else target.with_suffix(".md"), page)
    return [(place / link).resolve() for _, link in _LINK.findall(text)]


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def text_of(source: Path) -> str | None:
    """Return what becomes a page, as Markdown; None for another file."""
    if source.is_dir():
        readme = source / START
        return readme.read_text(encoding="utf-8") if readme.exists() else _listed(source)
    if source.suffix == NOTEBOOK:
        cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
        return "\n\n".join(part for cell in cells for part in _of_cell(cell))
    return source.read_text(encoding="utf-8") if source.suffix == ".md" else None


def _in_site(place: Path, link: str) -> str:
    """Return the page of the site that a link to a folder or a notebook leads to."""
    if (place / link).is_dir():
        return f"{link.rstrip('/')}/{START}"
    return link.replace(NOTEBOOK, ".md")


def _listed(folder: Path) -> str:
    files = sorted(each.name for each in folder.iterdir() if each.is_file())
    return "\n".join((f"# {folder.name}", "", *(f"- [{name}]({name})" for name in files)))


def _of_cell(cell: dict[str, Any]) -> list[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return [source]
    return [f"```python\n{source}\n```", *map(_shown, cell["outputs"])]


def _shown(output: dict[str, Any]) -> str:
    """Write an output: a picture, or text."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    if picture := data.get("image/png"):
        return f"![](data:image/png;base64,{''.join(picture).strip()})"
    return f"```text\n{''.join(data['text/plain'])}\n```"
