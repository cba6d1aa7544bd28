import FaceData
import FaceEvaluation
import Testing

/// The content of `Fixtures/systems.json`, which `make_systems.py` made.
struct SystemsGolden: Decodable, Sendable {
    /// One set of embeddings and pairs, with what each system makes of them.
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct System: Decodable, Sendable {
            let thresholds: [Double]
            let accuracies: [Double]
            let accuracy: Double
            let spread: Double?
        }

        let name: String
        let folds: Int
        let dimension: Int
        let original: [Float]
        let mirrored: [Float]?
        let first: [Int]
        let second: [Int]
        let same: [Bool]
        let systems: [String: System]

        var testDescription: String { name }

        var pairs: [VerificationPair] {
            same.indices.map {
                VerificationPair(first: first[$0], second: second[$0], same: same[$0], fold: 0)
            }
        }

        func views() throws -> EmbeddingViews {
            let count = original.count / dimension
            return try EmbeddingViews(
                original: EmbeddingTable(count: count, dimension: dimension, values: original),
                mirrored: mirrored.map {
                    try EmbeddingTable(count: count, dimension: dimension, values: $0)
                })
        }
    }

    /// Distances with their best threshold and its interval, and a second list for View 1.
    struct Threshold: Decodable, Sendable {
        struct ViewOne: Decodable, Sendable {
            let threshold: Double
            let trainAccuracy: Double
            let accuracy: Double
            let standardError: Double
        }

        let distances: [Float]
        let same: [Bool]
        let best: Double
        let interval: [Double]
        let testDistances: [Float]
        let testSame: [Bool]
        let viewOne: ViewOne

        var train: [ScoredPair] { Self.pairs(distances, same) }
        var test: [ScoredPair] { Self.pairs(testDistances, testSame) }

        private static func pairs(_ distances: [Float], _ same: [Bool]) -> [ScoredPair] {
            zip(distances, same).map { ScoredPair(distance: $0, same: $1, fold: 0) }
        }
    }

    let cases: [Case]
    let threshold: Threshold

    static let content: SystemsGolden? = Fixture.read("systems")

    static var cases: [Case] { content?.cases ?? [] }
}
