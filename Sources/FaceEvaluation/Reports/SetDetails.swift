public import FaceData
import Foundation
import Spelling

/// The user's annotations of the people and images of test sets.
public struct SetAnnotations: Sendable, Hashable {
    /// Groups of people or images; nil for none.
    public var attributes: AttributeTable?
    /// Qualities of images; nil for none.
    public var qualities: QualityTable?

    /// Memberwise initialiser.
    public init(attributes: AttributeTable? = nil, qualities: QualityTable? = nil) {
        (self.attributes, self.qualities) = (attributes, qualities)
    }

    /// Identifies the annotations: the files' hashes.
    public var contentHash: String {
        [attributes?.contentHash, qualities?.contentHash].map { $0 ?? "" }.joined(separator: " ")
    }
}

/// Details of a model's scores on one test set: error rates by groups of people and by quality.
public struct SetDetails: Codable, Sendable, Hashable {
    /// The test set's name.
    public let name: String
    /// Error rates by group, one report per attribute.
    public let groups: [GroupReport]
    /// Error against rejection: by the norm of the embeddings, and by a given quality.
    public let errorReject: [QualityCurve]
    /// Warnings about the numbers, one sentence each.
    public let warnings: [String]
    /// ``SetAnnotations/contentHash`` of the annotations used.
    public let annotations: String

    /// Whether there is nothing to report.
    public var isEmpty: Bool { groups.isEmpty && errorReject.isEmpty && warnings.isEmpty }

    /// Breaks scores down by groups and quality.
    ///
    /// - Parameters:
    ///   - name: The test set's name.
    ///   - set: The set whose scores they are.
    ///   - draws: Draws of the people, for intervals.
    /// - Throws: ``FaceEvaluationError``.
    public init(
        _ name: String, _ scored: TemplateDetails, of set: TemplateSet,
        _ annotations: SetAnnotations, draws: Int = PeopleReplicates.defaultDraws
    ) throws {
        let scores = scored.scores
        let hasBothKinds = !scores.genuine.isEmpty && !scores.impostor.isEmpty
        var warnings =
            annotations.attributes.map { $0.warnings(for: set) + Self.manyGroups($0, set) } ?? []
        if annotations.attributes != nil, !hasBothKinds {
            warnings.append(
                "no groups: its pairs are all of \(scores.impostor.isEmpty ? "one person" : "two people")"
            )
        }
        var curves = [try scored.errorReject()].compactMap { $0 }
        if let table = annotations.qualities {
            if let qualities = table.qualities(of: set.source) {
                let file = URL(fileURLWithPath: table.path).lastPathComponent
                curves += [try scored.errorReject(by: qualities, named: file)].compactMap { $0 }
            } else if let warning = table.warning(for: set.source) {
                warnings.append(warning)
            }
        }
        self.name = name
        groups =
            hasBothKinds
            ? try annotations.attributes.map { try scored.groups($0, draws: draws) } ?? [] : []
        errorReject = curves
        self.warnings = warnings
        self.annotations = annotations.contentHash
    }
}

extension SetDetails {
    /// A sentence on each attribute with too many values.
    private static func manyGroups(_ table: AttributeTable, _ set: TemplateSet) -> [String] {
        table.attributes.indices.compactMap { index in
            let count = Set(table.groups(of: set, index).compactMap { $0 }).count
            guard count > GroupReport.mostGroups else { return nil }
            return
                "no groups by \(quoted: table.attributes[index]): its \(count) values are more than "
                + "\(GroupReport.mostGroups); join them into ranges"
        }
    }

    /// The details with a function applied to sentences and names of qualities, e.g. to remove the paths of
    /// files.
    package func shortened(_ text: (String) -> String) -> SetDetails {
        SetDetails(
            name: name, groups: groups, errorReject: errorReject, warnings: warnings.map(text),
            annotations: annotations)
    }

    private init(
        name: String, groups: [GroupReport], errorReject: [QualityCurve], warnings: [String],
        annotations: String
    ) {
        self.name = name
        self.groups = groups
        self.errorReject = errorReject
        self.warnings = warnings
        self.annotations = annotations
    }
}
