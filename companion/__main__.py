"""`python -m companion`, and the `companion` command."""

from companion.garbage import collect_nothing_yet


def main() -> None:
    """Load the command line and run it."""
    collect_nothing_yet()
    from companion.cli import main as run

    run()


if __name__ == "__main__":
    main()
