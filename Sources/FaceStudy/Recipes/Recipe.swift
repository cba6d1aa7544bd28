public import FaceConfiguration
import FaceModels
import Foundation
import Spelling

/// A complete published training setting with its source, in the form of a study file.
///
/// The settings are parsed as a study file. Flags and a study file override them, as with a preset.
public struct Recipe: Sendable, Hashable {
    /// Its name after `--recipe`.
    public let name: String
    /// A summary in one line.
    public let title: String
    /// The publication of its values.
    public let source: String
    /// The source's training and test sets, in one sentence.
    public let data: String
    /// The published networks, not all of which are available.
    let networks: [String]
    /// The settings as in a study file, without the networks.
    let settings: String
    /// The differences between this program and the source, one clause each.
    let departures: [String]

    /// The recipe of a name, in any case.
    ///
    /// - Throws: `FaceConfigurationError.value` with the most similar names if there is none.
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
        return "there is no recipe \(quoted: name)"
            + Names.advice(for: name, among: all.map(\.name), else: "the recipes are")
    }

    /// The published networks that are available.
    public var backbones: [String] {
        networks.filter { (try? BackboneSpecification(parsing: $0)) != nil }
    }

    /// The differences between a study with this recipe and the publication, one clause each.
    public var limits: [String] {
        let missing = networks.filter { !backbones.contains($0) }
        let networks = missing.map {
            "the published network \(quoted: $0) is not among the backbones, so that --backbones has to "
                + "name another"
        }
        return networks + departures
    }

    /// The settings applied to a template.
    ///
    /// - Throws: `FaceConfigurationError` for an invalid value.
    public func configuration(
        over template: StudyConfiguration = StudyConfiguration()
    ) throws(FaceConfigurationError) -> StudyConfiguration {
        try StudyConfiguration.keys.read(
            text: studyFile, name: "recipe \(name)", over: template)
    }

    /// The recipe as a study file: the settings, with the source and the differences as comments.
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

    /// A text wrapped into lines of at most 96 characters.
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
