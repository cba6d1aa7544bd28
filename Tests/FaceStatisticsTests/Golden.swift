import Foundation

/// `Fixtures/golden.json`, which `make_golden.py` made with SciPy and statsmodels.
struct Golden: Decodable, Sendable {
    struct Functions: Decodable, Sendable {
        let logGamma: [[Double]]
        let beta: [[Double]]
        let gamma: [[Double]]
        let student: [[Double]]
        let studentBound: [[Double]]
        let normalQuantile: [[Double]]
        let noncentral: [[Double]]
        let chiSquare: [[Double]]
        let range: [[Double]]
        let rangeBound: [[Double]]
        let quantiles: [Quantile]
    }

    /// The value of a probability in a distribution.
    struct Quantile: Decodable, Sendable {
        let distribution: String
        let parameters: [Double]
        let p: Double
        let value: Double
    }

    struct Holm: Decodable, Sendable {
        let p: [Double]
        let adjusted: [Double]
    }

    struct Friedman: Decodable, Sendable {
        let values: [[Double]]
        let ranks: [Double]
        let statistic: Double
        let p: Double
    }

    struct Values: Decodable, Sendable {
        let values: [Double]
        let interval: [Double]
        let p: Double?
    }

    struct Tests: Decodable, Sendable {
        let mcnemar: [[Double]]
        let sign: [[Double]]
        let holm: [Holm]
        let friedman: [Friedman]
        let samples: [Values]
        let bca: [Values]
        let power: [[Double]]
        let seeds: [[Double]]
    }

    struct Estimate: Decodable, Sendable {
        let means: [Double]
        let pairVariances: [Double]
        let rest: Double
        let seedInterval: [Double]
        let interval: [Double]
        let p: Double
    }

    struct Scores: Decodable, Sendable {
        let folds: [Int]
        let first: [String]
        let second: [String]
        let values: [[[Double]]]
        let accuracy: Estimate
        let difference: Estimate
        let mcnemar: [Double]
        let foldError: Double
        let peopleError: Double

        /// First minus second loss, seed by seed.
        var differences: [[Double]] {
            zip(values[0], values[1]).map { first, second in zip(first, second).map { $0 - $1 } }
        }
    }

    let functions: Functions
    let tests: Tests
    let scores: Scores

    static func read() throws -> Golden {
        guard
            let url = Bundle.module.url(
                forResource: "golden", withExtension: "json", subdirectory: "Fixtures")
        else { throw CocoaError(.fileNoSuchFile) }
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    }
}

/// How far two numbers are apart, relative to the larger and at least to `floor`.
func error(_ a: Double, _ b: Double, floor: Double = 0) -> Double {
    a == b ? 0 : abs(a - b) / max(abs(a), abs(b), floor)
}
