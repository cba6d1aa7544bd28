/// How a system combines the embeddings of an image and of its mirror image into one.
///
/// Without mirror images every fusion gives the embedding of the image.
public enum ViewFusion: String, Codable, Sendable, CaseIterable {
    /// The two, one after the other: `[e, f]`.
    case concatenation
    /// Unit vectors, weighted with their norms and added: `|e| e/|e| + |f| f/|f|`.
    case normWeightedSum
    /// The embedding of the image alone: `e`.
    case original
    /// The raw sum: `e + f`.
    case sum
    /// The two, each normalised, one after the other: `[e/|e|, f/|f|]`.
    case unitConcatenation

    /// Length of a fused embedding.
    func dimension(of views: EmbeddingViews) -> Int {
        let isJoined = self == .concatenation || self == .unitConcatenation
        return views.original.dimension * (isJoined && views.mirrored != nil ? 2 : 1)
    }

    /// Writes the fused embedding of one image to `row`, which has ``dimension(of:)`` elements.
    func fuse(_ image: Int, of views: EmbeddingViews, into row: inout [Double]) {
        let size = views.original.dimension
        for component in 0..<size {
            row[component] = Double(views.original.values[image * size + component])
        }
        guard let mirrored = views.mirrored?.values[image * size..<(image + 1) * size] else {
            return normalizeIfUnit(&row, 0..<size)
        }
        switch self {
        case .original: break
        case .sum:
            for (component, value) in mirrored.enumerated() { row[component] += Double(value) }
        case .normWeightedSum: addWeighted(mirrored, to: &row)
        case .concatenation, .unitConcatenation:
            for (component, value) in mirrored.enumerated() {
                row[size + component] = Double(value)
            }
            normalizeIfUnit(&row, 0..<size)
            normalizeIfUnit(&row, size..<2 * size)
        }
    }

    /// Spelled out as AdaFace does it: each view becomes a unit vector and a norm first.
    private func addWeighted(_ mirrored: ArraySlice<Float>, to row: inout [Double]) {
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let otherNorm = mirrored.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        for (component, value) in mirrored.enumerated() {
            let unit = norm > 0 ? row[component] / norm : 0
            let otherUnit = otherNorm > 0 ? Double(value) / otherNorm : 0
            row[component] = norm * unit + otherNorm * otherUnit
        }
    }

    private func normalizeIfUnit(_ row: inout [Double], _ range: Range<Int>) {
        guard self == .unitConcatenation else { return }
        let norm = row[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
        for component in range where norm > 0 { row[component] /= norm }
    }
}
