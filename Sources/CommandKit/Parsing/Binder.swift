/// Third stage of parsing: texts become typed values.
struct Binder {
    /// Values by the declaration's path.
    private(set) var values = [[String]: any Sendable]()
    /// What could not be converted or is missing.
    private(set) var errors = [CommandKitError]()

    init(_ given: [[String]: [Declaration.Given]], to declarations: [Declaration]) {
        for declaration in declarations {
            do {
                values[declaration.path] = try Self.value(of: declaration, given)
            } catch let error as CommandKitError {
                errors.append(error)
            } catch {
                errors.append(.usage(ErrorSentence.text(of: error)))
            }
        }
    }

    /// The value of a declaration; nil if the matcher has already reported what is wrong.
    private static func value(
        of declaration: Declaration, _ given: [[String]: [Declaration.Given]]
    ) throws -> (any Sendable)? {
        let occurrences = given[declaration.path] ?? []
        let texts = occurrences.map(\.text)
        if declaration.kind == .flag, Set(texts).count > 1 {
            throw CommandKitError.contradictoryFlag(name: declaration.name)
        }
        if declaration.kind == .option, declaration.arity != .many, texts.count > 1 {
            throw CommandKitError.repeatedOption(name: declaration.spelling, values: texts)
        }
        guard occurrences.count >= declaration.minimum else {
            guard given[declaration.path] == nil || !occurrences.isEmpty else { return nil }
            throw missing(declaration)
        }
        return try declaration.bind(occurrences)
    }

    private static func missing(_ declaration: Declaration) -> CommandKitError {
        declaration.kind == .positional
            ? .missingArgument(name: declaration.name)
            : .missingOption(name: declaration.spelling, valueName: declaration.valueName)
    }
}
