"""Models, settings, nights, checks: what the program can be asked for beside talking."""

from __future__ import annotations

from companion.cli.listing import sleep_lines
from companion.cli.morning import report_text
from companion.cli.output import say
from companion.cli.plain_commands.base import Leave, Run, Session, tell
from companion.cli.shelf import list_lines
from companion.errors import InvalidInput
from companion.help_lines import care_card
from companion.strings import text
from companion.text import one_line
from companion.ui.backup_text import backup_line
from companion.ui.care_text import plain_lines, region_line
from companion.ui.check_text import check_lines
from companion.ui.format import amount, filled
from companion.ui.model_text import plan_lines
from companion.ui.preferences import Preferences
from companion.ui.protection_text import told
from companion.ui.setting_fields import Setting, all_settings, parsed, section_title, shown

WIDEST = 32
"""Cells of the names of settings."""


def _morning(session: Session, _: str) -> None:
    tell(report_text(session.engine.morning()))
    session.engine.morning_seen()


def _letter(session: Session, week: str) -> None:
    found = session.engine.letter(week.strip(), dry_run=True)
    tell(found.text.splitlines() or [text("letter.nothing", week=found.week)])


def _sleep(session: Session, rest: str) -> None:
    """The nights that are due; "/sleep preview" only tells what they would change."""
    preview = rest.casefold() in ("preview", text("plain.preview").casefold())
    tell(sleep_lines(session.engine.sleep(dry_run=preview)))


def _protection(session: Session, _: str) -> None:
    tell(told(session.engine.protection(), None))
    say(text("plain.protection_how"))


def _lock(session: Session, _: str) -> None:
    """The program ends, and with it whatever could read the profile."""
    if not session.engine.protection().encrypted:
        raise InvalidInput(text("protection.not_set"), hint=text("plain.protection_how"))
    raise Leave(text("plain.locked"))


def _models(session: Session, rest: str) -> None:
    """ "/models" lists them, "/models use NAME" chooses one, "/models fetch NAME" tells what that would do and
    "/models fetch NAME yes" begins it, "/models stop" breaks that off."""
    command, _, name = rest.partition(" ")
    name = name.strip()
    match command:
        case "":
            tell(list_lines(session.engine.models()))
            say(text("plain.models_how"))
        case "use" if name:
            choice = session.engine.use_model(name)
            if choice.notice:
                say(text("plain.written_but", notice=one_line(choice.notice, 400)))
            say(text("plain.model_chosen", path=one_line(choice.path, 400)))
        case "fetch" if name.endswith(" yes"):
            session.engine.pull_model(name.removesuffix(" yes").strip())
            say(text("plain.fetching"))
        case "fetch" if name:
            tell(plan_lines(session.engine.plan_pull(name)))
            say(text("plain.fetch_yes", name=one_line(name, 80)))
        case "stop":
            say(text("plain.fetch_stopped") if session.engine.stop_pull() else text("models.nothing_fetched"))
        case _:
            raise InvalidInput(text("plain.models_unclear"), hint=text("plain.models_how"))


def _settings(session: Session, rest: str) -> None:
    """ "/settings" lists them, "/settings memory.tier" explains one, "/settings memory.tier 1" sets it, and a "-" in
    the place of the value makes it what it comes as."""
    preferences = Preferences(session.settings, session.settings_file)
    name, _, value = rest.partition(" ")
    if not name:
        section = None
        for setting in all_settings():
            if setting.section != section:
                section = setting.section
                say(section_title(section))
            value = shown(setting, preferences.value(setting.section, setting.name))
            say(f"  {filled(_name(setting), WIDEST)}  {value}")
        say(text("plain.settings_how"))
        return
    found = next((setting for setting in all_settings() if _name(setting) == name.casefold()), None)
    if found is None:
        raise InvalidInput(text("plain.no_setting", name=one_line(name, 60)), hint=text("plain.no_setting_hint"))
    if value.strip():
        if variable := preferences.overridden(found.section, found.name):
            raise InvalidInput(text("settings.overridden", variable=variable))
        given = None if value.strip() == "-" else parsed(found, value)
        preferences.write(found.section, found.name, given)
        say(text("plain.setting_kept"))
    title = f"{found.title} ({_name(found)})"
    say(text("format.named", name=title, what=shown(found, preferences.value(found.section, found.name))))
    say(found.about)
    if found.choices:
        say(text("plain.setting_choices", choices=text("format.comma").join(found.choices)))


def _name(setting: Setting) -> str:
    return f"{setting.section}.{setting.name}" if setting.section else setting.name


def _doctor(session: Session, _: str) -> None:
    tell(check_lines(session.engine.doctor()))


def _backups(session: Session, _: str) -> None:
    tell(backup_line(each) for each in session.engine.backups(verify=True))
    say(text("backup_cli.quit_first"))


def _backup(session: Session, _: str) -> None:
    made = session.engine.back_up()
    say(text("backup_cli.made", name=made.name, amount=amount(made.bytes)))


def _care(session: Session, _: str) -> None:
    card = care_card("crisis", "self", session.settings.care.region)
    tell([*plain_lines(card, asked=True), region_line(card.region)])


COMMANDS: dict[str, Run] = {
    "care": _care,
    "morning": _morning,
    "letter": _letter,
    "sleep": _sleep,
    "models": _models,
    "settings": _settings,
    "doctor": _doctor,
    "backups": _backups,
    "backup": _backup,
    "protection": _protection,
    "lock": _lock,
}
