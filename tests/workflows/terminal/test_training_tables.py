"""Tables of a training's document."""

from io import StringIO

from rich.console import Console

from workflows.terminal.training_tables import kernels_table


def test_kernels_are_named_in_words() -> None:
    row = {
        name: value
        for metric in ("accuracy", "balanced_accuracy", "f1", "roc_auc")
        for name, value in ((metric, 0.9), (f"{metric}_spread", 0.05))
    }
    found = [row | {"kernel": "rbf", "scheme": "grouped"}]
    written = StringIO()
    console = Console(file=written, width=120)
    console.print(kernels_table({"classification": {"kernels": found}}))
    (line,) = (each for each in written.getvalue().splitlines() if "Gaussian" in each)
    assert "by element" in line
    assert line.count("0.90 ± 0.05") == 4
