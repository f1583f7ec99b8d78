"""What other programs export: conversations, characters, diaries."""
