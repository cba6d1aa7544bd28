import FaceData
import FaceEvaluation
import Foundation

@testable import FaceEmbedding

/// Pairs of images of which only the angle between their embeddings is known.
struct AngledSet {
    /// Images that have names and no content.
    private struct Names: ImageSource {
        let names: [String]
        var location: URL { URL(fileURLWithPath: "/names") }
        var count: Int { names.count }
        func name(of index: Int) -> String { names[index] }
        func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
            throw .badImage(path: names[index], reason: "it has no content")
        }
    }

    let pairs: VerificationPairs
    let views: EmbeddingViews

    /// Pairs of one person at some angles in degrees, then pairs of two, in a single fold. Every pair
    /// has its own images.
    init(same: [Double], different: [Double], length: Double = 1) throws {
        let angles = same + different
        let names = angles.indices.flatMap { index in
            index < same.count
                ? ["same\(index)/1.jpg", "same\(index)/2.jpg"]
                : ["left\(index)/1.jpg", "right\(index)/1.jpg"]
        }
        pairs = VerificationPairs(
            source: Names(names: names),
            pairs: angles.indices.map {
                VerificationPair(
                    first: 2 * $0, second: 2 * $0 + 1, same: $0 < same.count, fold: 0)
            }, folds: 1)
        let values = angles.flatMap { angle -> [Float] in
            let radians = angle * .pi / 180
            return [
                Float(length), 0, Float(length * cos(radians)), Float(length * sin(radians)),
            ]
        }
        views = try EmbeddingViews(
            original: EmbeddingTable(count: names.count, dimension: 2, values: values))
    }

    func scored(_ name: String = "lfw") throws -> ScoredSet {
        try ScoredSet(name: name, pairs: pairs, views: views)
    }

    /// Twenty pairs of each kind, of which some pairs of two people cannot be told from one person.
    static func accepting(_ wrong: Int) throws -> AngledSet {
        try AngledSet(
            same: .init(repeating: 10, count: 20),
            different: .init(repeating: 5, count: wrong) + .init(repeating: 90, count: 20 - wrong))
    }
}
