import SafeNumbers
import SeededRandom

/// The classes that take part in a step of Partial FC.
///
/// The batch's target classes always do; others are drawn without replacement, all subsets
/// equally likely, until a fraction of all classes is reached. The draw depends only on a seed.
struct ClassSample: Hashable {
    /// The classes, ascending.
    let classes: [Int]
    /// Positions of the batch's classes among them.
    let positions: [Int]

    /// Draws classes.
    ///
    /// - Parameters:
    ///   - labels: The batch's classes.
    ///   - count: Number of all classes.
    ///   - rate: Fraction of them; if the batch has more classes, these are the sample.
    init(labels: [Int], of count: Int, rate: Double, seed: UInt64) {
        let targetClasses = Set(labels).sorted()
        let wanted = max(targetClasses.count, min(count, Int(saturating: rate * Double(count))))
        var stream = SeededRandom(seed: seed, "classes")
        var missing = wanted - targetClasses.count
        var candidates = count - targetClasses.count
        var chosen: [Int] = []
        chosen.reserveCapacity(wanted)
        var indices: [Int: Int] = [:]
        for candidate in 0..<count {
            if indices.count < targetClasses.count, targetClasses[indices.count] == candidate {
                indices[candidate] = chosen.count
            } else {
                // Selection sampling (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S).
                let index = stream.below(candidates)
                candidates -= 1
                guard index < missing else { continue }
                missing -= 1
            }
            chosen.append(candidate)
        }
        classes = chosen
        positions = labels.map { indices[$0, default: 0] }
    }
}
