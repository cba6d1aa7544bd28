import FaceStatistics
import Charts

/// The comparison of two studies, for a terminal or a program.
public struct StudyComparisonSummary: Encodable, Sendable {
    /// A setting that differs between the studies.
    public struct Difference: Encodable, Sendable {
        /// The differing setting, e.g. `training.epochs`.
        public var key: String
        /// Its values in the first study.
        public var first: [String]
        /// Its values in the second study.
        public var second: [String]
        /// Whether it affects the numbers, so that runs of the two must not be pooled.
        public var decides: Bool
    }

    /// A cell that both studies have.
    public struct Cell: Encodable, Sendable {
        /// Backbone, training set, loss and test set.
        public var title: String
        /// Mean accuracy of the first study; 0...1.
        public var first: Double
        /// Mean accuracy of the second study; 0...1.
        public var second: Double
    }

    /// Names of the two studies' folders.
    public var names: [String]
    /// Number of cells that both have.
    public var shared: Int
    /// Whether the runs are repetitions of one another.
    public var isPoolable: Bool
    /// Cells of the first study only.
    public var onlyFirst: [String]
    /// Cells of the second study only.
    public var onlySecond: [String]
    /// Settings whose values differ.
    public var differences: [Difference]
    /// Cells that both studies measured.
    public var cells: [Cell]

    init(_ first: StudyResults, _ second: StudyResults, names: [String]) {
        let found = StudyDifferences(first, second)
        self.names = names
        shared = found.shared
        isPoolable = found.arePoolable
        onlyFirst = found.onlyFirst
        onlySecond = found.onlySecond
        differences = found.differences.map {
            Difference(key: $0.key, first: $0.first, second: $0.second, decides: $0.decides)
        }
        cells = CellComparison.all(first, second).map { cell in
            Cell(
                title: "\(cell.loss), \(first.title(cell.configuration)), \(cell.test)",
                first: cell.first.mean, second: cell.second.mean)
        }
    }

    /// The comparison as text.
    public var text: String {
        let verdict =
            shared == 0
            ? "no cell in common"
            : isPoolable
                ? "\(Format.count(shared, "cell")) in common, repetitions of one another"
                : "\(Format.count(shared, "cell")) in common, not repetitions of one another"
        var lines = ["\(names[0]) and \(names[1]): \(verdict)"]
        for (name, cells) in zip(names, [onlyFirst, onlySecond]) where !cells.isEmpty {
            lines.append("only in \(name): \(Format.count(cells.count, "cell"))")
        }
        lines += differences.map { difference in
            let values = [difference.first, difference.second].map { values in
                values.isEmpty ? "not set" : values.prefix(3).joined(separator: "; ")
            }
            return "  \(difference.key): \(values[0]) -> \(values[1])"
                + (difference.decides ? "" : " (does not affect the numbers)")
        }
        lines += cells.map { cell in
            "  \(cell.title): \(Format.percent(cell.first)) % -> \(Format.percent(cell.second)) %"
        }
        return lines.joined(separator: "\n")
    }
}
