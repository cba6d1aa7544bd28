"""Makes random.json for RandomStreamTests: SplitMix64 and what is drawn from it, after the papers.

    python3 make_random.py
"""

import json
import pathlib

MASK = (1 << 64) - 1


def mixed(value):
    value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 & MASK
    value = (value ^ value >> 27) * 0x94D049BB133111EB & MASK
    return value ^ value >> 31


class Stream:
    def __init__(self, seed, name, index):
        fnv = 0xCBF29CE484222325
        for byte in name.encode():
            fnv = (fnv ^ byte) * 0x100000001B3 & MASK
        start = mixed(mixed(seed + 0x9E3779B97F4A7C15 & MASK) ^ fnv)
        self.state = mixed(start + index * 0xD1342543DE82EF95 & MASK)

    def next(self):
        self.state = self.state + 0x9E3779B97F4A7C15 & MASK
        return mixed(self.state)

    def below(self, bound):
        """Lemire's method, told as: take the high half unless the low half is in the biased part."""
        while True:
            product = self.next() * bound
            if product & MASK >= (1 << 64) % bound:
                return product >> 64

    def shuffled(self, count):
        order = list(range(count))
        for place in range(count - 1, 0, -1):
            other = self.below(place + 1)
            order[place], order[other] = order[other], order[place]
        return order


def case(seed, name, index):
    return {
        "seed": str(seed),
        "name": name,
        "index": str(index),
        "next": [str(word) for stream in [Stream(seed, name, index)] for word in (stream.next() for _ in range(4))],
        "below": [stream.below(bound) for stream in [Stream(seed, name, index)] for bound in (1, 2, 3, 1000, 10**18, 2**62 + 1)],
        "shuffled": Stream(seed, name, index).shuffled(10),
    }


if __name__ == "__main__":
    cases = [
        case(0, "", 0),
        case(1, "order", 0),
        case(1, "order", 1),
        case(MASK, "mirror 3", 1 << 40),
        case(7, "Gesichter äöü", MASK),
    ]
    path = pathlib.Path(__file__).parent / "random.json"
    path.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
