import Spelling

/// Compares the labels of a test set's pairs with the folders of its images.
///
/// In most sets, folders are people; in some, they are parts of the set, or there is one for each
/// image.
struct PairLabels {
    /// Pairs labelled the same person whose images are both in folders.
    private var same = Count()
    /// Likewise for pairs labelled different people.
    private var different = Count()
    /// Pairs labelled the same person from two folders, and pairs labelled different people from
    /// one.
    private(set) var contradicting: [VerificationPair] = []
    /// Whether folders can be people: there are more than two, and fewer than images.
    private let mayBePeople: Bool

    /// A count of pairs with the same label.
    private struct Count {
        var all = 0
        /// Pairs with both images in the same folder.
        var ofOneFolder = 0

        var isMostlyOfOne: Bool { ofOneFolder * 2 > all }

        mutating func add(_ isOne: Bool) {
            all += 1
            if isOne { ofOneFolder += 1 }
        }
    }

    init(_ set: VerificationPairs) {
        let owners = set.owners.map { $0.map { PersonName($0).key } }
        let folders = Set(owners.compactMap { $0 })
        mayBePeople = folders.count > 2 && folders.count < owners.count
        for pair in set.pairs where pair.first != pair.second {
            guard let first = owners[pair.first], let second = owners[pair.second] else { continue }
            let isOne = first == second
            if pair.same {
                same.add(isOne)
            } else {
                different.add(isOne)
            }
            if isOne != pair.same { contradicting.append(pair) }
        }
    }

    /// Whether most labels agree with the folders.
    var areMostlyRight: Bool { same.isMostlyOfOne && !different.isMostlyOfOne }

    /// A sentence if most labels of one kind contradict the folders; nil if not, or if folders are not people.
    var warning: String? {
        guard mayBePeople, same.all > 0, !same.isMostlyOfOne else { return nil }
        let pairs = same.all + different.all
        if different.isMostlyOfOne {
            return
                "the labels of \(grouped(contradicting.count)) of \(counted(pairs, "pair")) contradict the "
                + "folders of the images: pairs of one folder are labelled different people, and pairs of two "
                + "folders the same person; the labels are probably inverted (1 must be the same person)"
        }
        let crossing = same.all - same.ofOneFolder
        return "\(grouped(crossing)) of \(counted(same.all, "pair")) labelled the same person "
            + "\(crossing == 1 ? "is" : "are") of images in two folders; where folders are people, the labels or "
            + "the paths of the list are wrong"
    }
}

extension VerificationPairs {
    /// The pairs with a warning if most labels of one kind contradict the folders.
    func withLabelWarning() -> VerificationPairs {
        guard let warning = PairLabels(self).warning else { return self }
        var result = self
        result.warnings.append(warning)
        return result
    }
}
