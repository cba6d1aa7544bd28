"""The command `facet`."""

import os
import sys

from ._tool import FacetError, environment, path


def main():
    try:
        os.execve(path(), ["facet", *sys.argv[1:]], environment())
    except (FacetError, OSError) as error:
        sys.exit(f"facet: {error}")


if __name__ == "__main__":
    main()
