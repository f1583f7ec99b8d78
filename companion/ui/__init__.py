"""The Textual app. It talks to the engine through `companion.calls.EnginePort` only and keeps no truth of its own.

app         the application: keys, engine events, quitting
screens/    chat, memories, one memory, its curve, editing, sleep, help
widgets/    what the screens are made of; every text from outside passes `widgets.literal`
commands    the command palette
the rest    plain data and functions without Textual: formatting, pasted text, the outbox, streaming
"""
