"""`python -m crawler` is the wirecopy command."""

from crawler.cli.main import main

if __name__ == "__main__":
    main()
