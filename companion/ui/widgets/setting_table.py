"""The list of settings: their sections, and what each is set to."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from companion.strings import text
from companion.ui.preferences import Preferences
from companion.ui.setting_fields import Setting, all_settings, section_title, shown
from companion.ui.widgets.literal import cell
from companion.ui.widgets.row_table import RowTable


class SettingTable(RowTable):
    COLUMNS = (
        ("setting", text("settings.column_setting"), 30),
        ("value", text("settings.column_value"), 26),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", text("settings.key_change"), key_display="⏎", id="settings.change")
    ]

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        self._rows: list[Setting | str] = []
        """A setting, or the name of a section above those in it."""
        section = None
        for each in all_settings():
            if each.section != section:
                section = each.section
                self._rows.append(section)
            self._rows.append(each)

    @property
    def current(self) -> Setting | None:
        """The one under the cursor; None on the name of a section."""
        row = self._rows[self.cursor_row] if 0 <= self.cursor_row < len(self._rows) else ""
        return row if isinstance(row, Setting) else None

    def widths(self, width: int) -> dict[str, int]:
        return {"value": min(34, width * 45 // 100)}

    def refill(self) -> None:
        place = max(1, self.cursor_row)
        self.put((self._row(each) for each in self._rows), place)

    def _row(self, row: Setting | str) -> tuple[object, object]:
        if not isinstance(row, Setting):
            return cell(section_title(row), "bold"), cell("")
        section, name = row.section, row.name
        style = "dim" if self._preferences.overridden(section, name) else ""
        value = shown(row, self._preferences.value(section, name))
        return cell(f"  {row.title}", style), cell(value, style)
