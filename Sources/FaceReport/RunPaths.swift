import FaceConfiguration
import Documents
import FaceRuns

extension PathShortener {
    /// A shortener for the paths of a run.
    ///
    /// - Parameters:
    ///   - study: The study's folder.
    ///   - configuration: The run's configuration, whose strings may be paths.
    ///   - workingDirectory: Folder to which paths of the configuration are relative.
    init(study: String, configuration: JSONValue, workingDirectory: String?) {
        self.init(
            folders: [study, workingDirectory].compactMap { $0 }, files: configuration.strings)
    }

    /// A configuration with shortened strings.
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
    /// All string values in it.
    fileprivate var strings: [String] {
        switch self {
        case .string(let string): [string]
        case .array(let items): items.flatMap(\.strings)
        case .object(let members): members.values.flatMap(\.strings)
        default: []
        }
    }
}
