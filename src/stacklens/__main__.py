"""`python -m stacklens`: how the supervisor starts its children."""

from stacklens.cli.main import main

if __name__ == "__main__":
    main()
