import Spelling

/// A JSON5 value with the line numbers of its members.
///
/// JSON5 as at https://spec.json5.org: comments, trailing commas, bare keys, strings in either quotes,
/// hexadecimal numbers. A key that occurs twice in an object is an error.
struct JSON5Text {
    /// The reason why a text cannot be read.
    struct Fault: Error, Equatable {
        /// Line number, from 1.
        var line: Int
        var reason: String
    }

    /// Lines of values, by their paths as `train[0].name`.
    private(set) var lines: [String: Int] = [:]
    private var rest: Substring.UnicodeScalarView
    private var line = 1
    private static let maxDepth = 64

    private init(_ text: String) {
        rest = text.unicodeScalars[...]
    }

    static func read(
        _ text: String
    ) throws(Fault) -> (value: JSONValue, lines: [String: Int]) {
        var reader = JSON5Text(text)
        if reader.rest.first == "\u{FEFF}" { reader.advance() }
        let value = try reader.value("", depth: 0)
        try reader.skip()
        if let next = reader.rest.first {
            throw reader.fault("unexpected \(quoted: next) after the end")
        }
        return (value, reader.lines)
    }

    // MARK: Values

    private mutating func value(_ path: String, depth: Int) throws(Fault) -> JSONValue {
        try skip()
        guard depth < Self.maxDepth else { throw fault("nested too deeply") }
        lines[path] = line
        switch rest.first {
        case nil: throw fault("missing value")
        case "{": return try object(path, depth)
        case "[": return try array(path, depth)
        case "\"", "'": return .string(try string())
        default: return try word()
        }
    }

    private mutating func object(_ path: String, _ depth: Int) throws(Fault) -> JSONValue {
        advance()
        var members: [String: JSONValue] = [:]
        while true {
            try skip()
            if take("}") { return .object(members) }
            let start = line
            let key = try key()
            guard members[key] == nil else { throw fault("duplicate key \(quoted: key)") }
            try skip()
            guard take(":") else { throw fault("missing ':' after the key \(quoted: key)") }
            let inner = path.isEmpty ? key : "\(path).\(key)"
            members[key] = try value(inner, depth: depth + 1)
            lines[inner] = start
            try skip()
            if take(",") { continue }
            guard take("}") else { throw fault("missing ',' or '}' after \(quoted: inner)") }
            return .object(members)
        }
    }

    private mutating func array(_ path: String, _ depth: Int) throws(Fault) -> JSONValue {
        advance()
        var values: [JSONValue] = []
        while true {
            try skip()
            if take("]") { return .array(values) }
            values.append(try value("\(path)[\(values.count)]", depth: depth + 1))
            try skip()
            if take(",") { continue }
            guard take("]") else { throw fault("missing ',' or ']' in \(quoted: path)") }
            return .array(values)
        }
    }

    private mutating func key() throws(Fault) -> String {
        if rest.first == "\"" || rest.first == "'" { return try string() }
        let name = letters()
        guard !name.isEmpty else {
            throw fault(
                rest.first.map { "unexpected \(quoted: $0); a key was expected" }
                    ?? "missing '}' at the end")
        }
        return name
    }

    private mutating func word() throws(Fault) -> JSONValue {
        let start = line
        var text = ""
        while let next = rest.first, Self.isLetter(next) || "+-.".unicodeScalars.contains(next) {
            text.unicodeScalars.append(next)
            advance()
        }
        switch text {
        case "":
            throw fault(
                rest.first.map { "unexpected \(quoted: $0); a value was expected" }
                    ?? "missing value")
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        default:
            guard let number = Self.number(text) else {
                throw Fault(
                    line: start, reason: "unexpected \(quoted: text); strings must be quoted")
            }
            return number
        }
    }

    private static func number(_ text: String) -> JSONValue? {
        var digits = text[...]
        let isNegative = digits.first == "-"
        if let sign = digits.first, "+-".contains(sign) { digits = digits.dropFirst() }
        guard let first = digits.first, first.isASCII, first.isNumber || first == "." else {
            return nil
        }
        let isHexadecimal = digits.lowercased().hasPrefix("0x")
        let whole = isHexadecimal ? UInt64(digits.dropFirst(2), radix: 16) : UInt64(digits)
        // A seed above 2^53 is not exactly representable as a Double.
        if let whole, !isNegative { return .whole(whole) }
        let value: Double? =
            isHexadecimal
            ? whole.map { Double($0) }
            : digits.last == "." ? Double(digits.dropLast()) : Double(digits)
        return value.flatMap { $0.isFinite ? .number(isNegative ? -$0 : $0) : nil }
    }

    private mutating func string() throws(Fault) -> String {
        let (quote, start) = (rest.first, line)
        advance()
        var text = String.UnicodeScalarView()
        while let next = rest.first, next != quote {
            guard next != "\n" else { break }
            advance()
            if next == "\\" { try escape(into: &text) } else { text.append(next) }
        }
        guard rest.first == quote else {
            throw Fault(line: start, reason: "unterminated string")
        }
        advance()
        return String(text)
    }

    private mutating func escape(into text: inout String.UnicodeScalarView) throws(Fault) {
        guard let next = rest.first else { return }
        advance()
        switch next {
        case "\n": break
        case "b": text.append("\u{8}")
        case "f": text.append("\u{C}")
        case "n": text.append("\n")
        case "r": text.append("\r")
        case "t": text.append("\t")
        case "v": text.append("\u{B}")
        case "0": text.append("\0")
        case "x": text.append(try code(digits: 2))
        case "u": text.append(try code(digits: 4))
        default: text.append(next)
        }
    }

    private mutating func code(digits: Int) throws(Fault) -> Unicode.Scalar {
        let text = String(rest.prefix(digits))
        guard text.count == digits, let code = UInt32(text, radix: 16),
            let scalar = Unicode.Scalar(code)
        else { throw fault("\(quoted: text) is not a valid character escape") }
        for _ in 0..<digits { advance() }
        return scalar
    }

    // MARK: Characters

    private func fault(_ reason: String) -> Fault { Fault(line: line, reason: reason) }

    private mutating func advance() {
        if rest.popFirst() == "\n" { line += 1 }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        advance()
        return true
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_"
            || scalar == "$"
    }

    private mutating func letters() -> String {
        var text = ""
        while let next = rest.first, Self.isLetter(next) {
            text.unicodeScalars.append(next)
            advance()
        }
        return text
    }

    /// Skips spaces and comments.
    private mutating func skip() throws(Fault) {
        while let next = rest.first {
            if next.properties.isWhitespace {
                advance()
            } else if rest.starts(with: "//".unicodeScalars) {
                while !rest.isEmpty, rest.first != "\n" { advance() }
            } else if rest.starts(with: "/*".unicodeScalars) {
                let start = line
                advance()
                advance()
                while !rest.isEmpty, !rest.starts(with: "*/".unicodeScalars) { advance() }
                guard !rest.isEmpty else {
                    throw Fault(line: start, reason: "unterminated comment")
                }
                advance()
                advance()
            } else {
                return
            }
        }
    }
}
