"""The command line `policy-assistant`."""

from assistant.commands.app import NAME, app


def main() -> None:
    """Run the command line with the arguments of this process, and end the process."""
    app(prog_name=NAME)


if __name__ == "__main__":
    main()
