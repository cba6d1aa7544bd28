"""Makes streams.json for SeededRandomTests: Philox 4x64-10 as NumPy has it.

    python make_streams.py > streams.json
"""
import json

import numpy as np

MASK = 2**64 - 1


def fnv1a(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def words(seed, name, first, second, count):
    # NumPy counts up before it makes a block.
    counter = ((first << 64) + (second << 128) - 1) % 2**256
    parts = [(counter >> 64 * place) & MASK for place in range(4)]
    generator = np.random.Philox(
        counter=np.array(parts, dtype=np.uint64),
        key=np.array([seed, fnv1a(name)], dtype=np.uint64))
    return [int(word) for word in generator.random_raw(count)]


def below(source, bound):
    """Lemire 2019, algorithm 5."""
    while True:
        product = next(source) * bound
        if product & MASK >= 2**64 % bound:
            return product >> 64


def shuffled(source, count):
    order = list(range(count))
    for last in range(count - 1, 0, -1):
        other = below(source, last + 1)
        order[last], order[other] = order[other], order[last]
    return order


BOUNDS = [1, 2, 3, 1000, 10**18, 2**62 + 1]
CASES = [(0, "", 0, 0), (1, "order", 0, 0), (1, "order", 7, 0), (1, "order", 0, 7),
         (MASK, "Ordnung größer", MASK, 2**63)]

print(json.dumps([
    {"seed": str(seed), "name": name, "first": str(first), "second": str(second),
     "words": [str(word) for word in words(seed, name, first, second, 11)],
     "below": (lambda s: [below(s, bound) for bound in BOUNDS])(
         iter(words(seed, name, first, second, 200))),
     "shuffled": shuffled(iter(words(seed, name, first, second, 200)), 10)}
    for seed, name, first, second in CASES], indent=1, ensure_ascii=False))
