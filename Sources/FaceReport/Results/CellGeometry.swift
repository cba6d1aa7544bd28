package import FaceRuns

/// The geometry of the embeddings of a cell's last models: means over the seeds.
package struct CellGeometry: Sendable {
    /// A sample of the training set.
    package let training: SetGeometry
    /// The first test set.
    package let test: SetGeometry?

    /// Averages the geometry of a cell's finished runs; `nil` if none has it.
    package init?(_ cell: Cell) {
        let geometries = cell.finished.compactMap(\.geometry)
        guard let training = Self.mean(geometries.map(\.training)) else { return nil }
        self.training = training
        test = Self.mean(geometries.compactMap(\.tests.first))
    }

    private static func mean(_ sets: [SetGeometry]) -> SetGeometry? {
        guard let first = sets.first else { return nil }
        return SetGeometry(
            name: first.name, images: first.images, norm: mean(sets.map(\.norm)),
            within: mean(sets.map(\.within)), between: mean(sets.map(\.between)),
            targetClass: mean(sets.map(\.targetClass)),
            nearestNonTarget: mean(sets.map(\.nearestNonTarget)))
    }

    private static func mean(_ summaries: [SummaryRecord?]) -> SummaryRecord? {
        let known = summaries.compactMap { $0 }
        guard let first = known.first else { return nil }
        func mean(_ value: (SummaryRecord) -> Double) -> Double {
            known.reduce(0) { $0 + value($1) } / Double(known.count)
        }
        return SummaryRecord(
            count: first.count, mean: mean(\.mean),
            standardDeviation: mean(\.standardDeviation),
            quantiles: first.quantiles.indices.map { position in mean { $0.quantiles[position] } })
    }
}

extension SetGeometry {
    /// The separation of the angles between two identities and within one, in units of their spread:
    /// Daugman's (2000) decidability d′ = (μ₂ − μ₁) / √((σ₁² + σ₂²) / 2).
    package var separation: Double? {
        guard let within, let between else { return nil }
        let variance =
            (within.standardDeviation * within.standardDeviation
                + between.standardDeviation * between.standardDeviation) / 2
        return variance > 0 ? (between.mean - within.mean) / variance.squareRoot() : nil
    }
}
