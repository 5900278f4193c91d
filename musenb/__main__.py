"""`python -m musenb` does what `musenb` does."""

import sys

from musenb.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
