"""The language model: what it is asked (prompt), how it is run (llama), where it is found (catalog)."""
