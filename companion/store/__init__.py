"""The system of record: one SQLite file holds turns, memories, evidence, links, journal, jobs and vectors."""
