"""Random changes of Swift's source text, for scripts/mutate."""

import bisect
import random
import re
from typing import NamedTuple


class Mutant(NamedTuple):
    file: str  # Relative to the tree.
    start: int
    end: int
    new: str
    kind: str


# Tokens -------------------------------------------------------------------------------------------

NUMBER = re.compile(r"0x[0-9A-Fa-f_]+|0b[01_]+|\d[\d_]*(\.\d[\d_]*)?([eE][+-]?\d+)?")
WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
OPERATOR = re.compile(r"[-+*/%<>=!&|^~?.]+")


class Token(NamedTuple):
    kind: str  # "word", "number", "operator", or the bracket or other character itself.
    start: int
    end: int
    text: str


def string_end(text, start):
    """Where the string literal that begins at `start` ends; interpolations are part of it."""
    hashes = 0
    while text[start + hashes] == "#":
        hashes += 1
    quote = '"""' if text.startswith('"""', start + hashes) else '"'
    close, escape = quote + "#" * hashes, "\\" + "#" * hashes
    at = start + hashes + len(quote)
    while at < len(text):
        if text.startswith(close, at):
            return at + len(close)
        if text.startswith(escape + "(", at):
            depth, at = 1, at + len(escape) + 1
            while depth and at < len(text):
                if text[at] == '"':
                    at = string_end(text, at)
                    continue
                depth += {"(": 1, ")": -1}.get(text[at], 0)
                at += 1
        else:
            at += len(escape) + 1 if text.startswith(escape, at) else 1
    return at


def comment_end(text, start):
    if text.startswith("//", start):
        end = text.find("\n", start)
        return len(text) if end < 0 else end
    depth, at = 1, start + 2
    while depth and at < len(text):
        step = {"/*": 1, "*/": -1}.get(text[at : at + 2], 0)
        depth += step
        at += 2 if step else 1
    return at


def tokens(text):
    """What a text of Swift consists of, without comments and strings."""
    found, at = [], 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif text.startswith(("//", "/*"), at):
            at = comment_end(text, at)
        elif character == '"' or re.match(r'#+"', text[at : at + 8]):
            end = string_end(text, at)
            found.append(Token("string", at, end, text[at:end]))
            at = end
        else:
            for kind, pattern in ("number", NUMBER), ("word", WORD), ("operator", OPERATOR):
                match = pattern.match(text, at)
                if match:
                    found.append(Token(kind, at, match.end(), match.group()))
                    at = match.end()
                    break
            else:
                found.append(Token(character, at, at + 1, character))
                at += 1
    return found


# Changes ------------------------------------------------------------------------------------------

COMPARISONS = {"<": ["<=", ">="], ">": [">=", "<="], "<=": ["<", ">"], ">=": [">", "<"],
               "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"], "..<": ["..."], "...": ["..<"]}
SIGNS = {"+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "&+": ["&-"], "&-": ["&+"], "%": ["*"],
         "+=": ["-="], "-=": ["+="], "*=": ["/="], "/=": ["*="]}
WORDS = {"true": ["false"], "false": ["true"], "min": ["max"], "max": ["min"], "prefix": ["suffix"],
         "suffix": ["prefix"], "first": ["last"], "last": ["first"]}
DECLARATIONS = {"func", "init", "subscript", "case", "let", "var", "import", "struct", "class", "enum",
                "extension", "protocol", "typealias", "actor"}
NO_STATEMENT = DECLARATIONS | {
    "if", "guard", "for", "while", "switch", "return", "else", "do", "catch", "repeat", "default",
    "public", "package", "private", "internal", "fileprivate", "static", "final", "nonisolated",
    "override", "mutating", "required", "convenience", "indirect", "lazy", "weak", "where", "throw",
    "break", "continue", "fallthrough", "super", "defer"}


STATEMENT_ENDS = {"{", "}", ")", "]", "word", "number", "string"}


def is_binary(text, token):
    """Whether an operator has blanks on both sides, as swift-format writes binary ones."""
    return text[token.start - 1 : token.start].isspace() and text[token.end : token.end + 1].isspace()


def changed_numbers(token):
    text = token.text
    if text.startswith(("0x", "0b")):
        return [str(int(text.replace("_", ""), 0) + 1)]
    if re.search(r"[.eE]", text):
        value = float(text.replace("_", ""))
        return ["1.0"] if value == 0 else [repr(value * 2), repr(value / 10), "0.0"]
    value = int(text.replace("_", ""))
    return ["1"] if value == 0 else [str(value + 1), str(value - 1), str(value * 10)]


def token_changes(text, all_tokens):
    """Yields (kind, token, new text)."""
    nothing = Token("", 0, 0, "")
    for place, token in enumerate(all_tokens):
        former = all_tokens[place - 1] if place else nothing
        latter = all_tokens[place + 1] if place + 1 < len(all_tokens) else nothing
        before = former.text
        if token.kind == "number":
            # Neither a tuple's element nor a closure's argument.
            if before not in (".", "$", "#") and text[token.start - 1 : token.start] not in "$.":
                yield from (("constant", token, new) for new in changed_numbers(token))
        elif token.kind == "word":
            # A label is no call.
            if token.text in WORDS and before not in DECLARATIONS and latter.kind != ":":
                yield from (("word", token, new) for new in WORDS[token.text])
        elif token.kind == "operator":
            if "string" in (former.kind, latter.kind) and token.text not in ("==", "!="):
                continue  # Texts are joined, and nothing else.
            if token.text in ("..<", "...") or is_binary(text, token):
                for kind, table in ("comparison", COMPARISONS), ("sign", SIGNS):
                    yield from ((kind, token, new) for new in table.get(token.text, ()))
            elif token.text in ("-", "!") and not text[token.end : token.end + 1].isspace() and (
                    not re.match(r"[\w)\]]", text[token.start - 1 : token.start])):
                yield "sign" if token.text == "-" else "comparison", token, ""


NESTING = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}


def closing(all_tokens, place):
    """The place of the bracket that closes the one at `place`."""
    depth = 0
    for at in range(place, len(all_tokens)):
        depth += NESTING.get(all_tokens[at].kind, 0)
        if depth == 0:
            return at
    return None


def arguments(all_tokens, place, end):
    """The values of a call's arguments, (first token, last token), without their labels."""
    depth, begin, result = 0, place + 1, []
    for at in range(place + 1, end + 1):
        kind = all_tokens[at].kind
        if at == end or (kind == "," and depth == 0):
            if at > begin + 2 and all_tokens[begin].kind == "word" and all_tokens[begin + 1].kind == ":":
                begin += 2
            if at > begin:
                result.append((begin, at - 1))
            begin = at + 1
        depth += NESTING.get(kind, 0)
    return result


def swaps(text, all_tokens):
    """Yields (start, end, new text) with two neighbouring arguments of a call exchanged."""
    for place in range(1, len(all_tokens)):
        name, bracket = all_tokens[place - 1], all_tokens[place]
        if bracket.kind != "(" or name.kind != "word" or name.end != bracket.start:
            continue
        former = all_tokens[place - 2].text if place > 1 else ""
        end = closing(all_tokens, place)
        if former in DECLARATIONS or name.text in DECLARATIONS or end is None:
            continue
        values = arguments(all_tokens, place, end)
        for (a, b), (c, d) in zip(values, values[1:]):
            first = text[all_tokens[a].start : all_tokens[b].end]
            between = text[all_tokens[b].end : all_tokens[c].start]
            second = text[all_tokens[c].start : all_tokens[d].end]
            kinds = {all_tokens[a].kind == "string", all_tokens[c].kind == "string"}
            if first != second and len(kinds) == 1:  # A text and something else are of two types.
                yield all_tokens[a].start, all_tokens[d].end, second + between + first


def statements(text, all_tokens):
    """Yields (start, end) of calls and assignments that stand alone on their lines, but for those that
    fill a property of their own name, which an initialiser must do."""
    lines = {}
    for token in all_tokens:
        lines.setdefault(line_of(text, token.start), []).append(token)
    numbers = sorted(lines)
    for place, number in enumerate(numbers):
        line = lines[number]
        before = lines[numbers[place - 1]][-1] if place else None
        after = lines[numbers[place + 1]][0] if place + 1 < len(numbers) else None
        if before is None or after is None or line[0].kind != "word" or line[0].text in NO_STATEMENT:
            continue
        depth, least = 0, 0
        for token in line:
            depth += NESTING.get(token.kind, 0)
            least = min(least, depth)
        stands_alone = depth == 0 == least and before.kind in STATEMENT_ENDS
        stands_alone = stands_alone and after.kind in ("word", "}", "@") and after.text not in (
            "else", "catch", "where", "in")
        assigns = any(token.text in ("=", "+=", "-=", "*=", "/=", "|=", "&+=") for token in line)
        calls = line[-1].kind == ")" and any(token.kind == "(" for token in line)
        fills = (len(line) > 4 and line[0].text == "self" and line[3].text == "="
                 and line[2].text == line[4].text)
        if stands_alone and (assigns or calls) and not fills and before.text not in ("in", "return", "throw"):
            yield line[0].start, line[-1].end


_starts = {}  # Of the text that was asked about last.


def line_of(text, offset):
    """Number of an offset's line, from 0."""
    if text not in _starts:
        _starts.clear()
        _starts[text] = [0] + [match.end() for match in re.finditer("\n", text)]
    return bisect.bisect_right(_starts[text], offset) - 1


def mutants(file, text):
    all_tokens = tokens(text)
    return (
        [Mutant(file, token.start, token.end, new, kind)
         for kind, token, new in token_changes(text, all_tokens)]
        + [Mutant(file, start, end, new, "arguments") for start, end, new in swaps(text, all_tokens)]
        + [Mutant(file, start, end, "", "statement") for start, end in statements(text, all_tokens)])


def draw(all_mutants, seed):
    """Yields all mutants in an order that the seed decides; kinds take part equally often, however
    many each has."""
    chance = random.Random(seed)
    kinds = {}
    for mutant in sorted(all_mutants):
        kinds.setdefault(mutant.kind, []).append(mutant)
    while kinds:
        kind = chance.choice(sorted(kinds))
        yield kinds[kind].pop(chance.randrange(len(kinds[kind])))
        if not kinds[kind]:
            del kinds[kind]
