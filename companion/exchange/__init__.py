"""What leaves the profile as files and what is brought in: `raft` for the program's own, `foreign` for others'."""
