import FaceData
import FaceEmbedding
import FaceEvaluation
import FaceRuns
import FaceStatistics
import Foundation
import Torch

/// Measures the geometry of a trained network's embeddings: once, at the end of a run.
struct GeometryMeasurement {
    let embedder: SetEmbedder
    /// The training set.
    let train: PreparedTrainSet
    /// Class weights `[c K, d]`; nil for a loss without any.
    let weights: Tensor?

    /// Number of class weights that are read at once.
    private static let block = 16_384

    /// Measures a sample of the training set, and test sets that have already been embedded.
    ///
    /// - Parameter progress: Receives how many images of the training set are done, and of how many.
    func measure(
        tests: [(test: PreparedTest, views: EmbeddingViews)], progress: (Int, Int) throws -> Void
    ) throws -> RunGeometry {
        let set = train.set
        let sample = GeometrySample(of: set.labels, identities: set.identities.count)
        let testMap = tests.first.flatMap { MapSample(of: Self.people($0.test.pairs)) }
        let trainMap = testMap == nil ? MapSample(of: set.labels.map { set.identities[$0] }) : nil
        let indices = Set(sample.indices + (trainMap?.indices ?? [])).sorted()
        let rows = Dictionary(uniqueKeysWithValues: zip(indices, indices.indices))
        let table = try embed(indices, progress)
        var map: EmbeddingMap?
        if let testMap, let (test, views) = tests.first {
            map = try Self.map(testMap, views.original, test.facts.name) { $0 }
        } else if let trainMap {
            map = try Self.map(trainMap, table, train.facts.name) { rows[$0] ?? 0 }
        }
        return RunGeometry(
            training: try training(sample, table.selecting(sample.indices.compactMap { rows[$0] })),
            tests: try tests.map { try Self.testing($0.test, $0.views.original) }, map: map)
    }

    // MARK: The training set

    private func embed(
        _ indices: [Int], _ progress: (Int, Int) throws -> Void
    ) throws -> EmbeddingTable {
        let views = try embedder.embeddings(
            of: SelectedImages(indices, of: train.set.source), .training(indices),
            mirroring: false, progress: progress)
        try train.stamps.check(indices, of: train.set.source)
        return views.original
    }

    private func training(
        _ sample: GeometrySample, _ table: EmbeddingTable
    ) throws -> SetGeometry {
        let angles = try classAngles(sample, table)
        return SetGeometry(
            name: train.facts.name, images: table.count, norm: Self.spread(try table.norms()),
            within: Self.spread(try table.angles(of: sample.within)),
            between: Self.spread(try table.angles(of: sample.between)),
            targetClass: Self.spread(angles?.target ?? []),
            nearestNonTarget: Self.spread(angles?.nearestNonTarget ?? []))
    }

    private func classAngles(
        _ sample: GeometrySample, _ table: EmbeddingTable
    ) throws -> ClassAngles? {
        let classes = train.set.identities.count
        guard let weights, weights.rank == 2, weights.shape[1] == table.dimension,
            weights.shape[0] > 0, weights.shape[0] % classes == 0
        else { return nil }
        var angles = try ClassAngles(
            of: table, labels: sample.labels, weightsEach: weights.shape[0] / classes)
        for start in stride(from: 0, to: weights.shape[0], by: Self.block) {
            let end = min(start + Self.block, weights.shape[0])
            let values = withoutGradients {
                weights.narrowed(0, start..<end).array(of: Float.self)
            }
            try angles.add(
                EmbeddingTable(count: end - start, dimension: table.dimension, values: values))
        }
        return angles
    }

    // MARK: Test sets

    static func testing(
        _ test: PreparedTest, _ table: EmbeddingTable
    ) throws -> SetGeometry {
        func angles(same: Bool) throws -> SummaryRecord? {
            let pairs = test.pairs.pairs.filter { $0.same == same }
            return spread(
                try table.angles(
                    of: GeometrySample.thinned(pairs).map { ($0.first, $0.second) }))
        }
        return SetGeometry(
            name: test.facts.name, images: table.count, norm: spread(try table.norms()),
            within: try angles(same: true), between: try angles(same: false))
    }

    /// The person of each image by its folder; nil for the images of a pack.
    private static func people(_ pairs: VerificationPairs) -> [String?] {
        let owners = pairs.owners
        return owners.contains { $0 != nil } ? owners : []
    }

    // MARK: Records

    private static func map(
        _ sample: MapSample, _ table: EmbeddingTable, _ set: String, row: (Int) -> Int
    ) throws -> EmbeddingMap? {
        let chosen = try table.selecting(sample.indices.map(row))
        // An embedding of length 0 has no direction, so there is no map.
        guard try chosen.norms().allSatisfy({ $0 > 0 }) else { return nil }
        let plane = try PrincipalPlane(of: chosen)
        var points = plane.points[...]
        let identities = sample.identities.map { name, indices in
            let own = points.prefix(indices.count)
            points = points.dropFirst(indices.count)
            return EmbeddingMap.Identity(
                name: name, x: own.map { rounded($0.x) }, y: own.map { rounded($0.y) })
        }
        return EmbeddingMap(
            set: set, identities: identities,
            explained: [plane.explained.x, plane.explained.y])
    }

    /// More digits would be invisible and only make the file larger.
    private static func rounded(_ value: Double) -> Double { (value * 1e5).rounded() / 1e5 }

    private static func spread(_ values: [Double]) -> SummaryRecord? {
        Summary(values).map {
            SummaryRecord(
                count: $0.count, mean: $0.mean,
                standardDeviation: $0.populationStandardDeviation, quantiles: $0.quantiles())
        }
    }
}

extension EmbeddingTable {
    /// Some rows, in the order given.
    fileprivate func selecting(_ rows: [Int]) throws -> EmbeddingTable {
        try EmbeddingTable(
            count: rows.count, dimension: dimension, values: rows.flatMap { self[$0] })
    }
}
