/// Computes individual scores exactly, where a faster product is inexact and rounding could matter, so that
/// equal embeddings have equal scores.
struct ExactScores {
    let probes: SelectedRows
    let gallery: SelectedRows
    /// Largest difference between a product's score and the exact one.
    let slack: Float

    func score(_ probe: Int, _ index: Int) -> Float {
        probes.table.withRows { rows in
            gallery.table.withRows { others in
                Float(
                    RowArithmetic.product(rows[probes.row(probe)], others[gallery.row(index)]))
            }
        }
    }
}

extension BlockScores {
    /// The highest score of a probe among some templates; nil without any.
    func best(_ probe: Int, among indices: [Int]) -> Float? {
        let exact = ExactScores(probes: probes, gallery: gallery, slack: 0)
        return indices.map { exact.score(probe, $0) }.max()
    }

    /// Recomputes the product's scores exactly; nil if they already are.
    var exact: ExactScores? {
        guard product.error > 0 else { return nil }
        let longest = probes.table.longest * gallery.table.longest
        return ExactScores(
            probes: probes, gallery: gallery, slack: product.error * Float(longest))
    }
}

extension EmbeddingTable {
    /// The length of the longest row.
    fileprivate var longest: Double {
        withRows { rows in
            (0..<count).reduce(0) { max($0, RowArithmetic.square(rows[$1])) }.squareRoot()
        }
    }
}
