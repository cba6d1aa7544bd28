import FaceEvaluation
import Testing

/// One case of `Fixtures/protocol.json`, which `make_protocol.py` made.
struct GoldenCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Row: Decodable, Sendable {
        let pairs: Int
        let threshold: Double
        let accuracy: Double
        let farThreshold: Double?
        let tar: Double?
        let far: Double?
    }

    struct Curve: Decodable, Sendable {
        struct Rate: Decodable, Sendable {
            let rate: Double
            let tar: Double
        }

        let far: [Double]
        let tar: [Double]
        let auc: Double
        let eer: Double
        let bestAccuracy: Double
        let tarAtFAR: [Rate]
    }

    let name: String
    let folds: Int
    let targetFAR: Double
    let distances: [Float]
    let same: [Bool]
    let rows: [Row]
    let accuracy: Double
    let standardDeviation: Double
    let tar: Double?
    let far: Double?
    let curve: Curve?

    var pairs: [ScoredPair] {
        zip(distances, same).map { ScoredPair(distance: $0, same: $1, fold: 0) }
    }

    var testDescription: String { name }

    static let all: [GoldenCase] = Fixture.read("protocol") ?? []
}
