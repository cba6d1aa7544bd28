import Spelling

/// Diagnostics about the pairs of a test set.
struct PairChecks {
    private let set: VerificationPairs
    private let names: CheckNames
    /// For each image, the index of the first one that is the same file.
    private let images: [Int]
    /// The group of copies that an image belongs to; images without copies are missing.
    private let groupOfCopies: [Int: Int]

    static func diagnostics(
        _ set: VerificationPairs, _ survey: ImageSurvey, _ names: CheckNames
    ) -> [SetCheck.Diagnostic] {
        let checks = PairChecks(set, survey, names)
        return [
            checks.oneKind, checks.contradictions, checks.withItself, checks.copies,
            checks.repeated,
            checks.otherPeople, checks.folds,
        ].compactMap { $0 }
    }

    private init(_ set: VerificationPairs, _ survey: ImageSurvey, _ names: CheckNames) {
        (self.set, self.names) = (set, names)
        images = Self.files(set, survey)
        groupOfCopies = Dictionary(
            survey.copies.enumerated().flatMap { group, indices in indices.map { ($0, group) } },
            uniquingKeysWith: { first, _ in first })
    }

    // MARK: Which images are the same

    /// For each image, the index of the first one that is the same file: with the same normalised path
    /// or, in a pack, which has no paths, with the same bytes.
    private static func files(_ set: VerificationPairs, _ survey: ImageSurvey) -> [Int] {
        guard set.source is VerificationPack else {
            var first: [String: Int] = [:]
            return set.images.indices.map { index in
                let path = PathText.plain(set.images[index])
                let known = first[path, default: index]
                first[path] = known
                return known
            }
        }
        var first = Array(set.images.indices)
        for copies in survey.copies {
            var known: [(index: Int, bytes: [UInt8])] = []
            for index in copies {
                guard let bytes = try? set.source.bytes(of: index) else { continue }
                if let same = known.first(where: { $0.bytes == bytes }) {
                    first[index] = same.index
                } else {
                    known.append((index, bytes))
                }
            }
        }
        return first
    }

    /// Whether two images are copies of one picture.
    private func areCopies(_ first: Int, _ second: Int) -> Bool {
        guard let group = groupOfCopies[first] else { return false }
        return group == groupOfCopies[second]
    }

    // MARK: What is wrong with pairs

    /// An unordered pair of images.
    private struct Unordered: Hashable {
        let low: Int
        let high: Int
    }

    private func key(_ pair: VerificationPair) -> Unordered {
        let (first, second) = (images[pair.first], images[pair.second])
        return Unordered(low: min(first, second), high: max(first, second))
    }

    private func isSelf(_ pair: VerificationPair) -> Bool {
        images[pair.first] == images[pair.second]
    }

    private var withItself: SetCheck.Diagnostic? {
        diagnostic(
            set.pairs.filter(isSelf), .warning, "pair-with-itself",
            one: "pair consists of one picture twice", more: "pairs consist of one picture twice")
    }

    /// The labels of each pair of images that occurs more than once.
    private var groups: [(pair: VerificationPair, labels: [Bool])] {
        var groups: [Unordered: (pair: VerificationPair, labels: [Bool])] = [:]
        var order: [Unordered] = []
        for pair in set.pairs {
            let key = key(pair)
            if groups[key] == nil { order.append(key) }
            groups[key, default: (pair, [])].labels.append(pair.same)
        }
        return order.compactMap { groups[$0] }.filter { $0.labels.count > 1 }
    }

    private var contradictions: SetCheck.Diagnostic? {
        diagnostic(
            groups.filter { Set($0.labels).count > 1 }.map(\.pair), .error, "pair-contradiction",
            one: "pair is labelled both matching and non-matching",
            more: "pairs are labelled both matching and non-matching")
    }

    private var repeated: SetCheck.Diagnostic? {
        diagnostic(
            groups.filter { Set($0.labels).count == 1 }.map(\.pair), .warning, "pair-repeated",
            one: "pair occurs more than once, in either order",
            more: "pairs occur more than once, in either order")
    }

    private var copies: SetCheck.Diagnostic? {
        diagnostic(
            set.pairs.filter { !$0.same && !isSelf($0) && areCopies($0.first, $0.second) },
            .warning,
            "pair-of-copies", one: "non-matching pair shows the same picture",
            more: "non-matching pairs show the same picture")
    }

    /// Pairs whose label contradicts their folders. If most do, the set's own warnings say so (``PairLabels``);
    /// if folders are not people, nothing is wrong.
    private var otherPeople: SetCheck.Diagnostic? {
        let labels = PairLabels(set)
        guard labels.areMostlyRight else { return nil }
        return diagnostic(
            labels.contradicting.filter { !isSelf($0) }, .warning, "pair-of-other-people",
            one: "pair has a label that contradicts its folders",
            more: "pairs have a label that contradicts their folders")
    }

    private func diagnostic(
        _ pairs: [VerificationPair], _ severity: SetCheck.Severity, _ kind: String,
        one: String,
        more: String
    ) -> SetCheck.Diagnostic? {
        SetCheck.Diagnostic(
            severity, kind,
            pairs.map {
                "\(names.image($0.first)) and \(names.image($0.second)), labelled "
                    + ($0.same ? "the same person" : "different people")
            }, one, more)
    }

    // MARK: What is wrong with the whole

    private var oneKind: SetCheck.Diagnostic? {
        let same = set.pairs.count { $0.same }
        guard same == 0 || same == set.pairs.count else { return nil }
        return SetCheck.Diagnostic(
            severity: .error, kind: "pairs-of-one-kind",
            message: (set.pairs.count == 1
                ? "the only pair is labelled "
                : "all \(counted(set.pairs.count, "pair")) are labelled ")
                + (same == 0 ? "different people" : "the same person")
                + "; accuracy cannot be measured without pairs of the other kind", items: [])
    }

    private var folds: SetCheck.Diagnostic? {
        var counts = [(same: Int, different: Int)](repeating: (0, 0), count: set.folds)
        for pair in set.pairs where counts.indices.contains(pair.fold) {
            if pair.same { counts[pair.fold].same += 1 } else { counts[pair.fold].different += 1 }
        }
        let uneven = counts.indices.filter { counts[$0].same != counts[$0].different }
        let isOneSided = uneven.contains { counts[$0].same == 0 || counts[$0].different == 0 }
        guard !uneven.isEmpty, oneKind == nil else { return nil }
        return SetCheck.Diagnostic(
            severity: isOneSided ? .warning : .note, kind: "uneven-fold",
            message: counted(uneven.count, "fold has", "folds have")
                + " more pairs of one kind than of the other",
            items: uneven.map {
                "fold \($0): \(counts[$0].same) same, \(counts[$0].different) different"
            })
    }
}
