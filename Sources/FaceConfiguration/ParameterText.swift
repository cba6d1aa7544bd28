import Spelling

/// The text `name:key=value,key=value`, parsed.
public struct ParameterText: Hashable, Sendable {
    /// A value as given.
    public struct Assignment: Hashable, Sendable {
        /// The text before the equals sign.
        public var name: String
        /// The text after the equals sign.
        public var value: String

        /// Memberwise initialiser.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The text before the colon.
    public let name: String
    /// The assignments after it, in order; names are unique.
    public let assignments: [Assignment]

    /// Parses a text; white space around names, values and separators is ignored.
    ///
    /// - Parameter example: A well-formed text, for messages.
    /// - Throws: ``ParameterError/malformed(assignment:text:example:)`` and
    ///   ``ParameterError/duplicate(name:text:)``.
    public init(parsing text: String, example: String) throws(ParameterError) {
        let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        name = (sides.first ?? "").trimmed
        var assignments: [Assignment] = []
        let list =
            sides.count > 1 ? sides[1].split(separator: ",", omittingEmptySubsequences: false) : []
        for assignment in list {
            let parts = assignment.split(separator: "=", omittingEmptySubsequences: false)
                .map(\.trimmed)
            guard parts.count == 2, !parts.contains("") else {
                throw .malformed(assignment: assignment.trimmed, text: text, example: example)
            }
            guard !assignments.contains(where: { $0.name == parts[0] }) else {
                throw .duplicate(name: parts[0], text: text)
            }
            assignments.append(Assignment(parts[0], parts[1]))
        }
        self.assignments = assignments
    }

    /// The terms that `+` separates in a sum such as `arcface+center:weight=0.003`; it does not separate a number
    /// such as `1e+2`.
    public static func terms(of text: String) -> [Substring] {
        var terms: [Substring] = []
        var start = text.startIndex
        for index in text.indices where text[index] == "+" {
            let letter = text[start..<index].last
            let digits = [
                text[start..<index].dropLast().last, text[text.index(after: index)...].first,
            ]
            let isExponent =
                (letter == "e" || letter == "E") && digits.allSatisfy { $0?.isNumber == true }
            guard !isExponent else { continue }
            terms.append(text[start..<index])
            start = text.index(after: index)
        }
        return terms + [text[start...]]
    }
}

/// An error in the parameters of `name:key=value,key=value`.
public enum ParameterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A parameter is given twice.
    case duplicate(name: String, text: String)
    /// A parameter has a value that is not allowed.
    case invalidValue(owner: String, parameter: String, value: String, allowed: String)
    /// An entry is not of the form `key=value`.
    case malformed(assignment: String, text: String, example: String)
    /// The parameter is unknown.
    case unknown(name: String, owner: String, known: [String])

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .duplicate(let name, let text):
            "\(quoted: text) gives \(name) twice; keep one of them"
        case .invalidValue(let owner, let parameter, let value, let allowed):
            "\(parameter) of \(owner) is \(quoted: value); it must be \(allowed)"
        case .malformed(let assignment, let text, let example):
            "\(quoted: assignment) in \(quoted: text) is not of the form name=value, as in \(quoted: example)"
        case .unknown(let name, let owner, let known):
            "\(owner) has no parameter \(quoted: name)"
                + (known.isEmpty
                    ? "; it takes none"
                    : Names.advice(for: name, among: known, else: "its parameters are"))
        }
    }
}

/// The values of parameters that differ from the defaults, checked.
public struct ParameterValues: Hashable, Sendable {
    /// Values that are not the parameter's default, by its name.
    public let values: [String: ParameterValue]

    /// No value but the defaults.
    public static let defaults = ParameterValues(values: [:])

    private init(values: [String: ParameterValue]) { self.values = values }

    /// Reads values given as text.
    ///
    /// - Parameters:
    ///   - owner: The loss or backbone that has the parameters, for messages.
    ///   - base: Values of parameters that are not given.
    /// - Throws: ``ParameterError``.
    public init(
        _ assignments: [ParameterText.Assignment], of parameters: [Parameter], owner: String,
        over base: [String: ParameterValue] = [:]
    ) throws(ParameterError) {
        var values = base
        var given: Set<String> = []
        for assignment in assignments {
            guard let parameter = parameters.named(assignment.name) else {
                throw .unknown(
                    name: assignment.name, owner: owner, known: parameters.map(\.name))
            }
            guard given.insert(parameter.name).inserted else {
                let text = assignments.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
                throw .duplicate(name: parameter.name, text: "\(owner):\(text)")
            }
            guard let value = parameter.value(parsing: assignment.value) else {
                throw .invalidValue(
                    owner: owner, parameter: parameter.name, value: assignment.value,
                    allowed: parameter.allowed)
            }
            values[parameter.name] = value
        }
        self.init(values: values.filter { parameters.named($0)?.defaultValue != $1 })
    }

    /// The value of a parameter, or its default.
    public subscript<Value>(_ key: ParameterKey<Value>) -> Value {
        values[key.parameter.name].flatMap(key.read) ?? key.defaultValue
    }

    /// The value of a parameter, or the default of the parameter of this name in a list.
    public func value<Value>(of key: ParameterKey<Value>, among parameters: [Parameter]) -> Value {
        let name = key.parameter.name
        let standard = parameters.first { $0.name == name }?.defaultValue
        return (values[name] ?? standard).flatMap(key.read) ?? key.defaultValue
    }

    /// `key=value` of every value, sorted.
    public var assignments: [String] { values.map { "\($0)=\($1)" }.sorted() }

    /// The canonical text: the name and, sorted, the values that are not defaults.
    public func text(_ name: String) -> String {
        values.isEmpty ? name : "\(name):\(assignments.joined(separator: ","))"
    }
}

extension [Parameter] {
    /// The parameter with a name in any case, an alias, or a former name.
    ///
    /// An exact match takes precedence, since both `m` and `M` may exist.
    public func named(_ name: String) -> Parameter? {
        let name = FormerNames.parameters[name] ?? name
        if let exact = first(where: { $0.name == name }) { return exact }
        let folded = Names.folded(name)
        let matches = filter { parameter in
            ([parameter.name] + parameter.aliases).contains { Names.folded($0) == folded }
        }
        return matches.count == 1 ? matches[0] : nil
    }
}

extension Substring {
    /// The text without white space around it.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        let end = start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex
        return String(start[..<end])
    }
}
