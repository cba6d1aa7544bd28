/// All pairs that share one distance, and how many were accepted before them.
///
/// Counts are integers, so areas and rates are exact before their one final division.
struct ROCStep {
    let distance: Double
    var trueAccepts: Int
    var falseAccepts: Int

    /// The cumulative counts after each distinct distance, in increasing order.
    static func steps(of pairs: [ScoredPair]) -> [ROCStep] {
        var steps = [ROCStep]()
        var (trueAccepts, falseAccepts) = (0, 0)
        for pair in pairs.sorted(by: { $0.distance < $1.distance }) {
            if pair.same { trueAccepts += 1 } else { falseAccepts += 1 }
            let distance = Double(pair.distance)
            if steps.last?.distance == distance { steps.removeLast() }
            steps.append(
                ROCStep(distance: distance, trueAccepts: trueAccepts, falseAccepts: falseAccepts))
        }
        return steps
    }

    /// The Mann-Whitney statistic with ties, equal to the area under the curve's trapezoids.
    static func area(under steps: [ROCStep], positives: Int, negatives: Int) -> Double {
        var twice = 0
        var (trueAccepts, falseAccepts) = (0, 0)
        for step in steps {
            twice += (step.falseAccepts - falseAccepts) * (step.trueAccepts + trueAccepts)
            (trueAccepts, falseAccepts) = (step.trueAccepts, step.falseAccepts)
        }
        return Double(twice) / (2 * Double(positives) * Double(negatives))
    }

    /// The curve's points: one before the first step and one after each.
    static func points(of steps: [ROCStep], positives: Int, negatives: Int) -> [ROCPoint] {
        let nothing = steps.prefix(1).map { ROCPoint(threshold: $0.distance, far: 0, tar: 0) }
        return nothing
            + steps.indices.map { index in
                let step = steps[index]
                let isLast = index + 1 == steps.count
                return ROCPoint(
                    threshold: isLast
                        ? step.distance.nextUp : (step.distance + steps[index + 1].distance) / 2,
                    far: Double(step.falseAccepts) / Double(negatives),
                    tar: Double(step.trueAccepts) / Double(positives))
            }
    }
}
