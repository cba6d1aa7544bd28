"""Puts many mutants of a module into one build, for scripts/mutate: an environment variable says which of
them runs.

A function's body becomes `if isMutant(3) { the body with its change } else { the body }`, a number or word
outside of functions `(isMutant(4) ? changed : original)`.
"""

from typing import NamedTuple

from mutations import DECLARATIONS, closing, line_of, tokens

# Which mutant runs, and which ones were reached, for those who never are need no test.
SOURCE = """internal import Foundation

nonisolated(unsafe) private let reached: UnsafeMutablePointer<UInt8>? = {
    guard getenv("MUTANTS_REACHED") != nil else { return nil }
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 100_000)
    table.initialize(repeating: 0, count: 100_000)
    atexit {
        guard let reached, let path = getenv("MUTANTS_REACHED") else { return }
        let file = fopen(path, "w")
        for index in 0..<100_000 where reached[index] != 0 { fputs("\\(index)\\n", file) }
        fclose(file)
    }
    return table
}()
private let chosen = getenv("MUTANT").map { atoi($0) } ?? -1

public func isMutant(_ index: Int32) -> Bool {
    reached?[Int(index)] = 1
    return index == chosen
}
"""


def body_of(text, all_tokens, place):
    """Tokens of the brackets around the body of the function, initialiser, subscript or computed property
    that begins at a place; None for anything else."""
    word = all_tokens[place].text
    former = all_tokens[place - 1].text if place else ""
    if word not in ("func", "init", "subscript", "var") or former.endswith("."):
        return None
    if word == "init" and all_tokens[place + 1].kind not in ("(", "operator"):
        return None
    at = place + 1
    while at < len(all_tokens):
        token = all_tokens[at]
        if token.kind in ("(", "["):
            at = closing(all_tokens, at)
            if at is None:
                return None
        elif token.kind == "{":
            end = closing(all_tokens, at)
            inside = all_tokens[at + 1].text
            is_plain = end is not None and inside not in ("get", "set", "willSet", "didSet", "}")
            return (at, end) if is_plain else None
        elif token.kind == "}" or token.text in DECLARATIONS and at > place + 1:
            return None
        elif token.text == "=" and word == "var":
            return None
        at += 1
    return None


def bodies(text):
    """Where the outermost bodies of functions lie, (start, end) without their brackets."""
    all_tokens, found, place = tokens(text), [], 0
    while place < len(all_tokens):
        body = body_of(text, all_tokens, place) if all_tokens[place].kind == "word" else None
        if body:
            found.append((all_tokens[body[0]].end, all_tokens[body[1]].start))
            place = body[1]
        place += 1
    return found


def fits(text, mutant, found):
    """Whether a mutant can be switched."""
    if any(start <= mutant.start and mutant.end <= end for start, end in found):
        return True
    return mutant.kind == "constant" or mutant.new in ("true", "false")


class Switched(NamedTuple):
    text: str
    owners: list  # (first line, last line, indices) of what each part of the text is for, from 1.


def switched(text, numbered):
    """A file with several mutants, (index, mutant), each behind its number."""
    found, pieces, owners, line = bodies(text), [], [], 1

    def emit(piece, *indices):
        nonlocal line
        lines = piece.count("\n")
        if indices:
            owners.append((line, line + lines, indices))
        pieces.append(piece)
        line += lines

    groups = {}
    for index, mutant in numbered:
        body = next((b for b in found if b[0] <= mutant.start and mutant.end <= b[1]), None)
        groups.setdefault(body or (mutant.start, mutant.end), []).append((index, mutant, body is not None))
    at = 0
    for start, end in sorted(groups):
        emit(text[at:start])
        original, members = text[start:end], groups[start, end]
        everyone = [index for index, _, _ in members]
        if not members[0][2]:
            for index, mutant, _ in members:
                emit(f"(isMutant({index}) ? {mutant.new} : ", index)
            emit(original + ")" * len(members))
        else:
            for index, mutant, _ in members:
                changed = text[start : mutant.start] + mutant.new + text[mutant.end : end]
                emit(f"\nif isMutant({index}) {{\n", *everyone)
                emit(changed, index)
                emit("\n} else ", *everyone)
            emit("{\n", *everyone)
            emit(original, *everyone)
            emit("\n}\n}", *everyone)
            end += 1  # What a whole body is missing is told at its end.
        at = end
    emit(text[at:])
    return Switched("".join(pieces), owners)


def culprits(owners, line):
    """The mutants that an error in a line is about: the one whose copy it lies in, else all of a body."""
    around = [indices for first, last, indices in owners if first <= line <= last]
    return min(around, key=len, default=())
