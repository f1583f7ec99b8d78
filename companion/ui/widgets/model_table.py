"""The table of models: one row each, cut to fit the width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.coordinate import Coordinate
from textual.events import Resize
from textual.widgets import DataTable

from companion.offers import ModelOffer
from companion.ui.format import amount
from companion.ui.model_text import where
from companion.ui.widgets.literal import cell

_COLUMNS = (("name", "  model", 0), ("size", "  size", 8), ("fit", " memory", 11), ("where", "where", 10))
_STYLES = {"fits": "", "tight": "yellow", "too large": "red", "unknown": "dim"}


class ModelTable(DataTable[object]):
    """`show()` keeps the cursor on its model; the name takes what the other columns leave."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", "Use or fetch", key_display="⏎")]
    DEFAULT_CSS = """
    ModelTable { width: 1fr; height: 1fr; scrollbar-size-vertical: 1; background: transparent; }
    ModelTable > .datatable--header { background: transparent; color: $text-muted; text-style: none; }
    """

    def __init__(self) -> None:
        super().__init__(cursor_type="row", cell_padding=0)
        self._shown: Sequence[ModelOffer] = ()

    def on_mount(self) -> None:
        for key, label, width in _COLUMNS:
            self.add_column(cell(label), key=key, width=width)

    @property
    def current(self) -> ModelOffer | None:
        """The model under the cursor."""
        return self._shown[self.cursor_row] if 0 <= self.cursor_row < len(self._shown) else None

    def show(self, models: Sequence[ModelOffer]) -> None:
        """Replace the rows."""
        before, at = self.current, self.cursor_row
        self._shown = models
        self.clear()
        for model in models:
            fit = "no use" if model.problem else model.fit
            self.add_row(
                cell(f"{'*' if model.in_use else ' '} {model.name}", "bold" if model.in_use else ""),
                cell(f"{amount(model.size_bytes):>7}" if model.size_bytes else ""),
                cell(f" {fit}", _STYLES.get(fit, "dim")),
                cell(where(model)),
            )
        keys = [(model.path, model.key) for model in models]
        key = (before.path, before.key) if before else None
        names = [model.name for model in models]
        if key in keys:
            place = keys.index(key)
        elif before is not None and before.name in names:
            place = names.index(before.name)
        else:
            place = min(at, len(keys) - 1)
        if place > 0:
            self.cursor_coordinate = Coordinate(place, 0)

    def on_resize(self, event: Resize) -> None:
        others = sum(width for _, _, width in _COLUMNS)
        for key, column in self.columns.items():
            if key.value == "name":
                column.width = max(12, event.size.width - others - 1)
        self.show(self._shown)
        self.refresh(layout=True)
