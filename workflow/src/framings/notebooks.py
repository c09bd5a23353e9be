"""Notebooks run by the workflow: on the results of a corpus, reading only, to pages that are the same in every run."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from framings.opening import CODER_VARIABLE, RESULTS_VARIABLE

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = (
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.truncate",
    "os.link",
    "os.symlink",
    "shutil.rmtree",
    "shutil.move",
)
QUIET = "--IPKernelApp.log_level=ERROR"  # a kernel on this machine warns of its connection at each start
GUARD = "--IPKernelApp.exec_lines=['from framings.notebooks import forbid_writing; forbid_writing()']"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body{{max-width:64rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif;color:#1c1c1c}}
pre{{overflow-x:auto;background:#f3f3f0;padding:.6rem .8rem;font-size:13px;line-height:1.4}}
.prompt,.jp-InputPrompt,.jp-OutputPrompt,.anchor-link{{display:none}}
table{{border-collapse:collapse;font-size:13px}}td,th{{padding:.2rem .5rem;border-bottom:1px solid #dcdcdc;text-align:right}}
div{{overflow-x:auto}}figure{{margin:1rem 0}}img{{max-width:100%}}figcaption{{font-size:13px;color:#595959}}
</style></head><body>
{body}
</body></html>
"""


class NotebookError(ValueError):
    """A notebook wrote a file; the message is one plain sentence."""


def forbid_writing():
    """Make this process refuse to write, move or remove files from now on; reading, and devices such as /dev/null, stay open.

    It holds for what Python itself opens; a library that writes past Python is found by ``execute_notebook``'s look at its folder.
    """
    sys.addaudithook(_refuse_writes)


def _refuse_writes(event, arguments):
    """Raise where an event of the interpreter is a change to a file."""
    if event == "open":
        path, mode, flags = arguments
        writes = set("wax+") & set(mode) if isinstance(mode, str) else isinstance(flags, int) and flags & WRITES
        if not writes or isinstance(path, int) or os.fsdecode(path).startswith(("/dev/", os.devnull)):
            return
    elif event not in CHANGES:
        return
    raise PermissionError(f"a notebook reads results and writes nothing; it tried to change {arguments[0]!r}")


def execute_notebook(notebook, results, coder_id, timeout=600):
    """Return the notebook with its outputs, run on the results in a folder, in an empty folder of its own and a new kernel.

    Raises nbclient's ``CellExecutionError`` where a cell fails or tries to write, ``NotebookError`` where a file was left behind.
    """
    from nbclient import NotebookClient  # half a second that readers of this module's constants need not wait

    told = {RESULTS_VARIABLE: str(Path(results).resolve()), CODER_VARIABLE: coder_id, "PYTHONDONTWRITEBYTECODE": "1"}
    with TemporaryDirectory() as folder, TemporaryDirectory() as home:
        client = NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name="python3",
            record_timing=False,
            extra_arguments=[GUARD, QUIET],
            resources={"metadata": {"path": folder}},
        )
        executed = client.execute(env=os.environ | told | {"IPYTHONDIR": home})
        left = sorted(path.name for path in Path(folder).rglob("*"))
    if left:
        raise NotebookError(f"a notebook reads results and writes nothing; it left {', '.join(left)} behind")
    return executed


def render_notebook(executed, title):
    """Return an executed notebook as one page that opens offline."""
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter(template_name="basic").from_notebook_node(executed)
    return PAGE.format(title=title, body=body)
