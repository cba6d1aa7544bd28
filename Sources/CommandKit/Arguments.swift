/// The arguments of a command, by name, with conversions that report invalid values.
public struct Arguments: Sendable {
    var positionals: [String: [String]] = [:]
    var options: [String: [String]] = [:]

    /// Whether a flag or option was given.
    public func has(_ option: String) -> Bool { options[option] != nil }

    /// All values of an option.
    public func values(_ option: String) -> [String] { options[option] ?? [] }

    /// Last value of an option; nil when it was not given.
    public func value(_ option: String) -> String? { options[option]?.last }

    /// An option's value, which must be given.
    public func required(_ option: String) throws(CommandError) -> String {
        guard let value = value(option) else { throw .missingOption(option: option) }
        return value
    }

    /// An argument that names a file whose extension determines its format.
    ///
    /// - Parameters:
    ///   - name: The argument's or the option's name.
    ///   - endings: The supported extensions, without a dot.
    /// - Returns: The value and its extension in lower case; nil if it was not given.
    public func file(
        _ name: String, endings: [String]
    ) throws(CommandError) -> (path: String, ending: String)? {
        let isOption = name.hasPrefix("-")
        guard let path = isOption ? value(name) : positional(name) else { return nil }
        let file = path.split(separator: "/").last ?? ""
        let ending = file.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard file.contains("."), endings.contains(ending) else {
            throw .badValue(
                option: isOption ? name : "<\(name)>", value: path,
                expected: "a file whose name ends in "
                    + endings.map { ".\($0)" }.joined(separator: " or "))
        }
        return (path, ending)
    }

    /// An argument without a name.
    public func positional(_ name: String) -> String? { positionals[name]?.first }

    /// All words of an argument that takes several.
    public func positionals(_ name: String) -> [String] { positionals[name] ?? [] }

    /// An option's value as a whole number.
    public func whole(
        _ option: String, in range: ClosedRange<Int>
    ) throws(CommandError) -> Int? {
        try convert(option, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// An option's value as a number.
    public func number(
        _ option: String, in range: ClosedRange<Double>
    ) throws(CommandError) -> Double? {
        try convert(option, "a number from \(range.lowerBound) to \(range.upperBound)") {
            Double($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// An option's value as one of some words.
    public func choice(
        _ option: String, among words: [String]
    ) throws(CommandError) -> String? {
        try convert(option, "one of " + words.joined(separator: ", ")) {
            words.contains($0) ? $0 : nil
        }
    }

    /// An option's value by any conversion.
    ///
    /// - Parameter expected: Completes "it must be ...".
    public func convert<Value>(
        _ option: String, _ expected: String, _ body: (String) -> Value?
    ) throws(CommandError) -> Value? {
        guard let text = value(option) else { return nil }
        guard let value = body(text) else {
            throw .badValue(option: option, value: text, expected: expected)
        }
        return value
    }

    /// An option's values, each a comma-separated list; commas inside `name:a=1,b=2` do not separate.
    ///
    /// A part that contains `=` but no colon belongs to the part before it.
    public func list(_ option: String) -> [String]? {
        has(option) ? Self.parts(of: values(option)) : nil
    }

    /// The words of an argument that takes several, each a list as in ``list(_:)``.
    public func list(positional name: String) -> [String] { Self.parts(of: positionals(name)) }

    private static func parts(of values: [String]) -> [String] {
        var parts: [String] = []
        for part in values.flatMap({ $0.split(separator: ",").map(String.init) }) {
            if part.contains("="), !part.contains(":"), let last = parts.last {
                parts[parts.count - 1] = "\(last),\(part)"
            } else {
                parts.append(part)
            }
        }
        return parts
    }
}
