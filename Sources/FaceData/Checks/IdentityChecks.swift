import Foundation
import Spelling

/// Diagnostics about the identities of a set.
enum IdentityChecks {
    static func diagnostics(
        _ set: LabelledImageSet, _ names: CheckNames
    ) throws(FaceDataError) -> [SetCheck.Diagnostic] {
        [singles(set), sameNames(set), try ranges(set)].compactMap { $0 }
    }

    /// Identities with only one image, from which a network learns little.
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

    /// Names that differ only in case, accents and word separators.
    private static func sameNames(_ set: LabelledImageSet) -> SetCheck.Diagnostic? {
        let groups = Dictionary(grouping: set.identities) { PersonName($0).key }
            .filter { $0.key != "" && $0.value.count > 1 }.values.sorted { $0[0] < $1[0] }
        return SetCheck.Diagnostic(
            .warning, "duplicate-identity", groups.map { $0.joined(separator: " = ") },
            "name is given to more than one identity", "names are given to more than one identity")
    }

    /// Identity records of a pack whose range does not consist of the images with one label.
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
                // Bounds that were rounded to floats are compared with the equally rounded bounds
                // of each label's images.
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
    /// Ranges of consecutive images with the same label.
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

    /// Whether two ranges of images have equal keys in 32-bit floats.
    private static func isSame(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
        Float(first.lowerBound + 1) == Float(second.lowerBound + 1)
            && Float(first.upperBound + 1) == Float(second.upperBound + 1)
    }
}
