import CommandKit
import FaceData
import Foundation
import Spelling

let statsCommand = Command(
    "stats", "Show the size of a set and the distribution of images over identities.",
    positionals: [Positional("set", "the set to summarise")], options: DataWork.options,
    examples: ["facet data stats faces_emore/train.rec"]
) { arguments in
    let work = try DataWork(arguments)
    return try work.run {
        let set = try work.open(arguments)
        let statistics = try SetStatistics(
            set, threads: work.threads, progress: work.progress("reading", set.source.count))
        try work.write(statistics, text: text(of: statistics))
        return .success
    }
}

private func text(of set: SetStatistics) -> String {
    let mean = set.images > 0 ? set.bytes / set.images : 0
    let kinds = set.kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    var lines = [
        "images           \(set.images) (\(kinds))",
        "bytes            \(set.bytes); each \(set.smallest) to \(set.largest), mean \(mean)",
    ]
    if let pairs = set.pairs, let folds = set.folds {
        lines.append(
            "pairs            \(pairs[0]) same, \(pairs[1]) different, \(counted(folds, "fold"))")
    }
    if let each = set.imagesEach {
        lines.append("identities       \(set.identities)")
        lines.append("images of one    \(each[0]) to \(each[2]), median \(each[1])")
    }
    if let histogram = set.histogram {
        let order = histogram.sorted { first($0.key) < first($1.key) }.filter { $0.value > 0 }
        for (range, count) in order {
            lines.append(
                "  " + range.padding(toLength: 9, withPad: " ", startingAt: 0) + "      \(count)")
        }
    }
    return lines.joined(separator: "\n")
}

/// The lower bound of a range of the histogram.
private func first(_ range: String) -> Int { Int(range.prefix(while: \.isNumber)) ?? 0 }
