public import FaceData

/// Images of a test set of which no embedding could be had, and what that makes of its templates (ISO/IEC 19795-1).
///
/// A template none of whose images can be used has failed to enrol, or, as a probe, to be acquired. Its comparisons
/// are never accepted: they count as false non-matches and misses, into the generalised FNMR and FNIR, and as true
/// non-matches of two people.
public struct FailuresToEnrol: Codable, Sendable, Hashable {
    /// Names of the images that could not be used.
    public let images: [String]
    /// Names of the templates that have no other.
    public let templates: [String]
    /// The failure-to-enrol rate: the share of all templates that have failed; 0...1.
    public let rate: Double

    /// Names what failed; nil where nothing did.
    ///
    /// - Parameter failed: Indices of the set's images that could not be used.
    public init?(_ failed: Set<Int>, of set: TemplateSet) {
        guard !failed.isEmpty else { return nil }
        images = failed.sorted().map(set.source.name(of:))
        templates = set.templates.filter { template in
            template.members.allSatisfy { failed.contains($0.image) }
        }.map(\.name)
        rate = Double(templates.count) / Double(max(1, set.templates.count))
    }
}

extension TemplateSet {
    /// The indices of templates that have no image but failed ones.
    func failedTemplates(_ images: Set<Int>) -> Set<Int> {
        guard !images.isEmpty else { return [] }
        return Set(
            templates.indices.filter { index in
                templates[index].members.allSatisfy { images.contains($0.image) }
            })
    }
}

extension TemplatePairs {
    /// Lower than every score: that of a comparison that could not be made.
    static let refusedScore = -Double.greatestFiniteMagnitude

    /// Scores of the pairs, of which those with a template that failed are never accepted.
    func refusing(_ failed: Set<Int>, _ scores: [Double]) -> [Double] {
        guard !failed.isEmpty else { return scores }
        return scores.indices.map { isCompared($0, failed) ? scores[$0] : Self.refusedScore }
    }

    /// Whether both templates of a pair could be enrolled.
    func isCompared(_ pair: Int, _ failed: Set<Int>) -> Bool {
        failed.isEmpty
            || !failed.contains(Int(first[pair])) && !failed.contains(Int(second[pair]))
    }
}
