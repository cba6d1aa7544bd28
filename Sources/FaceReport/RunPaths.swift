import Documents
import FaceRuns

extension PathShortener {
    /// Knows the paths of a run.
    ///
    /// - Parameters:
    ///   - study: The study's folder.
    ///   - configuration: The run's configuration, whose strings may be paths.
    ///   - workingDirectory: Where relative paths of the configuration begin.
    init(study: String, configuration: JSONValue, workingDirectory: String?) {
        self.init(
            folders: [study, workingDirectory].compactMap { $0 }, files: configuration.strings)
    }

    /// A configuration whose strings are shortened.
    func configuration(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let string): .string(self.value(string))
        case .array(let items): .array(items.map(configuration))
        case .object(let members): .object(members.mapValues(configuration))
        default: value
        }
    }
}

extension JSONValue {
    /// All strings in it but the members' names.
    fileprivate var strings: [String] {
        switch self {
        case .string(let string): [string]
        case .array(let items): items.flatMap(\.strings)
        case .object(let members): members.values.flatMap(\.strings)
        default: []
        }
    }
}
