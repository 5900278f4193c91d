"""`python -m musenb` does what `musenb` does."""

import sys

from musenb.cli import main

if __name__ == "__main__":
    sys.exit(main())
