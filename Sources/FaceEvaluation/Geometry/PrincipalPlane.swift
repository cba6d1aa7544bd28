/// A two-dimensional view of embeddings: the projection of their directions on their
/// first two principal components.
///
/// Embeddings are normalised to length 1 and their mean is subtracted. The sign of a component is chosen
/// such that the embedding farthest from the middle, the first of several, has a positive coordinate.
public struct PrincipalPlane: Hashable, Sendable {
    /// Position of each embedding along the first and the second component; the second is 0 where
    /// there is only one.
    public let points: [SIMD2<Double>]
    /// Fraction of the variance that each component explains; 0...1.
    public let explained: SIMD2<Double>

    /// Projects embeddings.
    ///
    /// - Parameter embeddings: `[n, d]`, of at most a few hundred rows or columns: the time grows
    ///   with the cube of the smaller number.
    /// - Throws: ``FaceEvaluationError/noEmbeddings``, or the error of a row that has no direction.
    public init(of embeddings: EmbeddingTable) throws {
        guard embeddings.count > 0 else { throw FaceEvaluationError.noEmbeddings }
        let rows = Self.centred(try Self.directions(embeddings))
        let isWide = embeddings.dimension > rows.count
        // The products of rows and of columns have the same eigenvalues; the smaller matrix is used.
        let spectrum = SymmetricSpectrum(
            of: Self.products(isWide ? rows : Self.transposed(rows)))
        let total = spectrum.values.reduce(0) { $0 + max($1, 0) }
        var axes: [[Double]] = []
        var fractions: [Double] = []
        for (value, vector) in zip(spectrum.values, spectrum.vectors).prefix(2) {
            let scores =
                isWide
                ? vector.map { $0 * max(value, 0).squareRoot() }
                : rows.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
            axes.append(Self.oriented(scores))
            fractions.append(total > 0 ? max(value, 0) / total : 0)
        }
        let second = axes.count > 1 ? axes[1] : Array(repeating: 0, count: rows.count)
        points = zip(axes[0], second).map { SIMD2($0, $1) }
        explained = SIMD2(fractions[0], fractions.count > 1 ? fractions[1] : 0)
    }

    private static func directions(_ table: EmbeddingTable) throws -> [[Double]] {
        try table.norms().enumerated().map { row, norm in
            guard norm > 0 else { throw FaceEvaluationError.zeroEmbedding(row: row) }
            return table[row].map { Double($0) / norm }
        }
    }

    private static func centred(_ rows: [[Double]]) -> [[Double]] {
        let mean = rows[0].indices.map { column in
            rows.reduce(0) { $0 + $1[column] } / Double(rows.count)
        }
        return rows.map { row in zip(row, mean).map { $0 - $1 } }
    }

    private static func transposed(_ rows: [[Double]]) -> [[Double]] {
        rows[0].indices.map { column in rows.map { $0[column] } }
    }

    /// Scalar products of all pairs of rows.
    private static func products(_ rows: [[Double]]) -> [[Double]] {
        var products = rows.map { _ in [Double](repeating: 0, count: rows.count) }
        for first in rows.indices {
            for second in first..<rows.count {
                var sum = 0.0
                for column in rows[first].indices {
                    sum += rows[first][column] * rows[second][column]
                }
                products[first][second] = sum
                products[second][first] = sum
            }
        }
        return products
    }

    /// The scores with the sign that makes the largest of them positive.
    private static func oriented(_ scores: [Double]) -> [Double] {
        let largest = scores.map(\.magnitude).max() ?? 0
        // Values equal up to rounding count as equal, so that the first one decides on every machine.
        let first = scores.first { $0.magnitude >= largest * (1 - 1e-9) } ?? 0
        return first < 0 ? scores.map { -$0 } : scores
    }
}

/// Eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.
///
/// Each rotation makes one element off the diagonal 0; sweeps over all of them converge
/// quadratically (Golub and Van Loan, Matrix Computations, 8.5).
struct SymmetricSpectrum {
    /// The eigenvalues, the largest first.
    let values: [Double]
    /// A unit eigenvector for each.
    let vectors: [[Double]]

    /// Decomposes a matrix given by its rows.
    init(of matrix: [[Double]]) {
        let size = matrix.count
        var a = matrix.flatMap { $0 }
        // Row k becomes the eigenvector of the k-th diagonal element.
        var v = [Double](repeating: 0, count: size * size)
        for index in 0..<size { v[index * size + index] = 1 }
        let scale = a.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for _ in 0..<60 where Self.isOff(a, size, scale) {
            a.withUnsafeMutableBufferPointer { a in
                v.withUnsafeMutableBufferPointer { v in Self.sweep(a, v, size) }
            }
        }
        let order = (0..<size).sorted { (-a[$0 * size + $0], $0) < (-a[$1 * size + $1], $1) }
        values = order.map { a[$0 * size + $0] }
        vectors = order.map { Array(v[$0 * size..<($0 + 1) * size]) }
    }

    /// Whether any off-diagonal element exceeds rounding.
    private static func isOff(_ a: [Double], _ size: Int, _ scale: Double) -> Bool {
        for row in 0..<size {
            for column in row + 1..<max(size, row + 1)
            where a[row * size + column].magnitude > 1e-14 * scale { return true }
        }
        return false
    }

    private static func sweep(
        _ a: UnsafeMutableBufferPointer<Double>, _ v: UnsafeMutableBufferPointer<Double>,
        _ size: Int
    ) {
        for p in 0..<size {
            for q in p + 1..<max(size, p + 1) {
                let element = a[p * size + q]
                guard element != 0 else { continue }
                let half = (a[q * size + q] - a[p * size + p]) / (2 * element)
                let length = half.magnitude + (1 + half * half).squareRoot()
                let tangent = (half < 0 ? -1 : 1) / length
                let cosine = 1 / (1 + tangent * tangent).squareRoot()
                let sine = tangent * cosine
                // Rotates the rows, which are contiguous in memory, and then the columns.
                for k in 0..<size {
                    let (x, y) = (a[p * size + k], a[q * size + k])
                    a[p * size + k] = cosine * x - sine * y
                    a[q * size + k] = sine * x + cosine * y
                    let (r, s) = (v[p * size + k], v[q * size + k])
                    v[p * size + k] = cosine * r - sine * s
                    v[q * size + k] = sine * r + cosine * s
                }
                for k in 0..<size {
                    let (x, y) = (a[k * size + p], a[k * size + q])
                    a[k * size + p] = cosine * x - sine * y
                    a[k * size + q] = sine * x + cosine * y
                }
            }
        }
    }
}
