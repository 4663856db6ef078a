"""Plays ten years of fifty integrations: ``python -m tests.years --years 10 --seed 1``."""

import argparse
import sys
import time

from tests.years.play import play


def main() -> int:
    """Play, compare, and say how it went."""
    parser = argparse.ArgumentParser(prog="python -m tests.years", description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--integrations", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    began = time.monotonic()
    played = play(wanted.years, wanted.integrations, wanted.seed)
    syncs = sum(map(len, played.fired.values()))
    same = played.fired == played.promised
    took = time.monotonic() - began
    sys.stdout.write(
        f"{wanted.years} years, {wanted.integrations} integrations, seed {wanted.seed}: "
        f"{len(played.ticks)} ticks, {syncs} syncs, as promised: {same}, {took:.0f} s\n"
    )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
