import Spelling

/// What the labels of a test set's pairs say, against the folders that its images lie in.
///
/// Folders are people in most sets, and in some they are parts of the set, or one for each image.
struct PairLabels {
    /// Pairs that are labelled the same person, of images that both lie in a folder.
    private var same = Count()
    /// Likewise, different people.
    private var different = Count()
    /// Pairs of one label and two folders, or of two labels and one folder.
    private(set) var contradicting: [VerificationPair] = []
    /// Whether folders hold more images than one, and are more than the two halves of pairs.
    private let mayBePeople: Bool

    /// Pairs of one label.
    private struct Count {
        var all = 0
        /// Of which both images lie in one folder.
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

    /// Whether the folders tell people as most labels do.
    var areMostlyRight: Bool { same.isMostlyOfOne && !different.isMostlyOfOne }

    /// A sentence where labels contradict the folders throughout; nil where they do not, or where folders are no
    /// people.
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
    /// With a warning where labels contradict the folders of the images throughout.
    func withLabelWarning() -> VerificationPairs {
        guard let warning = PairLabels(self).warning else { return self }
        var told = self
        told.warnings.append(warning)
        return told
    }
}
