"""The first minute, personas, check-ins, nights and mornings: see `companion.api` for what each call does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from companion.chats import CheckIn, Conversation, PersonaCard
from companion.records import Change, CheckInKind
from companion.reports import Check, DayMood, Letter, MorningReport, SleepReport
from companion.status import EngineStatus


class CareCalls:
    """Whoever is one can call the engine."""

    async def _call(self, method: str, *arguments: object) -> Any:
        raise NotImplementedError

    async def status(self) -> EngineStatus:
        return await self._call("status")

    async def sleep(self, as_of: datetime | None = None, dry_run: bool = False) -> SleepReport:
        return await self._call("sleep", as_of, dry_run)

    async def doctor(self) -> tuple[Check, ...]:
        return await self._call("doctor")

    async def mood(self, days: int = 30) -> tuple[DayMood, ...]:
        return await self._call("mood", days)

    async def morning(self) -> MorningReport:
        return await self._call("morning")

    async def dismiss_question(self, id: int) -> None:
        await self._call("dismiss_question", id)

    async def letter(self, week: str = "", dry_run: bool = False) -> Letter:
        return await self._call("letter", week, dry_run)

    async def morning_seen(self) -> None:
        await self._call("morning_seen")

    async def answer_question(self, question: str, answer: str) -> Change:
        return await self._call("answer_question", question, answer)

    async def personas(self) -> tuple[PersonaCard, ...]:
        return await self._call("personas")

    async def use_persona(self, key: str) -> Conversation:
        return await self._call("use_persona", key)

    async def copy_persona(self, key: str, name: str) -> PersonaCard:
        return await self._call("copy_persona", key, name)

    async def edit_persona(self, card: PersonaCard) -> PersonaCard:
        return await self._call("edit_persona", card)

    async def remove_persona(self, key: str) -> None:
        await self._call("remove_persona", key)

    async def checkins(self, limit: int = 50) -> tuple[CheckIn, ...]:
        return await self._call("checkins", limit)

    async def less_like(self, kind: CheckInKind) -> None:
        await self._call("less_like", kind)
