import FaceData

/// Inner products of the embeddings of pairs, from which every score is computed.
///
/// With the mean of the training folds subtracted, a score depends on the fold it is computed for.
/// `(a - m)(b - m) = ab - am - bm + mm`, so each fold costs one product per image, not one per pair.
struct PairGeometry {
    /// Inner products of a pair: of both embeddings, and of each with itself.
    struct Products {
        var both: Double
        var first: Double
        var second: Double
    }

    private let pairs: [VerificationPair]
    private let failed: Set<Int>
    private var dots: [Double] = []
    private var squares: [Double]
    /// For each fold the products of all images with the mean of the other folds.
    private var along: [[Double]] = []
    private var meanSquares: [Double] = []

    /// Computes all products.
    ///
    /// - Parameters:
    ///   - folds: Each pair's fold where the mean of the other folds is subtracted; nil where none is.
    ///   - failed: Rows of images that could not be used, which point away from all others.
    /// - Throws: An error for a pair that names no row, and for embeddings without a direction.
    init(
        of views: EmbeddingViews, fused fusion: ViewFusion, pairs: [VerificationPair],
        folds: [Int]?, failed: Set<Int> = []
    ) throws {
        try views.requireRows(of: pairs)
        self.pairs = pairs
        self.failed = failed
        squares = Array(repeating: 0, count: views.count)
        var (first, second) = (fusion.row(of: views), fusion.row(of: views))
        var sums = FoldSums(folds: folds, dimension: first.count)
        for (index, pair) in pairs.enumerated() {
            fusion.fuse(pair.first, of: views, into: &first)
            fusion.fuse(pair.second, of: views, into: &second)
            dots.append(Self.product(first, second))
            squares[pair.first] = Self.product(first, first)
            squares[pair.second] = Self.product(second, second)
            if pair.isCompared(failed) { sums.add(first, second, index) }
        }
        for pair in pairs {
            for image in [pair.first, pair.second] where !(squares[image] > 0) {
                throw FaceEvaluationError.zeroEmbedding(row: image)
            }
        }
        let means = sums.meansOfOthers
        meanSquares = means.map { Self.product($0, $0) }
        along = means.map { _ in squares.map { _ in 0 } }
        guard !means.isEmpty else { return }
        for image in Set(pairs.flatMap { [$0.first, $0.second] }) {
            fusion.fuse(image, of: views, into: &first)
            for fold in means.indices { along[fold][image] = Self.product(first, means[fold]) }
        }
    }

    /// The products of a pair as a fold sees them.
    func products(_ pair: Int, fold: Int) -> Products {
        guard pairs[pair].isCompared(failed) else { return Products(both: -1, first: 1, second: 1) }
        let (a, b) = (pairs[pair].first, pairs[pair].second)
        guard !along.isEmpty else {
            return Products(both: dots[pair], first: squares[a], second: squares[b])
        }
        let (alongA, alongB, square) = (along[fold][a], along[fold][b], meanSquares[fold])
        return Products(
            both: dots[pair] - alongA - alongB + square,
            first: squares[a] - 2 * alongA + square, second: squares[b] - 2 * alongB + square)
    }

    private static func product(_ a: [Double], _ b: [Double]) -> Double {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                // Four partial sums, added in a fixed order.
                var sums = SIMD4<Double>.zero
                let (first, second) = (UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b))
                let (count, stride) = (min(a.count, b.count), MemoryLayout<Double>.stride)
                var position = 0
                while position + 4 <= count {
                    sums +=
                        first.loadUnaligned(
                            fromByteOffset: position * stride, as: SIMD4<Double>.self)
                        * second.loadUnaligned(
                            fromByteOffset: position * stride, as: SIMD4<Double>.self)
                    position += 4
                }
                var rest = 0.0
                while position < count {
                    rest += a[position] * b[position]
                    position += 1
                }
                return (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
            }
        }
    }
}

/// Sums of the embeddings of each fold's pairs; an image counts as often as pairs name it.
private struct FoldSums {
    private let folds: [Int]
    private var sums: [[Double]]
    private var counts: [Int]

    init(folds: [Int]?, dimension: Int) {
        self.folds = folds ?? []
        let count = (self.folds.max() ?? -1) + 1
        sums = Array(repeating: Array(repeating: 0, count: dimension), count: count)
        counts = Array(repeating: 0, count: count)
    }

    mutating func add(_ first: [Double], _ second: [Double], _ pair: Int) {
        guard !folds.isEmpty else { return }
        let fold = folds[pair]
        for component in first.indices {
            sums[fold][component] += first[component] + second[component]
        }
        counts[fold] += 2
    }

    /// For each fold the mean over all others; a single fold's mean is its own.
    var meansOfOthers: [[Double]] {
        guard let dimension = sums.first?.count else { return [] }
        var total = Array(repeating: 0.0, count: dimension)
        for sum in sums { for component in total.indices { total[component] += sum[component] } }
        let all = counts.reduce(0, +)
        return sums.indices.map { fold in
            let others = sums.count == 1 ? all : all - counts[fold]
            return total.indices.map { component in
                let sum =
                    sums.count == 1 ? total[component] : total[component] - sums[fold][component]
                return sum / Double(max(others, 1))
            }
        }
    }
}

extension ViewFusion {
    /// A row of zeros to fuse into.
    fileprivate func row(of views: EmbeddingViews) -> [Double] {
        Array(repeating: 0, count: dimension(of: views))
    }
}

extension EmbeddingViews {
    /// Throws unless every pair refers to two rows.
    func requireRows(of pairs: [VerificationPair]) throws {
        for (index, pair) in pairs.enumerated() {
            for image in [pair.first, pair.second] where !(0..<count).contains(image) {
                throw FaceEvaluationError.pairOutOfRange(pair: index, image: image, count: count)
            }
        }
    }
}
