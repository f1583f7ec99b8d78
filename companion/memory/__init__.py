"""Finding the memories a moment calls for, and how they fade."""
