"""What commands print: results on standard output; errors and progress on standard error."""

import sys

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

console = Console(highlight=False, emoji=False)  # emoji codes such as :smile: may be parts of file names
errors = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


def print_error(message: object) -> None:
    """Prints an error on standard error, `phosphene: ` before each of its lines. Nothing else is printed there."""
    for line in str(message).splitlines():
        errors.print(f"phosphene: {line}", markup=False, style="red" if errors.is_terminal else None)


def print_line(message: object) -> None:
    """Prints a line on standard output as it is, however long."""
    console.print(message, markup=False, soft_wrap=True)


def inline_picture(picture: np.ndarray, columns: int = 48) -> Text:
    """A picture for a terminal of many colours: each character shows two pixels, one above the other.

    Parameters
    ----------
    picture : uint8 array, shape (height, width, 3)
    columns : int
        Width of the result in characters. Its height follows from the picture's shape.
    """
    height, width, _ = picture.shape
    rows = 2 * max(round(columns * height / width / 2), 1)
    down, across = (np.linspace(0, side, count + 1).astype(int) for side, count in ((height, rows), (width, columns)))
    small = np.add.reduceat(np.add.reduceat(picture.astype(float), down[:-1], 0), across[:-1], 1)
    small /= (np.diff(down)[:, None] * np.diff(across))[:, :, None]
    text = Text()
    for upper, lower in zip(small[::2].astype(int).tolist(), small[1::2].astype(int).tolist()):
        for above, below in zip(upper, lower):
            text.append("▀", style="rgb({},{},{}) on rgb({},{},{})".format(*above, *below))
        text.append("\n")
    return text


def progress_bar() -> Progress:
    """A progress bar where standard error is a terminal; silent elsewhere.

    Each task has a field `detail`: the text between the bar and the remaining time.
    """
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
