"""The models part of the engine's client: see `companion.api` for what each call does."""

from __future__ import annotations

from typing import Any

from companion.offers import ModelChoice, ModelList, PullPlan, Removal


class ModelCalls:
    """Whoever is one can call the engine."""

    async def _call(self, method: str, *arguments: object) -> Any:
        raise NotImplementedError

    async def models(self) -> ModelList:
        return await self._call("models")

    async def plan_pull(self, key: str) -> PullPlan:
        return await self._call("plan_pull", key)

    async def pull_model(self, key: str) -> None:
        await self._call("pull_model", key)

    async def stop_pull(self) -> bool:
        return await self._call("stop_pull")

    async def use_model(self, key: str) -> ModelChoice:
        return await self._call("use_model", key)

    async def plan_removal(self, key: str) -> Removal:
        return await self._call("plan_removal", key)

    async def remove_model(self, key: str) -> Removal:
        return await self._call("remove_model", key)
