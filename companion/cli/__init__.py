"""The command line. One small module per command, over the same engine as the app.

app          the commands and `main`
chat, plain  the chat: in its own screen, or line by line
say, memories, sleep, doctor, bench   the other commands
asking       one exchange, shown while it is written
guard        errors as the person reads them; no traceback, whatever happens
session      a Companion in this process
output, listing   records as JSON, as lines of text
log          the log file
"""

from companion.cli.app import app, main

__all__ = ["app", "main"]
