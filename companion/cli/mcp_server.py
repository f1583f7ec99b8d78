"""The Model Context Protocol over standard input and output. The only importer of its SDK (`mcp`).

Standard output carries the protocol and nothing else. Calls are answered one after the other, in a thread, so that the
protocol is heard meanwhile. What fails is told to the client as the result of its call, without a traceback.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import anyio
import mcp_types as types
from anyio import to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from companion import __version__
from companion.cli.mcp_tools import Tools
from companion.cli.output import Json
from companion.errors import CompanionError
from companion.logs import describe
from companion.store.inbox import LONGEST_NAME
from companion.strings import text
from companion.text import one_line, sanitise, valid_text

log = logging.getLogger(__name__)
RECENT = "companion://memories/recent"
ONE = "companion://memories/{id}"
_PREFIX = "companion://memories/"
Context = ServerRequestContext[Any]


def serve(tools: Tools, leave: Callable[[], None]) -> None:
    """Until standard input ends, or the client cannot be written to: then nobody is left to be told, and `leave`, which
    ends the process, is called where standard input is still open."""
    try:
        anyio.run(_serve, tools, leave)
    except* OSError as gone:
        log.info("the client is gone: %s", type(gone.exceptions[0]).__name__)


async def _serve(tools: Tools, leave: Callable[[], None]) -> None:
    one_by_one = anyio.Lock()

    async def in_turn(work: Callable[[], Json]) -> Json:
        async with one_by_one:
            return await to_thread.run_sync(work)

    async def list_tools(context: Context, given: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_tool(tool) for tool in tools.listed()])

    async def call_tool(context: Context, given: types.CallToolRequestParams) -> types.CallToolResult:
        client = _client(context)
        try:
            answer = await in_turn(lambda: tools.call(given.name, given.arguments or {}, client))
        except Exception as error:
            return types.CallToolResult(content=[types.TextContent(text=_told(error))], is_error=True)
        told = json.dumps(answer, ensure_ascii=False, indent=1)
        return types.CallToolResult(content=[types.TextContent(text=told)], structured_content=answer)

    async def list_resources(context: Context, given: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        recent = types.Resource(
            uri=RECENT,
            name="recent",
            title=text("mcp.recent_title"),
            description=text("mcp.note"),
            mime_type="application/json",
        )
        return types.ListResourcesResult(resources=[recent])

    async def list_templates(
        context: Context, given: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        one = types.ResourceTemplate(
            uri_template=ONE,
            name="memory",
            title=text("mcp.get_title"),
            description=text("mcp.note"),
            mime_type="application/json",
        )
        return types.ListResourceTemplatesResult(resource_templates=[one])

    async def read_resource(context: Context, given: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        uri = str(given.uri)
        id = uri.removeprefix(_PREFIX)
        try:
            if uri == RECENT:
                answer = await in_turn(lambda: tools.call("recent_memories", {}, ""))
            elif uri.startswith(_PREFIX) and id.isascii() and id.isdecimal() and len(id) < 19:
                answer = await in_turn(lambda: tools.call("get_memory", {"id": int(id)}, ""))
            else:
                answer = {"error": text("mcp.no_resource")}
        except Exception as error:
            answer = {"error": _told(error)}
        told = json.dumps(answer, ensure_ascii=False, indent=1)
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=given.uri, mime_type="application/json", text=told)]
        )

    server: Server[Any] = Server(
        "companion",
        version=__version__,
        title="Companion",
        instructions=text("mcp.instructions"),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )
    async with stdio_server() as (reading, writing):
        try:
            await server.run(reading, writing, server.create_initialization_options())
        except anyio.get_cancelled_exc_class():
            # By the transport, when it cannot write. A thread of it waits for the next line, and would be waited for.
            log.info("the client reads no more")
            leave()
            raise


def _tool(tool: Any) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.about,
        input_schema=tool.schema,
        annotations=types.ToolAnnotations(
            read_only_hint=not tool.changes,
            destructive_hint=False,
            idempotent_hint=not tool.changes,
            open_world_hint=False,
        ),
    )


def _client(context: Context) -> str:
    """What the program calls itself: shown to the person, so made harmless; anybody may call themselves anything."""
    given = context.session.client_params
    return one_line(valid_text(given.client_info.name), LONGEST_NAME) if given is not None else ""


def _told(error: Exception) -> str:
    if isinstance(error, CompanionError):
        return "\n".join(sanitise(line) for line in (str(error), error.hint) if line)
    log.error("a call failed\n%s", describe(error))
    return text("mcp.failed", name=type(error).__name__)
