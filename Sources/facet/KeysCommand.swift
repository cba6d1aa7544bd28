import CommandKit
import FaceConfiguration
import FaceStudy
import Foundation

let keysCommand = Command(
    "keys", "List the keys of a study file, with their values and defaults.",
    positionals: [
        Positional("key", "a key or the beginning of one, e.g. training.schedule", isOptional: true)
    ],
    options: [
        Option("--markdown", .flag, "write the table of Documentation/StudyFile.md")
    ],
    examples: ["facet keys", "facet keys training.schedule"]
) { arguments in
    if arguments.has("--markdown") {
        Console.output(String(try StudyConfiguration.keys.table().dropLast()))
        return .success
    }
    let keys = StudyConfiguration.keys.all
    let start = arguments.positional("key") ?? ""
    let asked = keys.filter { $0.path.lowercased().hasPrefix(start.lowercased()) }
    guard !asked.isEmpty else {
        throw FaceConfigurationError.value(
            key: start,
            reason: "there is no such key"
                + Names.advice(for: start, among: keys.map(\.path), else: "the keys are"))
    }
    Console.outputWrapped(asked.map(\.text).joined(separator: "\n"))
    return .success
}

extension ConfigurationKey {
    fileprivate var text: String {
        """
        \(path)\(flag.map { " (\($0.name))" } ?? "")
            \(summary.replacingOccurrences(of: "`", with: ""))
            \(allowed)\(StudyOptions.defaultText(self).map { "; default \($0)" } ?? "")
        """
    }
}
