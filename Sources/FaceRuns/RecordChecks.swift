import Spelling

/// An impossible value in a record: a run folder may come from any source, and a report that believed an
/// accuracy of 5 or counted 2^63 images would be wrong or stop.
struct RecordFault: Error {
    /// The problem, without the file's name.
    let reason: String
}

/// The ranges of a record's numbers.
enum RecordChecks {
    /// More than any real count, and small enough that sums of counts do not overflow `Int`.
    static let maxCount = 1_000_000_000_000_000

    static func count(
        _ name: String, _ value: Int?, from least: Int = 0, to most: Int = maxCount
    ) throws(RecordFault) {
        guard let value, value < least || value > most else { return }
        throw RecordFault(
            reason: "\(quoted: name) is \(value), not a number from \(least) to \(most)")
    }

    static func fraction(_ name: String, _ value: Double?) throws(RecordFault) {
        try number(name, value, in: 0...1)
    }

    static func number(
        _ name: String, _ value: Double?, in range: ClosedRange<Double>
    ) throws(RecordFault) {
        guard let value, !range.contains(value) else { return }
        throw RecordFault(
            reason: "\(quoted: name) is \(value), not a number from \(range.lowerBound) to "
                + "\(range.upperBound)")
    }

    /// Seconds, speeds and norms: never negative, and within the range of float32.
    static func measure(_ name: String, _ value: Double?) throws(RecordFault) {
        try number(name, value, in: 0...Double(Float.greatestFiniteMagnitude))
    }

    /// Losses, rates and norms of a run that may have diverged, whose sums must stay finite.
    static func finite(_ name: String, _ value: Double?) throws(RecordFault) {
        try number(name, value, in: -1e100...1e100)
    }

    /// Names by which runs are grouped, so that an empty one would make a group of its own.
    static func name(_ name: String, _ value: String) throws(RecordFault) {
        guard value.isEmpty else { return }
        throw RecordFault(reason: "\(quoted: name) is empty")
    }

    static func distinct(_ name: String, _ values: [String]) throws(RecordFault) {
        var seen: Set<String> = []
        guard let twice = values.first(where: { !seen.insert($0).inserted }) else { return }
        throw RecordFault(reason: "\(quoted: name) contains \(quoted: twice) twice")
    }
}

/// A record whose numbers must be within ranges.
protocol CheckedRecord {
    /// Throws for the first number that is outside its range.
    func check() throws(RecordFault)
}

extension RunDescription: CheckedRecord {
    func check() throws(RecordFault) {
        try RecordChecks.name("identity.trainSet", identity.trainSet)
        try RecordChecks.name("identity.backbone", identity.backbone)
        try RecordChecks.name("identity.loss", identity.loss)
        try RecordChecks.count("epochs", epochs, to: 1_000_000_000)
        try RecordChecks.count("batchSize", batchSize, from: 1)
        try RecordChecks.count("backbone.parameters", backbone.parameters, from: 1)
        try RecordChecks.count("backbone.multiplyAdds", backbone.multiplyAdds)
        try RecordChecks.count("backbone.embeddingSize", backbone.embeddingSize)
        try RecordChecks.count("backbone.inputSize", backbone.inputSize)
        try RecordChecks.count("train.images", train.images)
        try RecordChecks.count("train.identities", train.identities)
        for overlap in train.overlaps ?? [] {
            try RecordChecks.count("overlaps.pictures", overlap.pictures)
        }
        for test in tests + (validation.map { [$0] } ?? []) {
            try RecordChecks.count("pairs of \(test.name)", test.pairs)
            try RecordChecks.count("folds of \(test.name)", test.folds)
            try RecordChecks.count("pairsEachEpoch of \(test.name)", test.pairsEachEpoch)
        }
        try RecordChecks.distinct("tests", tests.map(\.name))
        try tuning?.check()
    }
}

extension RunEnvironment: CheckedRecord {
    func check() throws(RecordFault) { try RecordChecks.count("threads", threads) }
}

extension EpochRecord: CheckedRecord {
    func check() throws(RecordFault) {
        try RecordChecks.count("epoch", epoch, from: 1, to: 1_000_000_000)
        try RecordChecks.count("step", step)
        try RecordChecks.count("images", images)
        try RecordChecks.finite("learningRate", learningRate)
        try RecordChecks.finite("loss", loss)
        for (name, value) in lossState { try RecordChecks.finite("lossState.\(name)", value) }
        try RecordChecks.fraction("trainAccuracy", trainAccuracy)
        try RecordChecks.fraction("trainAccuracyWithMargin", trainAccuracyWithMargin)
        for test in tests + (validation.map { [$0] } ?? []) {
            try RecordChecks.fraction("accuracy of \(test.name)", test.accuracy)
            try RecordChecks.fraction("standardDeviation of \(test.name)", test.standardDeviation)
            try RecordChecks.count("pairs of \(test.name)", test.pairs)
        }
        try RecordChecks.measure("imagesPerSecond", imagesPerSecond)
        try RecordChecks.measure("trainSeconds", trainSeconds)
        try RecordChecks.measure("evaluationSeconds", evaluationSeconds)
    }
}

extension RunResult: CheckedRecord {
    func check() throws(RecordFault) {
        try RecordChecks.count("epochs", epochs, to: 1_000_000_000)
        try RecordChecks.fraction("trainAccuracy", trainAccuracy)
        for test in tests { try test.check() }
        try RecordChecks.distinct("tests", tests.map(\.name))
        try RecordChecks.measure("imagesPerSecond", imagesPerSecond)
        try RecordChecks.measure("seconds", seconds)
    }
}

extension TestResult: CheckedRecord {
    func check() throws(RecordFault) {
        try RecordChecks.count("pairs of \(name)", pairs)
        try RecordChecks.fraction("accuracy of \(name)", accuracy)
        try RecordChecks.fraction("standardDeviation of \(name)", standardDeviation)
        // Squared distances of unit vectors, and one step of a grid beyond.
        try RecordChecks.number("threshold of \(name)", threshold, in: 0...5)
        try RecordChecks.fraction("tarAtFar1e3 of \(name)", tarAtFar1e3)
        try RecordChecks.fraction("auc of \(name)", auc)
        try RecordChecks.fraction("eer of \(name)", eer)
        try RecordChecks.measure("meanNorm of \(name)", meanNorm)
        try RecordChecks.count("bestEpoch of \(name)", bestEpoch, to: 1_000_000_000)
        try RecordChecks.fraction("bestAccuracy of \(name)", bestAccuracy)
        try RecordChecks.count(
            "epochWithin95Percent of \(name)", epochWithin95Percent, to: 1_000_000_000)
    }
}

extension RunGeometry: CheckedRecord {
    func check() throws(RecordFault) {
        for set in [training] + tests { try set.check() }
        guard let map else { return }
        guard map.explained.count == 2, map.identities.allSatisfy({ $0.x.count == $0.y.count })
        else { throw RecordFault(reason: "the map's coordinates are not pairs") }
        for fraction in map.explained { try RecordChecks.fraction("explained", fraction) }
        // Projections of centred unit embeddings.
        for coordinate in map.identities.flatMap({ $0.x + $0.y }) {
            try RecordChecks.number("a coordinate of the map", coordinate, in: -4...4)
        }
    }
}

extension SetGeometry: CheckedRecord {
    func check() throws(RecordFault) {
        try RecordChecks.count("images of \(name)", images)
        try norm?.check("norm of \(name)", most: Double(Float.greatestFiniteMagnitude))
        try within?.check("within of \(name)", most: 180)
        try between?.check("between of \(name)", most: 180)
        try targetClass?.check("ownClass of \(name)", most: 180)
        try nearestNonTarget?.check("nearestOther of \(name)", most: 180)
    }
}

extension SummaryRecord {
    fileprivate func check(_ name: String, most: Double) throws(RecordFault) {
        guard quantiles.count == 5 else {
            throw RecordFault(reason: "a quantity does not have five quantiles")
        }
        try RecordChecks.count("count of \(name)", count)
        // A rounded sum may exceed the largest angle.
        let range = 0...most * (1 + 1e-6)
        for value in quantiles + [mean, standardDeviation] {
            try RecordChecks.number(name, value, in: range)
        }
        guard zip(quantiles, quantiles.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw RecordFault(reason: "the quantiles of \(quoted: name) are not ascending")
        }
    }
}
