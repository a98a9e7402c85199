"""How many rows are done already, on the terminal of whoever waits for something long."""

import contextlib
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def tally(what: str, *, quiet: bool, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """What is called with the rows done so far; shown on stderr while that is a terminal, otherwise nowhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda rows: None
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("行"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda rows: progress.update(task, completed=rows)
