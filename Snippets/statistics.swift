//! The difference of two losses over seeds and pairs.

// snippet.hide
import FaceStatistics

// Forty pairs in ten folds; two losses with three seeds that differ on some of the pairs.
let folds = (0..<40).map { $0 / 4 }
let people = (0..<40).map { ($0 % 2 == 0) ? ("a\($0)", "a\($0)") : ("a\($0)", "b\($0)") }
let differences: [[Double]] = (0..<3).map { seed in
    (0..<40).map { pair in (pair * 7 + seed) % 5 == 0 ? 1 : pair % 11 == 0 ? -1 : 0 }
}
// snippet.show
let design = try PairDesign(folds: folds, people: people)
let difference = try SeedPairEstimate(differences, design)  // [seed][pair], -1, 0 or 1
print(difference.mean)
if let interval = difference.interval(), let pValue = difference.pValue {
    print(interval, pValue)  // over other seeds and other pairs of other people
}
// snippet.hide
precondition(difference.mean > 0 && difference.interval() != nil && difference.pValue != nil)
