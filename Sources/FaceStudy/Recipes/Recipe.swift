public import FaceConfiguration
import FaceModels
import Foundation

/// A published training setting, complete, with its source: a study file that others wrote.
///
/// The settings are read by the reader of study files. Flags and a study file override them, as they
/// override a preset.
public struct Recipe: Sendable, Hashable {
    /// Its name after `--recipe`.
    public let name: String
    /// A summary in one line.
    public let title: String
    /// The publication of its values.
    public let source: String
    /// The source's training and test sets, in a sentence.
    public let data: String
    /// The published networks, not all of which are in the catalogue.
    let networks: [String]
    /// The settings as a study file has them, without the networks.
    let settings: String
    /// The differences between this program and the source, a sentence each.
    let departures: [String]

    /// The recipe of a name, in any case.
    ///
    /// - Throws: `FaceConfigurationError.value` with the nearest names without one.
    public static func named(_ name: String) throws(FaceConfigurationError) -> Recipe {
        if let recipe = all.first(where: { Names.folded($0.name) == Names.folded(name) }) {
            return recipe
        }
        throw .value(key: "recipe", reason: fault(name) ?? "")
    }

    /// Why a name is not that of a recipe; nil if it is, or empty.
    static func fault(_ name: String) -> String? {
        guard !name.isEmpty, !all.contains(where: { Names.folded($0.name) == Names.folded(name) })
        else { return nil }
        return "there is no recipe '\(name)'"
            + Names.advice(for: name, among: all.map(\.name), else: "the recipes are")
    }

    /// The published networks that the catalogue has.
    public var backbones: [String] {
        networks.filter { (try? BackboneSpecification(parsing: $0)) != nil }
    }

    /// In what a study by this recipe is not what was published, a sentence each.
    public var limits: [String] {
        let missing = networks.filter { !backbones.contains($0) }
        let networks = missing.map {
            "the published network '\($0)' is not among the backbones, so that --backbones has to "
                + "name another"
        }
        return networks + departures
    }

    /// The settings over a template.
    ///
    /// - Throws: `FaceConfigurationError` for a value that may not be.
    public func configuration(
        over template: StudyConfiguration = StudyConfiguration()
    ) throws(FaceConfigurationError) -> StudyConfiguration {
        try StudyConfiguration.keys.read(
            text: studyFile, name: "recipe \(name)", over: template)
    }

    /// The recipe as a study file: the settings under its source and its limits.
    public var studyFile: String {
        let comments =
            [title, "Source: \(source)", data] + limits.map { "Not as published: \($0)" }
        let list = backbones.map { "\"\($0)\"" }.joined(separator: ", ")
        return comments.flatMap { Self.wrapped($0) }.map { "// \($0)\n" }.joined()
            + """
            {
              recipe: "\(name)",
              backbones: [\(list)],
            \(settings)
            }

            """
    }

    /// A text in lines of at most 96 characters.
    private static func wrapped(_ text: String) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count <= 96 {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append("  \(word)")
            }
        }
        return lines
    }
}
