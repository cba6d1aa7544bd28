import Foundation

/// The columns of a list of pairs whose first line names them in another order than lists without names have.
struct PairColumns {
    /// Titles of the column of labels.
    private static let labels: Set<String> = [
        "label", "labels", "same", "is_same", "issame", "same_person", "match", "is_match",
        "matching", "target", "actual", "ground_truth",
    ]
    private static let folds: Set<String> = ["fold", "folds", "split"]
    /// Titles of columns of numbers of lines, which pandas leaves without one.
    private static let indices: Set<String> = [
        "", "id", "index", "idx", "no", "pair", "pair_id", "unnamed:_0",
    ]

    private let images: [Int]
    private let label: Int
    private let fold: Int?
    private let count: Int

    var hasFold: Bool { fold != nil }

    /// Parses a first line; nil if its titles do not show which two columns have the images, or if these and the
    /// others are where a list without titles has them, whose paths may contain spaces.
    init?(_ header: String) {
        let titles = LandmarkFields.titles(of: header)
        guard let label = titles.firstIndex(where: Self.labels.contains) else { return nil }
        let fold = titles.firstIndex(where: Self.folds.contains)
        let images = titles.indices.filter {
            $0 != label && $0 != fold && !Self.indices.contains(titles[$0])
        }
        let isPlain = titles.count == 3 + (fold == nil ? 0 : 1) && label != 1 && fold ?? 3 == 3
        guard images.count == 2, !isPlain else { return nil }
        (self.images, self.label, self.fold, count) = (images, label, fold, titles.count)
    }

    /// A line's images, label and fold; nil if it has another number of columns.
    func parts(_ line: String) -> (images: [String], label: String, fold: String?)? {
        let fields = LandmarkFields.of(line)
        guard fields.count == count, images.allSatisfy({ !fields[$0].isEmpty }) else { return nil }
        return (images.map { fields[$0] }, fields[label], fold.map { fields[$0] })
    }
}
