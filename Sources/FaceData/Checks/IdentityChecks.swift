import Foundation
import Spelling

/// Diagnostics about the identities of a set.
enum IdentityChecks {
    static func diagnostics(
        _ set: LabelledImageSet, _ names: CheckNames
    ) throws(FaceDataError) -> [SetCheck.Diagnostic] {
        [singles(set), sameNames(set), try ranges(set)].compactMap { $0 }
    }

    /// Identities with one image only, which teach a network little.
    private static func singles(_ set: LabelledImageSet) -> SetCheck.Diagnostic? {
        var counts = [Int](repeating: 0, count: set.identities.count)
        for label in set.labels { counts[label] += 1 }
        let single = counts.indices.filter { counts[$0] == 1 }
        guard !single.isEmpty else { return nil }
        return SetCheck.Diagnostic(
            severity: .note, kind: "single-image",
            message: "\(grouped(single.count)) of "
                + counted(set.identities.count, "identity", "identities")
                + (single.count == 1 ? " has" : " have") + " one image only",
            items: single.map { set.identities[$0] })
    }

    /// Names that differ in case, accents and what separates words only.
    private static func sameNames(_ set: LabelledImageSet) -> SetCheck.Diagnostic? {
        let groups = Dictionary(grouping: set.identities) { PersonName($0).key }
            .filter { $0.key != "" && $0.value.count > 1 }.values.sorted { $0[0] < $1[0] }
        return SetCheck.Diagnostic(
            .warning, "duplicate-identity", groups.map { $0.joined(separator: " = ") },
            "name is given to more than one identity", "names are given to more than one identity")
    }

    /// Whether the records of a pack that describe identities name the images that have the label.
    private static func ranges(
        _ set: LabelledImageSet
    ) throws(FaceDataError) -> SetCheck.Diagnostic? {
        guard let pack = (set.source as? RecordPack) ?? (set.source as? NamedImages)?.pack,
            pack.identityRecords > 0
        else { return nil }
        var runs: [Range<Int>]?
        var wrong: [String] = []
        for (index, range) in try pack.identityRanges().enumerated() {
            if range.upperBound + 1 < Int(RecordLayout.exactFloats) {
                let labels = Set(range.filter { $0 < set.count }.map { set.labels[$0] })
                if range.upperBound <= set.count, labels.count <= 1 { continue }
            } else {
                // Rounded ends are compared with those of the images of one label, rounded too.
                let all = runs ?? Self.runs(set.labels)
                runs = all
                if all.indices.contains(index), isSame(range, all[index]) { continue }
            }
            wrong.append("identity record \(index)")
        }
        return SetCheck.Diagnostic(
            .error, "label-range", wrong,
            "identity record names images of other labels, or none",
            "identity records name images of other labels, or none")
    }
    /// Consecutive images of one label.
    private static func runs(_ labels: [Int]) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = 0
        for index in labels.indices
        where index + 1 == labels.count || labels[index + 1] != labels[index] {
            runs.append(start..<index + 1)
            start = index + 1
        }
        return runs
    }

    /// Whether two ranges of images are the same as far as 32-bit floats of their keys show.
    private static func isSame(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
        Float(first.lowerBound + 1) == Float(second.lowerBound + 1)
            && Float(first.upperBound + 1) == Float(second.upperBound + 1)
    }
}
