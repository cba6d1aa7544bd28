import FaceSynthesis
import Testing

/// A comparison of losses on the built-in faces says something only if telling them apart needs
/// more than colours and blobs at fixed places.
@Suite("The built-in faces are not distinguishable by trivia", .serialized)
struct TrivialBaselineTests {
    private static let side = 32

    /// The test set's people and a part of the training set's, as rows of numbers.
    private struct Pictures: Sendable {
        var rows: [[Float]]
        /// Row of the first image of each identity.
        var starts: [Int]

        init(_ set: SyntheticSet) throws {
            let plan = try SyntheticPlan(set)
            let renderer = FaceRenderer()
            rows = []
            starts = []
            for folder in plan.folders {
                starts.append(rows.count)
                rows += folder.map { image in
                    renderer.render(
                        identity: plan.identity(of: image), view: plan.view(of: image),
                        size: TrivialBaselineTests.side
                    ).map { (Float($0) - 127.5) / 127.5 }
                }
            }
        }
    }

    /// Rendered once.
    private static let verification = Result { try Pictures(SyntheticSet.verification) }
    private static let training = Result {
        try Pictures(SyntheticSet.cleanTraining.scaled(by: 0.3))
    }

    @Test("Cosine of raw pixels stays below 65 %")
    func pixels() throws {
        let accuracy = try bestAccuracy(SyntheticSet.verification, Self.verification.get())
        #expect((0.5..<0.65).contains(accuracy), "\(accuracy)")
    }

    @Test("Cosine in the space of a PCA of training faces stays below 65 %", arguments: [16, 64])
    func principalComponents(_ count: Int) throws {
        var pictures = try Self.verification.get()
        let training = try Self.training.get().rows
        let components = PrincipalComponents(of: training, count: count)
        pictures.rows = pictures.rows.map(components.coordinates)
        let accuracy = try bestAccuracy(SyntheticSet.verification, pictures)
        #expect((0.5..<0.65).contains(accuracy), "\(accuracy)")
    }

    /// Accuracy at the best threshold over all pairs, which is no lower than by any protocol.
    private func bestAccuracy(_ set: SyntheticSet, _ pictures: Pictures) throws -> Double {
        let pairs = SyntheticPairs(try SyntheticPlan(set)).folds.flatMap {
            $0.matched + $0.mismatched
        }
        let scored = pairs.map { pair in
            let first = pictures.rows[pictures.starts[pair.first] + pair.firstImage - 1]
            let second = pictures.rows[pictures.starts[pair.second] + pair.secondImage - 1]
            return (cosine: cosine(first, second), same: pair.isMatched)
        }.sorted { $0.cosine > $1.cosine }
        var right = scored.filter { !$0.same }.count
        var best = right
        for pair in scored {
            right += pair.same ? 1 : -1
            best = max(best, right)
        }
        return Double(best) / Double(scored.count)
    }
}

/// The directions of greatest variance of some rows, by iteration on their Gram matrix.
private struct PrincipalComponents {
    private let mean: [Float]
    private let directions: [[Float]]

    init(of rows: [[Float]], count: Int) {
        let mean = rows[0].indices.map { column in
            rows.reduce(0) { $0 + $1[column] } / Float(rows.count)
        }
        let centred = rows.map { zip($0, mean).map(-) }
        // Power iteration on all directions at once, each kept apart from those before it.
        var found = Array(centred.prefix(count))
        for _ in 0..<8 {
            found = found.map { direction in
                centred.reduce(into: [Float](repeating: 0, count: direction.count)) { sum, row in
                    add(row, times: dot(row, direction), to: &sum)
                }
            }
            orthonormalise(&found)
        }
        self.mean = mean
        directions = found
    }

    func coordinates(_ row: [Float]) -> [Float] {
        let centred = zip(row, mean).map(-)
        return directions.map { dot($0, centred) }
    }
}

private func orthonormalise(_ rows: inout [[Float]]) {
    for index in rows.indices {
        for other in 0..<index {
            add(rows[other], times: -dot(rows[other], rows[index]), to: &rows[index])
        }
        let norm = dot(rows[index], rows[index]).squareRoot()
        rows[index] = rows[index].map { $0 / norm }
    }
}

private func add(_ row: [Float], times factor: Float, to sum: inout [Float]) {
    for index in row.indices { sum[index] += factor * row[index] }
}

private func dot(_ a: [Float], _ b: [Float]) -> Float {
    var sum: Float = 0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
}

private func cosine(_ a: [Float], _ b: [Float]) -> Float {
    dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
}
