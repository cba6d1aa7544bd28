import FaceEmbedding
import FaceEvaluation
import Foundation

/// Comparison of an exported network with the original.
public struct ExportComparison: Hashable, Sendable, Encodable {
    /// Comparison of decisions on a test set.
    public struct Test: Hashable, Sendable, Encodable {
        /// Name of the test set.
        public var name: String
        /// Number of pairs.
        public var pairs: Int
        /// Accuracy of the original by insightface's protocol; 0...1.
        public var original: Double
        /// Accuracy of the exported network; 0...1.
        public var exported: Double
        /// The images of the pairs that only one of the two classifies correctly.
        public var flipped: [[String]]
    }

    /// Number of faces that both embedded.
    public var images: Int
    /// The largest difference between components of normalised embeddings.
    public var largestDifference: Double
    /// The smallest cosine between the two embeddings of a face.
    public var smallestCosine: Double
    /// Comparisons on test sets; empty without any.
    public var tests: [Test] = []

    /// Minimum cosine between embeddings: rounding in float32 gives 0.99999, in float16 0.9999.
    static let minCosine = 0.999
    /// The same for int8, whose rounding rotates embeddings by several degrees: 0.9 is 26 degrees.
    static let minQuantizedCosine = 0.9
    /// Maximum loss of accuracy on a test set, as a fraction of the pairs.
    static let maxAccuracyLoss = 0.01

    /// Whether the exported network reproduces the original within tolerances.
    ///
    /// - Parameter isQuantized: Whether it computes in int8.
    public func isWithinTolerance(isQuantized: Bool = false) -> Bool {
        smallestCosine >= (isQuantized ? Self.minQuantizedCosine : Self.minCosine)
            && tests.allSatisfy { $0.original - $0.exported <= Self.maxAccuracyLoss }
    }

    /// The numbers in one line.
    public var summary: String {
        let cosine = String(format: "%.6f", smallestCosine)
        let difference = String(format: "%.1e", largestDifference)
        let faces =
            "smallest cosine \(cosine) and largest difference \(difference) on \(images) faces"
        let sets = tests.map { test in
            String(
                format: "%@: %.3f %% before and %.3f %% after, %d of %d pairs decided differently",
                test.name, test.original * 100, test.exported * 100, test.flipped.count, test.pairs)
        }
        return ([faces] + sets).joined(separator: "; ")
    }

    /// Compares the embeddings of the same faces.
    init(original: EmbeddingTable, exported: EmbeddingTable) throws {
        // Rows that are zero or not finite have no direction.
        let normalized = try? exported.normalized()
        guard let normalized, original.dimension == exported.dimension,
            original.count == exported.count
        else {
            self.init(images: original.count, largestDifference: 2, smallestCosine: -1)
            return
        }
        let table = (first: try original.normalized(), second: normalized)
        var (difference, cosine) = (0.0, 1.0)
        for row in 0..<original.count {
            var product = 0.0
            for (a, b) in zip(table.first[row], table.second[row]) {
                difference = max(difference, abs(Double(a) - Double(b)))
                product += Double(a) * Double(b)
            }
            cosine = min(cosine, product)
        }
        self.init(images: original.count, largestDifference: difference, smallestCosine: cosine)
    }

    private init(images: Int, largestDifference: Double, smallestCosine: Double) {
        self.images = images
        self.largestDifference = largestDifference
        self.smallestCosine = smallestCosine
    }

    /// Compares the decisions on test sets.
    static func tests(
        _ original: EvaluationResults, _ exported: EvaluationResults
    ) -> [Test] {
        zip(original.sets, exported.sets).map { before, after in
            let flipped = zip(before.isCorrect, after.isCorrect).enumerated()
                .filter { $0.element.0 != $0.element.1 }
                .map { index, _ -> [String] in
                    let names = before.names(of: index)
                    return [names.first, names.second]
                }
            func accuracy(_ isCorrect: [Bool]) -> Double {
                Double(isCorrect.count(where: \.self)) / Double(max(1, isCorrect.count))
            }
            return Test(
                name: before.name, pairs: before.isCorrect.count,
                original: accuracy(before.isCorrect),
                exported: accuracy(after.isCorrect), flipped: flipped)
        }
    }
}
