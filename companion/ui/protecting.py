"""Setting up the lock, changing and removing it: which screens follow one another."""

from __future__ import annotations

from dataclasses import replace

from textual import work

from companion.strings import text
from companion.ui.locking import LockingApp
from companion.ui.screens.base import attempt, tell


class ProtectingApp(LockingApp):
    """A part of the app. Screens are imported when they are opened."""

    @work(group="protection", exclusive=True)
    async def open_protection(self) -> None:
        """How the profile is protected, and what can be done about it."""
        from companion.ui.screens.protection import ProtectionScreen

        protection = await attempt(self, self.engine.protection())
        if protection is None:
            return
        self.is_protected = protection.encrypted
        if protection.encrypted:
            deeds = [
                (text("protection.do_lock"), self.action_lock),
                (text("protection.do_change"), self.change_passphrase),
                (text("protection.do_renew"), self.renew_recovery_code),
                (text("protection.do_rekey"), self.encrypt_anew),
                (text("protection.do_remove"), self.remove_lock),
            ]
        else:
            deeds = [(text("protection.do_set_up"), self.set_up_lock)]
        self.push_screen(ProtectionScreen(protection, self.preferences.current.lock.idle_minutes, deeds))

    def choose_passphrase(self) -> None:
        self.set_up_lock()

    @work(group="protection", exclusive=True)
    async def set_up_lock(self) -> None:
        from companion.ui.screens.passphrase import PassphraseScreen

        if not await self._is_encrypted(False):
            return
        settings = self.preferences.current
        screen: PassphraseScreen[str] = PassphraseScreen(
            text("protection.set_up"),
            text("protection.set_up_about"),
            lambda _, new: self.engine.protect(new, settings.lock.keyring),
            new=True,
            doing=text("protection.encrypting"),
            known=(settings.name, settings.persona, "companion"),
        )
        code = await self.push_screen_wait(screen)
        if code is not None:
            self._is_now(True)
            await self._show_code(code)
            tell(self, text("protection.done"), text("protection.done_about"), seconds=8)

    @work(group="protection", exclusive=True)
    async def change_passphrase(self) -> None:
        from companion.ui.screens.passphrase import PassphraseScreen

        if not await self._is_encrypted(True):
            return
        settings = self.preferences.current

        async def change(present: str, new: str) -> bool:
            await self.engine.change_passphrase(present, new)
            return True

        screen: PassphraseScreen[bool] = PassphraseScreen(
            text("protection.change"),
            text("protection.change_about"),
            change,
            present=True,
            new=True,
            known=(settings.name, settings.persona, "companion"),
        )
        if await self.push_screen_wait(screen):
            tell(self, text("protection.changed"))

    @work(group="protection", exclusive=True)
    async def renew_recovery_code(self) -> None:
        from companion.ui.screens.passphrase import PassphraseScreen

        if not await self._is_encrypted(True):
            return
        screen: PassphraseScreen[str] = PassphraseScreen(
            text("protection.renew"),
            text("protection.renew_about"),
            lambda present, _: self.engine.renew_recovery_code(present),
            present=True,
        )
        code = await self.push_screen_wait(screen)
        if code is not None:
            await self._show_code(code)

    @work(group="protection", exclusive=True)
    async def encrypt_anew(self) -> None:
        """With another key, for when somebody may have the old one."""
        from companion.ui.screens.passphrase import PassphraseScreen

        if not await self._is_encrypted(True):
            return
        screen: PassphraseScreen[str] = PassphraseScreen(
            text("protection.rekey"),
            text("protection.rekey_about"),
            lambda present, _: self.engine.rekey(present),
            present=True,
            doing=text("protection.encrypting"),
        )
        code = await self.push_screen_wait(screen)
        if code is not None:
            await self._show_code(code)

    @work(group="protection", exclusive=True)
    async def remove_lock(self) -> None:
        from companion.ui.screens.passphrase import PassphraseScreen

        if not await self._is_encrypted(True):
            return

        async def remove(present: str, _: str) -> bool:
            await self.engine.unprotect(present)
            return True

        screen: PassphraseScreen[bool] = PassphraseScreen(
            text("protection.remove"),
            text("protection.remove_about"),
            remove,
            present=True,
            doing=text("protection.decrypting"),
        )
        if await self.push_screen_wait(screen):
            self._is_now(False)
            tell(self, text("protection.removed"))

    def _is_now(self, encrypted: bool) -> None:
        self.is_protected = encrypted
        self.chat.progress.status = replace(self.chat.progress.status, encrypted=encrypted)
        self.chat.show_status()

    async def _show_code(self, code: str) -> None:
        from companion.ui.screens.recovery_code import RecoveryCodeScreen

        await self.push_screen_wait(RecoveryCodeScreen(code))

    async def _is_encrypted(self, wanted: bool) -> bool:
        """Whether it is as it is `wanted`; the person is told when it is not."""
        protection = await attempt(self, self.engine.protection())
        if protection is None:
            return False
        self.is_protected = protection.encrypted
        if protection.encrypted is not wanted:
            if wanted:
                tell(self, text("protection.not_set"), text("protection.not_set_hint"))
            else:
                tell(self, text("protection.is_set"))
        return protection.encrypted is wanted
