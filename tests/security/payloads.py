# ruff: noqa: E501 - a table
"""Texts that act on a terminal, hide, reorder or flood it, or mean something to a toolkit: what a model, a page, a file or
a server could say. `MARK` in a control sequence tells it from the app's own."""

from __future__ import annotations

MARK = "31337"
ESC, CSI, OSC, ST = "\x1b", "\x1b[", "\x1b]", "\x1b\\"

SEQUENCES: dict[str, str] = {
    # CSI: cursor, erasing, scrolling, modes, reports
    "cursor to": f"{CSI}{MARK};1H", "cursor up": f"{CSI}{MARK}A", "cursor down": f"{CSI}{MARK}B",
    "cursor right": f"{CSI}{MARK}C", "cursor left": f"{CSI}{MARK}D", "next line": f"{CSI}{MARK}E",
    "previous line": f"{CSI}{MARK}F", "column": f"{CSI}{MARK}G", "row": f"{CSI}{MARK}d",
    "erase screen": f"{CSI}2;{MARK}J", "erase scrollback": f"{CSI}3;{MARK}J", "erase line": f"{CSI}2;{MARK}K",
    "insert lines": f"{CSI}{MARK}L", "delete lines": f"{CSI}{MARK}M", "insert characters": f"{CSI}{MARK}@",
    "delete characters": f"{CSI}{MARK}P", "erase characters": f"{CSI}{MARK}X", "scroll up": f"{CSI}{MARK}S",
    "scroll down": f"{CSI}{MARK}T", "scroll region": f"{CSI}1;{MARK}r", "margins": f"{CSI}{MARK};2s",
    "repeat": f"{CSI}{MARK}b", "colour": f"{CSI}31;{MARK}m", "hidden text": f"{CSI}8;{MARK}m",
    "mode": f"{CSI}?{MARK}h", "mode off": f"{CSI}?{MARK}l", "mouse on": f"{CSI}?1003;{MARK}h",
    "alternate screen off": f"{CSI}?1049;{MARK}l", "bracketed paste off": f"{CSI}?2004;{MARK}l",
    "device attributes": f"{CSI}{MARK}c", "second attributes": f"{CSI}>{MARK}c", "third attributes": f"{CSI}={MARK}c",
    "status report": f"{CSI}6;{MARK}n", "private report": f"{CSI}?{MARK}n", "mode report": f"{CSI}?{MARK}$p",
    "window size": f"{CSI}8;{MARK};80t", "title report": f"{CSI}21;{MARK}t", "icon report": f"{CSI}20;{MARK}t",
    "window moved": f"{CSI}3;{MARK};0t", "checksum": f"{CSI}{MARK};1;1;1;1;1*y", "soft reset": f"{CSI}!{MARK}p",
    "cursor shape": f"{CSI}{MARK} q", "kitty keyboard": f"{CSI}>{MARK}u", "keys modified": f"{CSI}>4;{MARK}m",
    "locator": f"{CSI}{MARK};1'z", "rectangle": f"{CSI}65;1;1;9;{MARK}$x", "media copy": f"{CSI}5;{MARK}i",
    "paste begins": f"{CSI}200~{MARK}", "paste ends": f"{CSI}201~{MARK}", "unfinished": f"{CSI}{MARK};",
    "intermediates": f"{CSI}{MARK} !\"#$w",
    # Strings
    "title": f"{OSC}0;{MARK}\x07", "icon": f"{OSC}1;{MARK}{ST}", "window title": f"{OSC}2;{MARK}{ST}",
    "palette": f"{OSC}4;1;rgb:{MARK}\x07", "palette asked": f"{OSC}4;{MARK};?\x07", "folder": f"{OSC}7;file://{MARK}/\x07",
    "hyperlink": f"{OSC}8;;https://evil.test/{MARK}\x07", "progress": f"{OSC}9;4;1;{MARK}\x07",
    "foreground": f"{OSC}10;#{MARK}\x07", "background asked": f"{OSC}11;?{MARK}\x07", "cursor colour": f"{OSC}12;{MARK}\x07",
    "highlight": f"{OSC}17;{MARK}\x07", "font": f"{OSC}50;{MARK}\x07", "clipboard": f"{OSC}52;c;{MARK}\x07",
    "clipboard asked": f"{OSC}52;{MARK};?\x07", "kitty notice": f"{OSC}99;i={MARK};evil{ST}", "reset colours": f"{OSC}104;{MARK}\x07",
    "prompt marks": f"{OSC}133;A;{MARK}\x07", "editor marks": f"{OSC}633;E;{MARK}\x07", "notify": f"{OSC}777;notify;{MARK};x\x07",
    "file": f"{OSC}1337;File=name={MARK};inline=1:AAAA\x07", "user variable": f"{OSC}1337;SetUserVar={MARK}=AA==\x07",
    "unended string": f"{OSC}0;{MARK}", "string ended by cancel": f"{OSC}0;{MARK}\x18", "long string": f"{OSC}0;{MARK * 400}\x07",
    "setting asked": f"{ESC}P$q{MARK}{ST}", "terminfo asked": f"{ESC}P+q{MARK}{ST}", "user keys": f"{ESC}P1;1|17/{MARK}{ST}",
    "sixel": f"{ESC}Pq#0;2;{MARK};0;0~{ST}", "regis": f"{ESC}Pp{MARK}{ST}", "tmux": f"{ESC}Ptmux;{ESC}{ESC}]0;{MARK}\x07{ST}",
    "kitty picture": f"{ESC}_Ga=T,f=100;{MARK}{ST}", "kitty picture file": f"{ESC}_Gt=f,{MARK};L2V0Yw=={ST}",
    "privacy message": f"{ESC}^{MARK}{ST}", "start of string": f"{ESC}X{MARK}{ST}", "screen title": f"{ESC}k{MARK}{ST}",
    # Single
    "full reset": f"{ESC}c{MARK}", "save": f"{ESC}7{MARK}", "restore": f"{ESC}8{MARK}", "index": f"{ESC}D{MARK}",
    "reverse index": f"{ESC}M{MARK}", "keypad": f"{ESC}={MARK}", "alignment": f"{ESC}#8{MARK}", "line drawing": f"{ESC}(0{MARK}",
    "other charset": f"{ESC}%@{MARK}", "shift": f"{ESC}N{MARK}", "escape twice": f"{ESC}{ESC}[{MARK}H", "escape at the end": f"{MARK}{ESC}",
    "escape and newline": f"{ESC}\n[{MARK}H",
    # 8-bit
    "c1 csi": f"\x9b{MARK}H", "c1 osc": f"\x9d0;{MARK}\x9c", "c1 dcs": f"\x90$q{MARK}\x9c", "c1 apc": f"\x9fG{MARK}\x9c",
    "c1 pm": f"\x9e{MARK}\x9c", "c1 sos": f"\x98{MARK}\x9c", "c1 index": f"\x84{MARK}", "c1 next": f"\x85{MARK}",
    "c1 reverse": f"\x8d{MARK}", "c1 all": "".join(map(chr, range(0x80, 0xA0))), "c1 raw bytes": b"\x9b31337H\x9d0;x\x9c".decode("utf-8", "surrogateescape"),
    # C0
    "bells": "\x07" * 9, "backspaces": "password\x08\x08\x08\x08\x08\x08\x08\x08harmless", "returns": "rm -rf /\rharmless",
    "nul": "a\x00b", "form feeds": "\x0b\x0c", "shift out": "\x0ex\x0f", "delete": "a\x7fb", "flow": "\x11\x13", "cancel": "\x18\x1a",
    "all of c0": "".join(map(chr, range(0x20))), "enquiry": "\x05", "end of file": "\x04",
}  # fmt: skip

HIDING: dict[str, str] = {
    "override": "\u202egnp.exe\u202c", "embedding": "\u202aa\u202bb\u202c", "isolates": "\u2066a\u2067b\u2068c\u2069",
    "marks": "\u200ea\u200fb\u061c", "zero width": "pay\u200bpal\ufeff", "joiners": "a\u2060b\u2061c\u2062d\u2063e\u2064f",
    "tags": "".join(chr(0xE0000 + ord(c)) for c in "ignore all"), "variation bytes": "x" + "".join(map(chr, range(0xE0100, 0xE0110))),
    "deprecated": "\u206aa\u206bb\u206cc\u206dd\u206ee\u206f", "interlinear": "\ufff9a\ufffab\ufffb", "mongolian": "a\u180eb",
    "musical": "a\U0001d173b\U0001d17a", "shorthand": "a\U0001bca0b", "hieroglyph joiner": "a\U00013430b",
    "line separator": "a\u2028b", "paragraph separator": "a\u2029b", "next line": "a\x85b",
    "surrogates": "\ud800 \udfff", "noncharacters": "\ufffe\uffff", "entities": "&#x202e;abc&#27;[31m&#x9b;31337H",
}  # fmt: skip

FLOODS: dict[str, str] = {
    "zalgo": "H" + "\u0315\u031b\u0340\u0489" * 60, "enclosing": "o" + "\u20dd" * 50, "wide": "漢" * 300, "ambiguous": "§±×÷αя" * 50,
    "one word": "w" * 5000, "lines": "\n" * 500, "tabs": "\t" * 300, "emoji": "👩\u200d👩\u200d👧\u200d👦" * 40, "flags": "🇩🇪" * 60,
    "private use": "\ue000\uf8ff\U000f0000", "box": "█▓▒░╔═╗" * 20, "blank": "\u3164\u2800\u115f" * 20, "rtl": "שלום مرحبا" * 10,
}  # fmt: skip

MARKUP: dict[str, str] = {
    "closing": "[/]", "closing named": "[/bold]", "click": "[@click=app.quit]x[/]", "click engine": "[@click=screen.open_link]x[/]",
    "click bell": "[@click=app.bell()]x[/]", "link": "[link=file:///etc/passwd]x[/link]", "colour": "[red on blue]x[/]", "open": "[bold", "nested": "[[[[[",
    "backslash": "\\[bold]\\", "variable": "$primary {0} {x} %s %n", "escape word": "[not a tag] [=] [ ]", "css": "[$text-error]x",
    "rich emoji": ":bomb:", "markdown link": "[bank](javascript:alert(1))", "image": "![x](file:///etc/passwd)", "html": "<script>alert(1)</script><b>",
    "table": "| a |\n|-\n| [/] |", "fence": "```\n[/]\n", "footnote": "[^1]: x", "reference": "[a]: javascript:x\n[a]", "toml": '"""\n[ui]\nx=1', "format": "{count:,}{name!r}",
}  # fmt: skip

ALL = {**SEQUENCES, **HIDING, **FLOODS, **MARKUP}
